"""Small helpers of our templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

register = template.Library()


@register.filter
def words(text: str) -> list[str]:
    """Split a text at white space."""
    return text.split()


@register.filter
def days_ago(mjd: float | None, now_mjd: float) -> str:
    """Return how long ago ``mjd`` was, as people say it."""
    if mjd is None:
        return "–"
    days = now_mjd - mjd
    if days < 2:
        return f"{days * 24:.0f} h ago"
    return f"{days:.0f} d ago" if days < 1000 else f"{days / 365.25:.0f} y ago"


@register.simple_tag
def query_with(request: HttpRequest, **changes: Any) -> str:
    """Return the page's query string with some parameters changed.

    ``sort=NAME`` turns the order round when NAME already sorts (``current``, ``descending``), else takes the
    column's usual one (``largest_first``), and goes back to the first page.
    """
    query = request.GET.copy()
    if "sort" in changes:
        query.pop("page", None)
        is_current = changes["sort"] == changes["current"]
        descending = not changes["descending"] if is_current else changes["largest_first"]
        query["sort"] = f"-{changes['sort']}" if descending else changes["sort"]
    if "page" in changes:
        query["page"] = str(changes["page"])
    return query.urlencode()
