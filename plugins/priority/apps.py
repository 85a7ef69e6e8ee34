"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class PriorityConfig(AppConfig):
    name = "tom_alerce_like.plugins.priority"
    label = "tom_alerce_like_priority"
    default_auto_field = "django.db.models.BigAutoField"
