"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig
from django.urls import include, path


class CrossmatchConfig(AppConfig):
    name = "tom_alerce_like.plugins.crossmatch"
    label = "tom_alerce_like_crossmatch"
    verbose_name = "Cross-match"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.plugins.crossmatch import checks  # noqa: F401  (registers the system check)

    def include_url_paths(self) -> list:
        return [path("alerce/xmatch/", include("tom_alerce_like.plugins.crossmatch.urls"))]
