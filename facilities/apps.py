"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig
from django.urls import include, path


class FacilitiesConfig(AppConfig):
    name = "tom_alerce_like.facilities"
    label = "tom_alerce_like_facilities"
    verbose_name = "Follow-up"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_alerce_like.facilities import checks  # noqa: F401  (registers the system checks)

    def include_url_paths(self) -> list:
        return [path("alerce/followup/", include("tom_alerce_like.facilities.urls"))]

    def observation_facilities(self) -> list:
        return [{"class": "tom_alerce_like.facilities.ocs.facility.PortalFacility"}]

    def alert_panels(self) -> list:
        return [
            {
                "partial": "tom_alerce_like/facilities/panel.html",
                "context": "tom_alerce_like.facilities.panels.followup",
                "position": 50,
            }
        ]

    def candidate_actions(self) -> list:
        return [{"label": "Request follow-up", "url_name": "tom_alerce_like_facilities:request"}]
