"""System check of the observing sites."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

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
