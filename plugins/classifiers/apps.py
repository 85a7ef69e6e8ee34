"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class ClassifiersConfig(AppConfig):
    name = "tom_alerce_like.plugins.classifiers"
    label = "tom_alerce_like_classifiers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.plugins.classifiers import checks  # noqa: F401  (registers the system check)
