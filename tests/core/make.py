"""Small makers of rows that many tests need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from guardian.shortcuts import assign_perm
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import Target

from tom_alerce_like.clock import now_mjd
from tom_alerce_like.models import Candidate


def candidate(name: str = "ZTF26aaaaaaa", **fields: Any) -> Candidate:
    """Make a private target with its candidate row."""
    target = Target.objects.create(name=name, type="SIDEREAL", ra=150.0, dec=2.0, permissions="PRIVATE")
    fields = {"survey": "ZTF", "ra_deg": 150.0, "dec_deg": 2.0, "last_mjd": now_mjd() - 0.5, **fields}
    return Candidate.objects.create(target=target, object_id=name, **fields)


def user(name: str = "observer", *actions: str, target: Target | None = None) -> User:
    """Make a user with object permissions (``view``, ``change``) on ``target``."""
    made = User.objects.create_user(name, password="pw")
    for action in actions:
        assign_perm(f"{Target._meta.app_label}.{action}_target", made, target)
    return made


def point(target: Target, day: int, band: str = "r", mag: float | None = 19.0, **fields: Any) -> PhotometryReducedDatum:
    """Store a detection of 2026 November ``day``, or a limit of 20.5 mag when ``mag`` is None."""
    measured = {"limit": 20.5} if mag is None else {"brightness": mag, "brightness_error": 0.1}
    return PhotometryReducedDatum.objects.create(
        target=target,
        timestamp=datetime(2026, 11, day, tzinfo=UTC),
        bandpass=band,
        **{"reduction_version": "alert", **measured, **fields},
    )
