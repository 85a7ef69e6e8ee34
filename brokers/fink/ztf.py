"""Fink's answers about ZTF alerts as packets like those that ZTF sends.

Fields begin with ``i:`` (ZTF's own), ``d:`` (Fink's modules) or ``v:`` (made for the answer).
"""

from __future__ import annotations

from collections.abc import Sequence

from tom_alerce_like.alerts import ztf
from tom_alerce_like.alerts.fink import ZTF_SCORES
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.brokers.reply import Row, number, texts, whole

LABEL = "v:classification"
_TAG, _VALID, _LIMIT = "d:tag", "valid", "upperlim"


def batch(found: Sequence[Row]) -> Batch:
    """Return one row per object, its newest alert, with the light curve that the answer holds."""
    histories: dict[str, list[Row]] = {}
    for row in found:
        histories.setdefault(str(row.get("i:objectId") or ""), []).append(row)
    packets = [packet(name, history) for name, history in histories.items() if name]
    made = [one for one in packets if one]
    return ztf.from_packets(made, [one["objectId"] for one in made])


def labels(found: Sequence[Row]) -> dict[str, str]:
    """Return the class under which Fink filed each object's newest alert."""
    return dict(zip(texts(found, "i:objectId")[::-1], texts(found, LABEL)[::-1], strict=True))


def packet(name: str, history: list[Row]) -> Row | None:
    """Return the newest of an object's rows, with the others as its history, None when none is a detection."""
    points = [_candidate(row) for row in history if row.get(_TAG, _VALID) in (_VALID, _LIMIT)]
    detections = [row for row in history if row.get(_TAG, _VALID) == _VALID]
    if not detections:
        return None
    newest = max(detections, key=lambda row: number(row.get("i:jd"), 0.0))
    scores = {score: newest.get(f"d:{score}") for score in ZTF_SCORES}
    version = str(newest.get("i:fink_science_version") or "")
    made = {"objectId": name, "candidate": _candidate(newest), "prv_candidates": points}
    return {**made, **scores, "fink_science_version": version}


def _candidate(row: Row) -> Row:
    made = {key[2:]: value for key, value in row.items() if key.startswith("i:")}
    return {**made, "candid": whole(made.get("candid"))}
