"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig
from django.urls import include, path


class TnsConfig(AppConfig):
    name = "tom_alerce_like.plugins.tns"
    label = "tom_alerce_like_tns"
    verbose_name = "TNS reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.plugins.tns import checks  # noqa: F401  (registers the system checks)

    def include_url_paths(self) -> list:
        return [path("alerce/tns/", include("tom_alerce_like.plugins.tns.urls"))]

    def alert_panels(self) -> list:
        return [
            {
                "partial": "tom_alerce_like/tns/panel.html",
                "context": "tom_alerce_like.plugins.tns.panels.context",
                "position": 60,
            }
        ]

    def candidate_actions(self) -> list:
        return [{"label": "Report to TNS", "url_name": "tom_alerce_like_tns:bulk"}]
