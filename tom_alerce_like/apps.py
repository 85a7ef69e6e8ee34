"""Hooks of the core: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig
from django.urls import include, path


class TomAlerceLikeConfig(AppConfig):
    name = "tom_alerce_like"
    label = "tom_alerce_like"
    verbose_name = "Alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like import checks, setting_checks  # noqa: F401  (registers the system checks)

    def include_url_paths(self) -> list:
        return [path("alerce/", include("tom_alerce_like.urls"))]

    def nav_items(self) -> list:
        return [{"partial": "tom_alerce_like/partials/nav.html"}]

    def target_detail_tabs(self) -> list:
        return [{"partial": "tom_alerce_like/partials/tab.html", "label": "Alerts"}]
