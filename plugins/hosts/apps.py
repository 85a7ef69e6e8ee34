"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class HostsConfig(AppConfig):
    name = "tom_alerce_like.plugins.hosts"
    label = "tom_alerce_like_hosts"
    default_auto_field = "django.db.models.BigAutoField"
