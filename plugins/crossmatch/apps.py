"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class CrossmatchConfig(AppConfig):
    name = "tom_alerce_like.plugins.crossmatch"
    label = "tom_alerce_like_crossmatch"
    default_auto_field = "django.db.models.BigAutoField"
