"""The panel on the target page."""

from __future__ import annotations

from typing import Any

from tom_alerce_like.facilities.models import FollowupRequest
from tom_alerce_like.permissions import may_change

_SHOWN = 10


def followup(target: Any, user: Any) -> dict[str, Any]:
    """Return the newest requests of a target that ``user`` may see, and whether ``user`` may make one."""
    rows = FollowupRequest.objects.filter(target_id=target.pk).select_related("user")
    return {
        "target": target,
        "requests": rows[:_SHOWN],
        "may_request": may_change(user, target.pk),
    }
