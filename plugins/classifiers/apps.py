"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class ClassifiersConfig(AppConfig):
    name = "tom_alerce_like.plugins.classifiers"
    label = "tom_alerce_like_classifiers"
    default_auto_field = "django.db.models.BigAutoField"
