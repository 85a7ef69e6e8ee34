"""Whatever an observatory does to our calls: nothing booked twice, nothing booked that we do not know."""

from __future__ import annotations

import pytest

from tests.facilities.portal import LoopbackPortal
from tom_alerce_like.facilities import ledger, settle
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.facilities.ocs.payload import default_params

pytestmark = pytest.mark.django_db
EXPOSURES_S = (60.0, 90.0, 150.0)
QUIET_ROUNDS = 4


def run_night(portal: LoopbackPortal, target, user) -> None:
    """Ask for three things, one of them twice, cancel one, and run the sweep while the portal goes on failing."""
    for exposure_s in (*EXPOSURES_S, EXPOSURES_S[0]):
        ledger.submit(target, {**default_params(), "exposure_s_1": exposure_s}, user)
    ledger.cancel(FollowupRequest.objects.get(params__exposure_s_1=EXPOSURES_S[-1]), user)
    settle.reconcile(settle_s=0)


@pytest.mark.parametrize("seed", range(48))
def test_no_duplicate_and_no_orphan(portal, target, astronomer, settings, seed):
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 0.06}
    portal.late_s = 0.2
    portal.rng.seed(seed)
    portal.rate = 0.6
    run_night(portal, target, astronomer)
    portal.rate = 0.0
    portal.settle()
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 5.0}
    for _ in range(QUIET_ROUNDS):
        settle.reconcile(settle_s=0)
    accepted = FollowupRequest.objects.filter(state=State.ACCEPTED)
    assert sorted(accepted.values_list("params__exposure_s_1", flat=True)) == sorted(EXPOSURES_S[:-1])
    assert sorted(str(group["id"]) for group in portal.live()) == sorted(accepted.values_list("remote_id", flat=True))
    assert FollowupRequest.objects.exclude(state=State.ACCEPTED).get().state == State.CANCELLED
    assert settle.reconcile(settle_s=0)["errors"] == 0
