"""A TNS on loopback, a TOM that has an account there, and a supernova to report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from guardian.shortcuts import assign_perm
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import Target

from tests.plugins.tns.server import BOT_ID, BOT_NAME, KEY, FakeTns
from tom_alerce_like.clock import to_mjd
from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.plugins.tns.account import Account, account

DISCOVERY = datetime(2026, 11, 3, 8, 18, 38, 998400, tzinfo=UTC)


@pytest.fixture
def tns() -> Iterator[FakeTns]:
    with FakeTns() as server:
        yield server


@pytest.fixture
def service() -> dict[str, Any]:
    """The TOM's settings for TNS, without a URL."""
    authors = "A. Author on behalf of our group"
    return {"api_key": KEY, "bot_id": BOT_ID, "bot_name": BOT_NAME, "group_id": "74", "authors": authors}


@pytest.fixture
def here(tns: FakeTns, service: dict[str, Any], settings: Any) -> Account:
    """The account at the loopback TNS."""
    settings.DATA_SERVICES = {"TNS": {**service, "base_url": tns.url}}
    return account()


@pytest.fixture
def supernova(db: None) -> Callable[..., Target]:
    """A maker of targets with a ZTF light curve, a class and a host."""
    return _supernova


def _supernova(number: int = 0, n_detections: int = 3, **fields: Any) -> Target:
    name = f"ZTF26aaaaa{chr(97 + number // 26)}{chr(97 + number % 26)}"
    ra, dec = 150.0 + number / 100, 2.0
    target = Target.objects.create(name=name, type="SIDEREAL", ra=ra, dec=dec, permissions="PRIVATE")
    observe(target, DISCOVERY - timedelta(days=2), "r", limit=20.5)
    observe(target, DISCOVERY - timedelta(days=5), "g", limit=20.9)
    for index in range(n_detections):
        observe(target, DISCOVERY + timedelta(days=index), "gr"[index % 2], mag=19.5 - 0.1 * index)
    host = {"host_name": "NGC 1234", "host_probability": 0.95, "host_redshift": 0.034, "host_redshift_kind": "spec"}
    judged = {"class_name": "SN", "class_probability": 0.91, "classifier": "transient"}
    seen = {"first_mjd": to_mjd(DISCOVERY), "n_detections": n_detections, "priority": 0.5}
    where = {"survey": "ZTF", "object_id": name, "ra_deg": ra, "dec_deg": dec}
    Candidate.objects.create(target=target, **{**where, **seen, **judged, **host, **fields})
    Classification.objects.create(
        target=target, source="local", classifier="transient", version="1.0", class_name="SN", probability=0.91
    )
    return target


def observe(target: Target, when: datetime, band: str, mag: float | None = None, **fields: Any) -> None:
    PhotometryReducedDatum.objects.bulk_create(
        [
            PhotometryReducedDatum(
                target=target,
                timestamp=when,
                bandpass=band,
                brightness=mag,
                brightness_error=None if mag is None else 0.1,
                **{"telescope": "ZTF", "instrument": "ZTF-Cam", "reduction_version": "alert", "value": {}, **fields},
            )
        ]
    )


@pytest.fixture
def observer(db: None) -> Callable[..., User]:
    """A maker of users with object permissions on targets."""

    def make(name: str, *actions: str, targets: list[Target] | tuple[Target, ...] = ()) -> User:
        user = User.objects.create_user(name, password="pw", first_name="Vera", last_name="Rubin")
        for action in actions:
            for target in targets:
                assign_perm(f"{Target._meta.app_label}.{action}_target", user, target)
        return user

    return make
