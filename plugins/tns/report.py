"""AT reports built from what the TOM knows of its targets, in the key names of TNS 2.0."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from django.db.models import F
from tom_targets.models import Target

from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.plugins.tns import ids, points
from tom_alerce_like.plugins.tns.account import Account
from tom_alerce_like.plugins.tns.formats import tns_time
from tom_alerce_like.plugins.tns.points import Point

AtReport = dict[str, Any]

#: A host this sure is named in the report, and lends it its redshift.
MIN_HOST_PROBABILITY = 0.7
MAX_REDSHIFT = 1.0
#: One-sigma position errors: the floor of ZTF reports at TNS, and LSST seeing over the 5 sigma of a detection.
POSITION_ERROR_ARCSEC = {"ZTF": 0.085, "LSST": 0.07}
EXPOSURE_S = 30.0
#: What a user may change before sending.
EDITABLE = ("at_type", "reporter", "remarks")


def build(targets: Iterable[Target], reporter: str, account: Account) -> dict[int, AtReport]:
    """Return the AT report of each target by its id; `rules.problems` tells what a report lacks.

    The number of database queries does not depend on the number of targets.
    """
    wanted = list(targets)
    keys = [target.pk for target in wanted]
    photometry = points.of_targets(keys)
    candidates = Candidate.objects.in_bulk(keys)
    judgements = Classification.objects.filter(target_id__in=keys).order_by(
        F("mjd").asc(nulls_first=True), "modified", "probability"
    )
    # the newest comes last
    chosen = {(row.target_id, row.classifier, row.class_name): row for row in judgements}
    made = {}
    for target in wanted:
        candidate = candidates.get(target.pk) or Candidate(target_id=target.pk, object_id=target.name)
        judgement = chosen.get((target.pk, candidate.classifier, candidate.class_name))
        made[target.pk] = _report(target, candidate, judgement, photometry.get(target.pk, []), account, reporter)
    return made


def _report(
    target: Target,
    candidate: Candidate,
    judgement: Classification | None,
    seen: list[Point],
    account: Account,
    reporter: str,
) -> AtReport:
    reported = points.chosen(seen)
    survey = reported[0].survey if reported else candidate.survey
    name = internal_name(candidate.object_id)
    return {
        "ra": _coordinate(target.ra, survey),
        "dec": _coordinate(target.dec, survey),
        "reporting_groupid": account.group_id,
        "data_source_groupid": account.data_source_group_id or ids.DATA_SOURCES.get(survey, ""),
        "reporter": reporter,
        "discovery_datetime": tns_time(reported[0].when) if reported else "",
        "at_type": "1",
        **_host(candidate),
        "internal_name": name,
        "internal_ids": {"internal_name": name},
        "remarks": _remarks(candidate, judgement, survey),
        "non_detection": _non_detection(points.last_non_detection(seen), survey),
        "photometry": {str(number): _photometry(point) for number, point in enumerate(reported)},
    }


def internal_name(object_id: str) -> str:
    """Return the survey's name of an object as TNS lists it: LSST's bare number gets Rubin's designation."""
    number = re.fullmatch(r"(?:LSST\D*)?(\d+)", object_id.strip())
    return f"LSST-P-DO-{number[1]}" if number else object_id.strip()


def reporter(user: Any, account: Account) -> str:
    """Return who reports: the user's full name, then the authors of the settings."""
    name = user.get_full_name() if user is not None else ""
    parts = [part for part in (name, account.authors) if part]
    if name and name in account.authors:
        parts = [account.authors]
    return ", ".join(parts) or getattr(user, "username", "")


def digest(report: AtReport) -> str:
    """Return a fingerprint of what the user cannot edit: it tells whether the data changed since the preview."""
    fixed = {key: value for key, value in report.items() if key not in EDITABLE}
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:16]


def _coordinate(degrees: float | None, survey: str) -> dict[str, str]:
    value = "" if degrees is None else f"{degrees:.7f}"
    return {"value": value, "error": str(POSITION_ERROR_ARCSEC.get(survey, "")), "units": "arcsec"}


def _host(candidate: Candidate) -> dict[str, str]:
    if not candidate.host_name or (candidate.host_probability or 0) < MIN_HOST_PROBABILITY:
        return {}
    redshift = candidate.host_redshift
    if candidate.host_redshift_kind != "spec" or redshift is None or not 0 < redshift <= MAX_REDSHIFT:
        return {"host_name": candidate.host_name}
    return {"host_name": candidate.host_name, "host_redshift": f"{redshift:.5f}"}


def _remarks(candidate: Candidate, judgement: Classification | None, survey: str) -> str:
    said = [f"Found in the public {survey} alert stream."] if survey else []
    if judgement is not None:
        by = " ".join(filter(None, (judgement.source, judgement.classifier, judgement.version)))
        said.append(f"Classified as {judgement.class_name} by {by} with probability {judgement.probability:.2f}.")
    if candidate.host_name and (candidate.host_probability or 0) >= MIN_HOST_PROBABILITY:
        said.append(f"Host chosen with probability {candidate.host_probability:.2f}.")
        if candidate.host_redshift_kind == "photo" and candidate.host_redshift is not None:
            said.append(f"Photometric redshift of the host: {candidate.host_redshift:.2f}.")
    return " ".join(said)


def _non_detection(point: Point | None, survey: str) -> dict[str, str]:
    if point is None:
        return {"archiveid": "0", "archival_remarks": f"No earlier non-detection in the {survey} alerts"}
    return {"obsdate": tns_time(point.when), "limiting_flux": f"{point.limiting_mag:.4f}", **_observation(point)}


def _photometry(point: Point) -> dict[str, str]:
    return {
        "obsdate": tns_time(point.when),
        "flux": f"{point.mag:.4f}",
        "flux_error": "" if point.mag_err is None else f"{point.mag_err:.4f}",
        "limiting_flux": "" if point.limiting_mag is None else f"{point.limiting_mag:.4f}",
        **_observation(point),
    }


def _observation(point: Point) -> dict[str, str]:
    return {
        "flux_unitid": ids.AB_MAG,
        "filterid": ids.FILTERS[point.survey][point.band],
        "instrumentid": ids.INSTRUMENTS[point.survey],
        "exptime": f"{point.exposure_s or EXPOSURE_S:g}",
        "observer": "Robot",
        "comments": f"Data provided by {point.survey}",
    }
