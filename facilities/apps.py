"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "tom_alerce_like.facilities"
    label = "tom_alerce_like_facilities"
    default_auto_field = "django.db.models.BigAutoField"
