"""A target, people, and a portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from guardian.shortcuts import assign_perm
from tom_targets.models import Target

from tests.facilities.portal import TOKEN, LoopbackPortal


@pytest.fixture
def target(db: None) -> Target:
    return Target.objects.create(name="ZTF26aaaaaaa", type="SIDEREAL", ra=60.0, dec=-30.0, permissions="PRIVATE")


@pytest.fixture
def other_target(db: None) -> Target:
    return Target.objects.create(name="ZTF26bbbbbbb", type="SIDEREAL", ra=80.0, dec=-20.0, permissions="PRIVATE")


@pytest.fixture
def astronomer(target: Target, other_target: Target) -> User:
    """A user who may change both targets."""
    user = User.objects.create_user("astronomer", password="x")
    for each in (target, other_target):
        for action in ("view", "change"):
            assign_perm(f"{Target._meta.app_label}.{action}_target", user, each)
    return user


@pytest.fixture
def reader(target: Target) -> User:
    """A user who may see the target, and no more."""
    user = User.objects.create_user("reader", password="x")
    assign_perm(f"{Target._meta.app_label}.view_target", user, target)
    return user


@pytest.fixture
def portal(settings: Any) -> Iterator[LoopbackPortal]:
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 5.0}
    with LoopbackPortal() as running:
        settings.FACILITIES = {"OCS-portal": {"portal_url": running.url, "api_key": TOKEN, "proposal": "TEST-2026B"}}
        yield running


@pytest.fixture
def no_portal(settings: Any) -> None:
    """Settings of a portal that nobody can reach."""
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 0.5}
    settings.FACILITIES = {
        "OCS-portal": {"portal_url": "http://127.0.0.1:9", "api_key": TOKEN, "proposal": "TEST-2026B"}
    }
