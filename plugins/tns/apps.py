"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class TnsConfig(AppConfig):
    name = "tom_alerce_like.plugins.tns"
    label = "tom_alerce_like_tns"
    default_auto_field = "django.db.models.BigAutoField"
