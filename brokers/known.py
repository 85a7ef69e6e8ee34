"""Which objects of a result are targets already, as far as the user may know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from tom_targets.models import Target, TargetName
from tom_targets.permissions import targets_for_user


def targets(names: Iterable[str], user: Any) -> dict[str, Target]:
    """Return the targets that the user may see and that have one of ``names`` as name or alias, by that name."""
    wanted = set(names)
    visible = targets_for_user(user, Target.objects.all(), "view_target")
    found = {target.name: target for target in visible.filter(name__in=wanted)}
    aliases = TargetName.objects.filter(name__in=wanted).values_list("name", "target_id")
    by_id = {target.pk: target for target in visible.filter(pk__in=[pk for _, pk in aliases])}
    return found | {name: by_id[pk] for name, pk in aliases if pk in by_id}


def marked(found: list[dict[str, Any]], user: Any) -> list[dict[str, Any]]:
    """Return rows with ``target``: the target that the object, or one of its other names, is; None for none."""
    names = {row["object_id"]: [row["object_id"], *row["aliases"]] for row in found}
    here = targets([name for some in names.values() for name in some], user)
    return [
        {**row, "target": next((here[name] for name in names[row["object_id"]] if name in here), None)} for row in found
    ]


def links(target_ids: Mapping[str, int], user: Any) -> list[tuple[str, str]]:
    """Return (URL, name) of the targets among ``target_ids`` that the user may see."""
    visible = targets_for_user(user, Target.objects.filter(pk__in=target_ids.values()), "view_target")
    return [(reverse("targets:detail", args=[target.pk]), target.name) for target in visible.order_by("name")]
