"""Targets of this TOM near places on the sky."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db.models import Q
from tom_targets.models import Target
from tom_targets.permissions import targets_for_user

from tom_alerce_like.sky import separation_arcsec


def targets(user: Any, ra_deg: Sequence[float], dec_deg: Sequence[float], radius_arcsec: float) -> list[list[Any]]:
    """Return for each of a few places the targets within the radius that the user may view, nearest first.

    The index on declination that our migration adds finds them.
    """
    if not len(ra_deg):
        return []
    height = radius_arcsec / 3600 * (1 + 1e-9)
    strips = Q()
    for dec in set(dec_deg):
        strips |= Q(dec__range=(dec - height, dec + height))
    found = list(targets_for_user(user, Target.objects.filter(strips, ra__isnull=False), "view_target"))
    if not found:
        return [[] for _ in ra_deg]
    there = [np.array([getattr(target, name) for target in found], dtype=float) for name in ("ra", "dec")]
    apart = separation_arcsec(np.array(ra_deg)[:, None], np.array(dec_deg)[:, None], *there)
    return [[found[at] for at in np.argsort(line, kind="stable") if line[at] <= radius_arcsec] for line in apart]
