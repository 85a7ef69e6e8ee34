"""Who may act on a target: stricter than who may read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from guardian.shortcuts import get_objects_for_user
from tom_targets.models import Target

from tom_alerce_like.exceptions import NotAuthorised


def changeable(user: Any, target_ids: Iterable[int]) -> QuerySet:
    """Return those of the targets that ``user`` was given permission to change.

    A public target is readable by all, but that alone lets nobody spend telescope time on it.
    """
    if not (user and user.is_authenticated and user.is_active):
        return Target.objects.none()
    targets = Target.objects.filter(pk__in=list(target_ids))
    return get_objects_for_user(user, f"{Target._meta.app_label}.change_target", targets)


def require_change(user: Any, target: Any) -> None:
    """Raise `NotAuthorised` unless ``user`` may change ``target``."""
    if target is None or not changeable(user, [target.pk]).exists():
        raise NotAuthorised(f"{user or 'nobody'} may not request observations of this target")
