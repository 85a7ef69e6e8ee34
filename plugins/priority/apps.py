"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class PriorityConfig(AppConfig):
    name = "tom_alerce_like.plugins.priority"
    label = "tom_alerce_like_priority"
    verbose_name = "Priority"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.plugins.priority import checks  # noqa: F401  (registers the system check)

    def alert_panels(self) -> list:
        return [
            {
                "partial": "tom_alerce_like/priority/panel.html",
                "context": "tom_alerce_like.plugins.priority.panel.context",
                "position": 40,
            }
        ]
