"""The panel "Priority" of the target page."""

from __future__ import annotations

from typing import Any

from tom_alerce_like.plugins.priority.models import Priority


def context(target: Any, user: Any) -> dict[str, Any]:
    """Return the newest judgement of a target, None when it was never ranked."""
    return {"priority": Priority.objects.filter(target_id=target.pk).order_by("-modified").first()}
