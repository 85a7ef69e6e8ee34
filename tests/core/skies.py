"""Small batches of alerts, and what a database holds of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import Target, TargetName

from tom_alerce_like.alerts.schema import CLASSIFICATION_SCHEMA, Batch, frame
from tom_alerce_like.models import Alert, Candidate, Classification

BROKER = "ALeRCE-multisurvey"


def point(mjd: float, mag: float = 19.0, band: str = "g", **other: Any) -> dict[str, Any]:
    """One point of a light curve: a detection unless told otherwise."""
    return {"mjd": mjd, "band": band, "mag": mag, "mag_err": 0.1, "is_detection": True, "is_forced": False, **other}


def limit(mjd: float, mag: float = 20.5, band: str = "g") -> dict[str, Any]:
    """One non-detection."""
    return point(mjd, mag, band, mag_err=None, is_detection=False)


def alert(object_id: str = "ZTF26aaaaaaa", mjd: float = 61000.0, **other: Any) -> dict[str, Any]:
    """One row of the alert table: a detection of 19 mag in g at (150, 2) unless told otherwise."""
    row = {"survey": "ZTF", "object_id": object_id, "alert_id": f"{object_id}@{mjd}", "mjd": mjd, "band": "g"}
    row |= {"mag": 19.0, "mag_err": 0.1, "flux_njy": 91201.0, "flux_err_njy": 9000.0, "is_positive": True}
    row |= {"ra_deg": 150.0, "dec_deg": 2.0, "real_bogus": 0.9}
    return row | other


def judgement(object_id: str = "ZTF26aaaaaaa", class_name: str = "SN", probability: float = 0.8, **other: Any) -> dict:
    """One row of the classification table."""
    row = {"survey": "ZTF", "object_id": object_id, "source": "ALeRCE", "classifier": "stamp", "version": "1.0"}
    return {**row, "class_name": class_name, "probability": probability, "mjd": 61000.0, **other}


def batch(
    *alerts: Mapping[str, Any],
    judgements: Iterable[Mapping[str, Any]] = (),
    aliases: Mapping[str, Sequence[str]] | None = None,
) -> Batch:
    """A batch of rows; rows may lack columns."""
    return Batch(frame(_columns(alerts)), frame(_columns(list(judgements)), CLASSIFICATION_SCHEMA), aliases or {})


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list]:
    names = {name for row in rows for name in row}
    return {name: [row.get(name) for row in rows] for name in names}


def names() -> dict[int, frozenset[str]]:
    """The names of every target."""
    found = {pk: {name} for pk, name in Target.objects.values_list("pk", "name")}
    for pk, name in TargetName.objects.values_list("target_id", "name"):
        found[pk].add(name)
    return {pk: frozenset(all_names) for pk, all_names in found.items()}


def contents() -> dict[str, set]:
    """What the database says, without its keys and without the times of writing."""
    who = names()
    light = ("timestamp", "bandpass", "brightness", "limit", "reduction_version", "telescope")
    judged = ("source", "classifier", "version", "class_name", "probability", "mjd")
    short = ("object_id", "first_mjd", "last_mjd", "n_detections", "last_mag", "class_name", "class_probability")
    tables = {
        "datums": (PhotometryReducedDatum, light),
        "alerts": (Alert, ("survey", "alert_id", "mjd", "band", "mag")),
        "judgements": (Classification, judged),
        "candidates": (Candidate, short),
    }
    held = {"targets": set(who.values())}
    for label, (model, columns) in tables.items():
        rows = list(model.objects.values_list("target_id", *columns))
        held[label] = {(who[row[0]], *row[1:]) for row in rows}
        assert len(held[label]) == len(rows)
    return held


def rows() -> list[tuple]:
    """Every row of every table that ingest writes, keys and times of writing included."""
    models = (Target, TargetName, PhotometryReducedDatum, Alert, Classification, Candidate)
    return [tuple(map(repr, row)) for model in models for row in model.objects.order_by("pk").values_list()]
