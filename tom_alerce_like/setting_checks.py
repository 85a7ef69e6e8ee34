"""System checks of the values in ``TOM_ALERCE_LIKE``: their kinds, and the dotted paths among them."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from tom_alerce_like import conf
from tom_alerce_like.conf import DEFAULTS
from tom_alerce_like.exceptions import ConfigurationError

_KINDS: dict[type, type | tuple[type, ...]] = {
    bool: bool,
    int: (int, float),
    float: (int, float),
    str: str,
    list: (list, tuple),
    dict: dict,
}
_NAMES = {bool: "True or False", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a dict"}
_PATHS = ("MODULES", "STAGES")
_LEVELS = ("PRIVATE", "PUBLIC", "OPEN", None)


@register()
def kinds(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report values that are not of the kind of their default: a text for a list, say."""
    return [
        Error(
            f"TOM_ALERCE_LIKE[{name!r}] must be {_NAMES[type(default)]}, not {conf.get(name)!r}",
            hint=f"Its default is {default!r}.",
            id="tom_alerce_like.E003",
        )
        for name, default in DEFAULTS.items()
        if default is not None and not isinstance(conf.get(name), _KINDS[type(default)])
    ]


@register()
def dotted_paths(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report modules and stages that cannot be imported; our own ones are not loaded for that."""
    lists = {name: conf.get(name) for name in _PATHS if isinstance(conf.get(name), (list, tuple))}
    paths = [(name, path) for name, found in lists.items() for path in found if path not in DEFAULTS[name]]
    return [Error(problem, id="tom_alerce_like.E004") for name, path in paths if (problem := _problem(name, path))]


@register()
def target_permission(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a level of permission that the toolkit does not have: new targets would be nobody's."""
    level = conf.get("TARGET_PERMISSION")
    if level in _LEVELS:
        return []
    message = f"TOM_ALERCE_LIKE['TARGET_PERMISSION'] must be PRIVATE, PUBLIC or OPEN, not {level!r}"
    return [Error(message, id="tom_alerce_like.E005")]


def _problem(name: str, path: str) -> str:
    try:
        conf.load(name, path)
    except ConfigurationError as error:
        return str(error)
    return ""
