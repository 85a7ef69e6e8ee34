"""System checks of the observing sites, and of what planning stands on."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from tom_alerce_like import APPS
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.scheduling.sites import sites


@register()
def usable_sites(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a setting SITES that cannot be used."""
    try:
        sites()
    except ConfigurationError as error:
        return [Error(str(error), id="tom_alerce_like_scheduling.E001")]
    return []


@register()
def has_facilities(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report that the app is missing whose requests are planned."""
    needed = "tom_alerce_like.facilities"
    if apps.is_installed(needed):
        return []
    hint = f"Add it to INSTALLED_APPS, or take tom_alerce_like.plugins.scheduling out. All our apps: {', '.join(APPS)}."
    return [Error(f"Planning a night needs {needed}.", hint=hint, id="tom_alerce_like_scheduling.E002")]
