"""Who sees which targets, by the toolkit's own rules, and who may act on them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import get_objects_for_user
from tom_targets.models import Target
from tom_targets.permissions import targets_for_user

from tom_alerce_like.exceptions import NotAuthorised


def visible(user: Any, candidates: QuerySet) -> QuerySet:
    """Return the rows of ``candidates`` (any table keyed by ``target``) whose target the user may view.

    Says what `tom_targets.permissions.targets_for_user` says, asked row by row: the first page of a sorted list costs
    the same for 100 and for 100,000 candidates.
    """
    if user.is_superuser or user.has_perm(f"{Target._meta.app_label}.view_target"):
        return candidates
    if not user.is_authenticated:
        return candidates.filter(target__permissions=Target.Permissions.OPEN)
    content_type = ContentType.objects.get_for_model(Target)
    permission = Permission.objects.filter(content_type=content_type, codename="view_target").first()
    mine = {"permission": permission, "object_pk": Cast(OuterRef("target_id"), CharField())}
    return candidates.filter(
        ~Q(target__permissions=Target.Permissions.PRIVATE)
        | Exists(UserObjectPermission.objects.filter(user=user, **mine))
        | Exists(GroupObjectPermission.objects.filter(group__in=list(user.groups.all()), **mine))
    )


def changeable(user: Any, targets: QuerySet) -> QuerySet:
    """Return the ``targets`` that the user was given permission to change.

    Stricter than the toolkit's own filter, which lets every user change a public target: that all may read it gives
    nobody leave to spend telescope time on it or to report it.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return targets.none()
    return get_objects_for_user(user, f"{Target._meta.app_label}.change_target", targets)


def may_change(user: Any, target_id: int | None) -> bool:
    """Tell whether the user was given permission to change this target, see `changeable`."""
    return changeable(user, Target.objects.filter(pk=target_id)).exists()


def target_or_404(user: Any, pk: int) -> Target:
    """Return a target, or 404 when the user may not view it: its existence stays private."""
    return get_object_or_404(targets_for_user(user, Target.objects.all(), "view_target"), pk=pk)


def changeable_or_403(user: Any, pk: int) -> Target:
    """Return a target; 404 when the user may not view it, 403 when the user may view but not change it."""
    target = target_or_404(user, pk)
    if not may_change(user, pk):
        raise PermissionDenied("You may look at this target, but not change it.")
    return target


def require_change(user: Any, target: Any) -> None:
    """Raise `NotAuthorised` unless ``user`` may change ``target``."""
    if target is None or not may_change(user, target.pk):
        raise NotAuthorised(f"{user or 'nobody'} may not change this target")
