"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig
from django.urls import include, path


class BrokersConfig(AppConfig):
    name = "tom_alerce_like.brokers"
    label = "tom_alerce_like_brokers"
    verbose_name = "Brokers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.brokers import checks  # noqa: F401  (registers the system check)

    def include_url_paths(self) -> list:
        return [path("alerce/query/", include("tom_alerce_like.brokers.urls"))]

    def data_services(self) -> list:
        return [
            {"class": "tom_alerce_like.brokers.alerce.service.AlerceService"},
            {"class": "tom_alerce_like.brokers.fink.service.FinkService"},
            {"class": "tom_alerce_like.brokers.archive.service.ArchiveService"},
        ]
