"""Fink as a function: a few objects, answered in the form of its recorded replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.brokers.loopback import Answer, Call
from tests.conformance.broker import spread

FIRST_MJD = 61000.0
POINTS = 3
JD_OF_MJD_0 = 2400000.5


def answers(survey: str, object_ids: Sequence[str], class_name: str = "SN candidate") -> Answer:
    """Return the service of a survey with these objects; ``class_name`` is the label of all."""
    places = dict(zip(object_ids, spread(len(object_ids)), strict=True))
    rows = {oid: alert_rows(survey, oid, places[oid], 10.0 * n, class_name) for n, oid in enumerate(object_ids)}

    def cone(body: dict[str, Any]) -> list[str]:
        ra, dec = body["ra"], body["dec"]
        return [oid for oid, place in places.items() if abs(place[0] - ra) < 0.01 and abs(place[1] - dec) < 0.01]

    def named(body: dict[str, Any]) -> list[str]:
        return [oid for oid in body["objectId" if survey == "ZTF" else "diaObjectId"].split(",") if oid in rows]

    def answer(call: Call) -> Any:
        what = call.path.rsplit("/", 1)[-1]
        if what == "conesearch":
            return [rows[oid][0] for oid in cone(call.body)][: call.body["n"]]
        if what in ("latests", "tags"):
            return [row for oid in object_ids for row in rows[oid]][: call.body["n"]]
        if what == "fp":
            return [forced for oid in named(call.body) for forced in forced_rows(oid)]
        if what in ("objects", "sources"):
            limits = call.body.get("withupperlim") == "True"
            return [row for oid in named(call.body) for row in [*rows[oid], *(limit_rows(oid) if limits else [])]]
        return None

    return answer


def alert_rows(survey: str, oid: str, place: tuple[float, float], day: float, label: str) -> list[dict[str, Any]]:
    make = _ztf if survey == "ZTF" else _lsst
    return [make(oid, place, FIRST_MJD + day + number, number, label) for number in reversed(range(POINTS))]


def _ztf(oid: str, place: tuple[float, float], mjd: float, number: int, label: str) -> dict[str, Any]:
    own = {"objectId": oid, "candid": int.from_bytes(oid.encode()[-6:]) * 100 + number, "jd": mjd + JD_OF_MJD_0}
    measured = {"ra": place[0], "dec": place[1], "magpsf": 19.0, "sigmapsf": 0.1, "fid": 1, "isdiffpos": "t"}
    more = {"diffmaglim": 20.5, "ndethist": number + 1, "drb": 0.9, "jdstarthist": mjd - number + JD_OF_MJD_0}
    scores = {"d:snn_sn_vs_all": 0.9, "d:rf_snia_vs_nonia": 0.6, "d:rf_kn_vs_nonkn": 0.0, "d:snn_snia_vs_nonia": -1.0}
    candidate = {f"i:{name}": value for name, value in {**own, **measured, **more}.items()}
    return {**candidate, **scores, "i:fink_science_version": "8.4.0", "v:classification": label}


def limit_rows(oid: str) -> list[dict[str, Any]]:
    own = {"i:objectId": oid, "i:candid": -1, "i:jd": FIRST_MJD - 5 + JD_OF_MJD_0, "i:fid": 2}
    return [{**own, "i:diffmaglim": 20.0, "i:magpsf": None, "d:tag": "upperlim"}]


def _lsst(oid: str, place: tuple[float, float], mjd: float, number: int, label: str) -> dict[str, Any]:
    own = {"r:diaObjectId": int(oid), "r:diaSourceId": int(oid) + 10**6 * (number + 1), "r:midpointMjdTai": mjd}
    measured = {"r:ra": place[0], "r:dec": place[1], "r:band": "r", "r:psfFlux": 3000.0, "r:psfFluxErr": 100.0}
    scores = {"f:clf_snnSnVsOthers_score": 0.9, "f:clf_earlySNIa_score": -1.0, "f:clf_cats_class": 11}
    more = {"f:clf_cats_score": 0.97, "r:reliability": 0.9, "f:fink_broker_version": "5.0rc0"}
    return {**own, **measured, **scores, **more, "f:xm_tns_fullname": label if "<" in label else None}


def forced_rows(oid: str) -> list[dict[str, Any]]:
    shared = {"r:diaObjectId": int(oid), "r:band": "r", "r:psfFluxErr": 100.0}
    return [{**shared, "r:midpointMjdTai": FIRST_MJD - n, "r:psfFlux": 1000.0 * n} for n in range(3)]
