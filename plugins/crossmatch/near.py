"""Targets of this TOM near places on the sky."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tom_targets.models import Target
from tom_targets.permissions import targets_for_user

from tom_alerce_like.bulk import slices
from tom_alerce_like.ingest.cone import targets_within


def targets(user: Any, ra_deg: Sequence[float], dec_deg: Sequence[float], radius_arcsec: float) -> list[list[Any]]:
    """Return for each of a few places the targets within the radius that the user may view, nearest first.

    The index on declination that our migration adds finds them; only those that are near are loaded.
    """
    place, pk, apart = targets_within(np.array(ra_deg, float), np.array(dec_deg, float), radius_arcsec)
    seen: dict[int, Any] = {}
    for some in slices(sorted(set(pk.tolist()))):
        seen |= {one.pk: one for one in targets_for_user(user, Target.objects.filter(pk__in=some), "view_target")}
    found: list[list[Any]] = [[] for _ in ra_deg]
    for at in np.lexsort((pk, apart)):
        if pk[at] in seen:
            found[place[at]].append(seen[pk[at]])
    return found
