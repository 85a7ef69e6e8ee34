"""System checks: what missing settings switch off."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.db import connections

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.facilities.ocs.settings import NAME, PortalSettings


@register()
def portal_credentials(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report credentials without which nothing can be requested."""
    settings = PortalSettings.read()
    if not settings.api_key:
        return [
            Info(
                "follow-up requests are off: there is no API key of an observation portal",
                hint=f"Set FACILITIES['{NAME}'] = {{'api_key': ..., 'proposal': ...}} (for LCO: on your profile page).",
                id="tom_alerce_like_facilities.I001",
            )
        ]
    if not settings.proposal:
        return [
            Warning(
                "planned follow-up requests have no proposal",
                hint=f"Set FACILITIES['{NAME}']['proposal'].",
                id="tom_alerce_like_facilities.W001",
            )
        ]
    return []


@register()
def atomic_requests(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report the database setting under which the toolkit's own page cannot book."""
    if not connections["default"].settings_dict.get("ATOMIC_REQUESTS"):
        return []
    return [
        Warning(
            "the toolkit's observation page cannot request follow-up: ATOMIC_REQUESTS is on",
            hint="An intent is committed before the observatory is called. Our own pages work; or switch it off.",
            id="tom_alerce_like_facilities.W002",
        )
    ]


@register()
def plan_facility(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a setting PLAN_FACILITY that no plan can be sent to; ours is not looked up for that."""
    if conf.get("PLAN_FACILITY") == NAME:
        return []
    from tom_alerce_like.facilities.ledger import observatory

    try:
        observatory()
    except ConfigurationError as error:
        return [Error(f"PLAN_FACILITY: {error}", id="tom_alerce_like_facilities.E001")]
    return []
