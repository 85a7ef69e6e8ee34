"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig
from django.urls import include, path


class HostsConfig(AppConfig):
    name = "tom_alerce_like.plugins.hosts"
    label = "tom_alerce_like_hosts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.plugins.hosts import checks  # noqa: F401  (registers the system checks)

    def include_url_paths(self) -> list:
        return [path("alerce/hosts/", include("tom_alerce_like.plugins.hosts.urls"))]

    def alert_panels(self) -> list:
        return [
            {
                "partial": "tom_alerce_like/hosts/panel.html",
                "context": "tom_alerce_like.plugins.hosts.panel.context",
                "position": 30,
            }
        ]
