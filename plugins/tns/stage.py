"""The last stage of a night: reports to TNS, when the settings say so and the night has a user who may."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from django.db.models import F
from tom_targets.models import Target

from tom_alerce_like import conf
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.models import Candidate
from tom_alerce_like.permissions import changeable
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.tns import ledger, rules
from tom_alerce_like.plugins.tns import report as at_report
from tom_alerce_like.plugins.tns.account import Account, account
from tom_alerce_like.plugins.tns.client import MAX_REPORTS, Client
from tom_alerce_like.plugins.tns.models import LIVE, OPEN, Report, State
from tom_alerce_like.taxonomy import SUPERNOVA
from tom_alerce_like.turns import turn

MIN_PROBABILITY = 0.5
MIN_DETECTIONS = 2
PATIENCE_S = 20.0
#: Pauses between questions for the reply, in all about 20 s.
PAUSES_S = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 4.0, 4.0)


def report(night: Night) -> None:
    """Report the night's best supernova candidates in one submission, and count those that TNS accepts."""
    here = account()
    if not conf.get("AUTO_REPORT") or night.user is None or not here.configured:
        return
    client = Client(here, patience_s=PATIENCE_S)
    rows = _queue(night, here)
    ledger.settle(client)
    for pause_s in PAUSES_S:
        if not _count(rows, OPEN):
            break
        time.sleep(pause_s)
        ledger.poll(client)
    night.counts["reports"] += _count(rows, [State.ACCEPTED])
    _tell(night, rows)


def _queue(night: Night, here: Account) -> list[Report]:
    """Queue reports of the best candidates; one that lacks something is left for a person to complete."""
    wanted = _best(night, here, min(_room(night, here), MAX_REPORTS))
    reports = at_report.build(wanted, at_report.reporter(night.user, here), here)
    rows = []
    for target in night.each(wanted, "reports", len(wanted)):
        try:
            _require_discovery(target, reports[target.pk])
            with turn():  # another run may be reporting too
                if not _room(night, here):
                    break
                rows.append(ledger.queue(target, reports[target.pk], night.user, here))
        except InputError as error:
            night.problems.append(f"no TNS report of {target.name}: {error}")
    return rows


def _room(night: Night, here: Account) -> int:
    """Return how many more reports the setting MAX_REPORTS_PER_NIGHT allows."""
    since = night.now - timedelta(hours=24)
    made = Report.objects.filter(environment=here.environment, created__gte=since).count()
    return max(0, conf.get("MAX_REPORTS_PER_NIGHT") - made)


def _require_discovery(target: Target, draft: at_report.AtReport) -> None:
    if not draft.get("photometry"):
        raise InputError("nothing brighter than the reference image was seen that could be reported")
    missed = rules.missed_discovery(draft, Candidate.objects.get(pk=target.pk).first_mjd)
    if missed:
        raise InputError(missed)


def _best(night: Night, here: Account, room: int) -> list[Target]:
    reported = Report.objects.filter(environment=here.environment, state__in=LIVE).exclude(target=None)
    candidates = Candidate.objects.filter(
        target_id__in=changeable(night.user, Target.objects.all()).values("pk"),
        class_name__iregex=SUPERNOVA,
        class_probability__gte=MIN_PROBABILITY,
        n_detections__gte=MIN_DETECTIONS,
    ).exclude(target_id__in=reported.values("target_id"))
    best = candidates.order_by(F("priority").desc(nulls_last=True), "-class_probability")
    # a night may have more targets than a database takes in one statement
    ranked = best.values_list("pk", flat=True).iterator()
    keys = list(islice((key for key in ranked if key in night.targets), room))
    targets = Target.objects.in_bulk(keys)
    return [targets[pk] for pk in keys]


def _count(rows: Iterable[Report], states: Iterable[State]) -> int:
    return Report.objects.filter(pk__in=[row.pk for row in rows], state__in=states).count()


def _tell(night: Night, rows: Iterable[Report]) -> None:
    mine = Report.objects.filter(pk__in=[row.pk for row in rows])
    for row in mine.filter(state__in=[State.REFUSED, State.UNKNOWN]):
        night.error(f"TNS report of {row.internal_name} {row.state}: {row.why}")
    waiting = list(mine.filter(state=State.QUEUED))
    if waiting:
        night.error(f"{len(waiting)} TNS reports wait for `alerce_tns`: {waiting[0].why}")
