"""What plugins add to the core's pages: methods of their AppConfig that return literals.

``alert_panels() -> [{"partial": template, "context": "dotted.function", "position": int}]`` adds a panel to the target
page's Alerts tab; the function takes (target, user) and returns the template's context.
``candidate_actions() -> [{"label": text, "url_name": name}]`` adds a button to the list of candidates; it POSTs the
chosen targets' ids as ``target`` to that URL.
``light_curve_lines() -> [{"context": "dotted.function", "position": int}]`` draws into the target's light curve; the
function takes the target's alert table (one row) and the time now (MJD), and returns `plots.Line`s.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pandas as pd
from django.apps import apps
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from tom_alerce_like.plots import Line

logger = logging.getLogger(__name__)


def _collect(method: str) -> list[dict[str, Any]]:
    return [item for app in apps.get_app_configs() if hasattr(app, method) for item in getattr(app, method)()]


def candidate_actions() -> list[dict[str, Any]]:
    """Return the buttons that plugins add to the list of candidates."""
    return _collect("candidate_actions")


def light_curve_lines(alerts: pd.DataFrame, now_mjd: float) -> list[Line]:
    """Return what plugins draw into the light curve of a target; one that fails draws nothing."""
    found: list[Line] = []
    for item in sorted(_collect("light_curve_lines"), key=lambda item: item.get("position", 0)):
        try:
            found += import_string(item["context"])(alerts, now_mjd)
        except Exception:
            logger.exception("lines of %s failed", item)
    return found


def render(target: Any, user: Any, request: Any) -> list[str]:
    """Render every plugin's panel for a target; one that fails becomes a note and the others still show."""
    panels = sorted(_collect("alert_panels"), key=lambda panel: panel["position"])
    return [_render_one(panel, target, user, request) for panel in panels]


def _render_one(panel: dict[str, Any], target: Any, user: Any, request: Any) -> str:
    try:
        context = import_string(panel["context"])(target, user)
        return render_to_string(panel["partial"], {"target": target, **context}, request)
    except Exception:
        logger.exception("panel %s failed", panel["partial"])
        return render_to_string("tom_alerce_like/partials/panel_failed.html", {"panel": panel["partial"]})
