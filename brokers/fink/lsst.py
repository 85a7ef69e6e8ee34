"""Fink's answers about LSST alerts as packets like those that Rubin sends.

Fields begin with ``r:`` (Rubin's own) or ``f:`` (Fink's modules).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tom_alerce_like.alerts import lsst
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.brokers.reply import Row, number, whole

#: What Fink is asked for: all columns are ten times as many.
COLUMNS = (
    "r:diaObjectId,r:diaSourceId,r:midpointMjdTai,r:band,r:ra,r:dec,r:psfFlux,r:psfFluxErr,r:apFlux,r:psfChi2,"
    "r:psfNdata,r:reliability,r:snr,r:trailLength,r:extendedness,r:ixx,r:iyy,r:ixy,r:nDiaSources,"
    "f:firstDiaSourceMjdTaiFink,f:clf_snnSnVsOthers_score,f:clf_earlySNIa_score,f:clf_cats_score,f:clf_cats_class,"
    "f:xm_tns_fullname,f:fink_science_version,f:fink_broker_version"
)
_CLF, _XM = "f:clf_", "f:xm_"


def batch(found: Sequence[Row], forced: Sequence[Row] = ()) -> Batch:
    """Return one row per object, its newest alert, with the light curve that the answers hold."""
    packets = []
    measured = _by_object(forced)
    for name, history in _by_object(found).items():
        history = sorted(history, key=lambda row: number(row.get("r:midpointMjdTai"), 0.0))
        packets.append(packet(history, measured.get(name, [])))
    return lsst.from_packets(packets, [str(one["diaSource"]["diaObjectId"]) for one in packets])


def _by_object(found: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(str(row.get("r:diaObjectId") or ""), []).append(row)
    groups.pop("", None)
    return groups


def packet(history: list[Row], forced: list[Row]) -> Row:
    """Return the last of an object's rows, which are in order of time, with the others as its history."""
    newest = history[-1]
    own = _fields(newest, "r:")
    return {
        "diaSource": own,
        "diaObject": {
            "nDiaSources": own.get("nDiaSources") or (len(history) if len(history) > 1 else None),
            "firstDiaSourceMjdTai": newest.get("f:firstDiaSourceMjdTaiFink"),
        },
        "prvDiaSources": [_fields(row, "r:") for row in history[:-1]],
        "prvDiaForcedSources": [_fields(row, "r:") for row in forced],
        "clf": _fields(newest, _CLF),
        "xm": _fields(newest, _XM),
        "fink_science_version": str(newest.get("f:fink_science_version") or newest.get("f:fink_broker_version") or ""),
    }


def _fields(row: Row, prefix: str) -> dict[str, Any]:
    made = {key[len(prefix) :]: value for key, value in row.items() if key.startswith(prefix)}
    return made | {name: whole(made[name]) for name in ("diaObjectId", "diaSourceId", "ssObjectId") if name in made}
