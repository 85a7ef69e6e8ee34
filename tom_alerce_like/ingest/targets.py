"""New targets with their names, their permissions and the signals that the toolkit promises."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import pandas as pd
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_save
from guardian.models import GroupObjectPermission, UserObjectPermission
from tom_common.hooks import run_hook
from tom_targets.base_models import BaseTarget
from tom_targets.models import Target, TargetName

from tom_alerce_like import conf

logger = logging.getLogger(__name__)
ACTIONS = ("view_target", "change_target", "delete_target")


def create(objects: pd.DataFrame) -> list[BaseTarget]:
    """Create one target for each row (object_id, ra_deg, dec_deg), without telling anybody yet."""
    level = conf.get("TARGET_PERMISSION")
    common = {"type": BaseTarget.SIDEREAL, **({"permissions": level} if level else {})}
    columns = (objects[name].tolist() for name in ("object_id", "ra_deg", "dec_deg"))
    made = [Target(name=name, ra=ra, dec=dec, **common) for name, ra, dec in zip(*columns, strict=True)]
    if _plain():
        return Target.objects.bulk_create(made)
    for target in made:
        target.save()
    return made


def _plain() -> bool:
    """Tell whether Target.save() does no more than insert a row; a TOM's own model or extra fields need it."""
    extras = getattr(settings, "EXTRA_FIELDS", [])
    return Target is BaseTarget and all(extra.get("default") is None for extra in extras)


def name(pairs: Iterable[tuple[str, int]]) -> None:
    """Give targets other names: pairs of a name that nobody has and a target id."""
    TargetName.objects.bulk_create(TargetName(name=alias, target_id=target) for alias, target in pairs)


def grant(targets: Sequence[BaseTarget], user: Any) -> Counter[str]:
    """Let the groups of the setting GROUPS, and the user, view, change and delete these targets."""
    wanted = set(conf.get("GROUPS"))
    groups = list(Group.objects.filter(name__in=wanted)) if targets else []
    kind = ContentType.objects.get_for_model(Target)
    permissions = Permission.objects.filter(content_type=kind, codename__in=ACTIONS) if targets else []
    cases = [
        {"permission": permission, "content_type": kind, "object_pk": str(target.pk)}
        for target, permission in product(targets, list(permissions))
    ]
    GroupObjectPermission.objects.bulk_create(
        GroupObjectPermission(group=group, **case) for group, case in product(groups, cases)
    )
    if user is not None and user.pk is not None:
        UserObjectPermission.objects.bulk_create(UserObjectPermission(user=user, **case) for case in cases)
    missing = wanted - {group.name for group in groups} if targets else set()
    return Counter(f"the group {group} of TOM_ALERCE_LIKE['GROUPS'] does not exist" for group in sorted(missing))


def announce(targets: Sequence[BaseTarget]) -> Counter[str]:
    """Send what Target.save() would have sent: Django's signal and the TOM's hook ``target_post_save``.

    A receiver that fails becomes a message: the target is there all the same.
    """
    problems: Counter[str] = Counter()
    for target in targets if _plain() else ():
        try:
            post_save.send(Target, instance=target, created=True, raw=False, using=target._state.db, update_fields=None)
            run_hook("target_post_save", target=target, created=True)
        except Exception as error:
            logger.exception("after the creation of target %s", target)
            problems[f"target {target} is made, but target_post_save failed: {error}"] += 1
    return problems
