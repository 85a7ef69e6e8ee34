"""The panel "TNS" on a target's page."""

from __future__ import annotations

from typing import Any

from tom_targets.models import Target

from tom_alerce_like.permissions import may_change
from tom_alerce_like.plugins.tns.account import account
from tom_alerce_like.plugins.tns.models import LIVE, Report


def context(target: Target, user: Any) -> dict[str, Any]:
    """Return what the panel shows; ``target`` is one that ``user`` may view."""
    here = account()
    reports = list(Report.objects.filter(target_id=target.pk))
    reported = any(row.environment == here.environment and row.state in LIVE for row in reports)
    may = may_change(user, target.pk)
    return {"reports": reports, "account": here, "can_report": may and not reported}
