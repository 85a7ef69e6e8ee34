"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "tom_alerce_like.plugins.scheduling"
    label = "tom_alerce_like_scheduling"
    default_auto_field = "django.db.models.BigAutoField"
