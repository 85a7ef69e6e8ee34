"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig
from django.urls import include, path


class SchedulingConfig(AppConfig):
    name = "tom_alerce_like.plugins.scheduling"
    label = "tom_alerce_like_scheduling"
    verbose_name = "Night plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.plugins.scheduling import checks  # noqa: F401  (registers the system check)

    def include_url_paths(self) -> list:
        return [path("alerce/plan/", include("tom_alerce_like.plugins.scheduling.urls"))]

    def alert_panels(self) -> list:
        return [
            {
                "partial": "tom_alerce_like/scheduling/panel.html",
                "context": "tom_alerce_like.plugins.scheduling.panel.context",
                "position": 45,
            }
        ]
