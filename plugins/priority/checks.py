"""System check of the strategy."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from tom_alerce_like import conf
from tom_alerce_like.conf import DEFAULTS
from tom_alerce_like.exceptions import ConfigurationError


@register()
def usable_strategy(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a setting STRATEGY that cannot be used; the default one is not loaded for that."""
    if conf.get("STRATEGY") == DEFAULTS["STRATEGY"]:
        return []
    from tom_alerce_like.plugins.priority.strategies import current

    try:
        current()
    except ConfigurationError as error:
        return [Error(str(error), id="tom_alerce_like_priority.E001")]
    return []
