"""System checks of the core: settings that nobody reads, one that hides what we store, and pages that are not there."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.urls import get_resolver

from tom_alerce_like import APPS
from tom_alerce_like.conf import DEFAULTS


@register()
def known_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report names in ``TOM_ALERCE_LIKE`` that are not settings of ours."""
    mine = getattr(settings, "TOM_ALERCE_LIKE", {})
    if not isinstance(mine, dict):
        return [Error("TOM_ALERCE_LIKE must be a dict", id="tom_alerce_like.E001")]
    return [
        Warning(
            f"TOM_ALERCE_LIKE has no setting {name!r}",
            hint=f"Known settings: {', '.join(sorted(DEFAULTS))}.",
            id="tom_alerce_like.W001",
        )
        for name in sorted(set(mine) - set(DEFAULTS))
    ]


@register()
def shown_photometry(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report that the toolkit's own plots ask for a permission on each datum, which nothing gives."""
    if getattr(settings, "TARGET_PERMISSIONS_ONLY", True):
        return []
    hint = (
        "Our Alerts tab shows survey photometry to everybody who may view the target. For the toolkit's plots give "
        "your groups the permission tom_dataproducts.view_photometryreduceddatum, or set TARGET_PERMISSIONS_ONLY."
    )
    message = "TARGET_PERMISSIONS_ONLY is off: the toolkit's plots hide the photometry of alerts."
    return [Warning(message, hint=hint, id="tom_alerce_like.W002")]


@register()
def pages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report apps of ours without their pages: the toolkit drops them in silence when importing them fails."""
    ours = [app for app in apps.get_app_configs() if app.name in APPS and hasattr(app, "include_url_paths")]
    return [
        Error(
            f"The pages of {app.name} are not there.",
            hint=f"ROOT_URLCONF must include tom_common.urls; `manage.py shell -c 'import {app.name}.urls'` must work.",
            id="tom_alerce_like.E002",
        )
        for app in ours
        if app.label not in get_resolver().app_dict
    ]
