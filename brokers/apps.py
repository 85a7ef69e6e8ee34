"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class BrokersConfig(AppConfig):
    name = "tom_alerce_like.brokers"
    label = "tom_alerce_like_brokers"
    default_auto_field = "django.db.models.BigAutoField"
