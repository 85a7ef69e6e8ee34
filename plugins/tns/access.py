"""Who may report: whoever holds ``change_target`` on the target itself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from guardian.shortcuts import get_objects_for_user
from tom_targets.models import Target

from tom_alerce_like import permissions


def reportable(user: Any, targets: QuerySet[Target]) -> QuerySet[Target]:
    """Return the targets that ``user`` may report.

    A report cannot be taken back, so a target being PUBLIC is not enough, as it is for the toolkit's own filter.
    """
    if not user.is_authenticated:
        return targets.none()
    return get_objects_for_user(user, f"{Target._meta.app_label}.change_target", targets)


def reportable_or_403(user: Any, pk: int) -> Target:
    """Return the target; 404 when the user may not see it, 403 when the user may not report it."""
    target = permissions.target_or_404(user, pk)
    if not reportable(user, Target.objects.filter(pk=pk)).exists():
        raise PermissionDenied("You may look at this target, not report it.")
    return target
