"""ALeRCE as a function: a few objects, answered in the form of its recorded replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.brokers.loopback import Call
from tests.conformance.broker import spread

FIRST_MJD = 61000.0
POINTS = 3


@dataclass
class Alerce:
    """The service of a survey with these objects, whose most probable class is ``class_name``."""

    survey: str
    object_ids: Sequence[str]
    class_name: str = "SN"

    def __post_init__(self) -> None:
        self.places = dict(zip(self.object_ids, spread(len(self.object_ids)), strict=True))
        self.first_mjd = {oid: FIRST_MJD + 10.0 * index for index, oid in enumerate(self.object_ids)}

    def __call__(self, call: Call) -> Any:
        parts = call.path.strip("/").split("/")
        if call.path in ("/ztf/v1/objects/", "/object_api/list_objects"):
            return self.objects(call.params)
        oid = next((name for name in [*call.params.get("oid", []), *parts] if name in self.places), None)
        if oid is None:
            return None
        if parts[-1] in ("probabilities", "probability"):
            return self.said()
        made = _ztf if self.survey == "ZTF" else _lsst
        return made(parts, oid, self.places[oid], self.first_mjd[oid])

    def objects(self, params: dict[str, list[str]]) -> dict[str, Any]:
        names, page, size = self.chosen(params), int(params["page"][0]), int(params["page_size"][0])
        start = (page - 1) * size
        # as the real services do: the ZTF one does not know whether there are more when it need not count
        is_more = self.survey == "LSST" and start + size < len(names)
        return {"items": [self.listed(oid) for oid in names[start : start + size]], "has_next": is_more, "next": None}

    def chosen(self, params: dict[str, list[str]]) -> list[str]:
        names = [oid for oid in self.object_ids if oid in params.get("oid", self.object_ids)]
        ra, dec = (float(params.get(name, ["0"])[0]) for name in ("ra", "dec"))
        # as the real service does: an exact 0 is no cone
        if ra and dec:
            at = self.places
            names = [oid for oid in names if abs(at[oid][0] - ra) < 0.01 and abs(at[oid][1] - dec) < 0.01]
        return names

    def listed(self, oid: str) -> dict[str, Any]:
        (ra, dec), first = self.places[oid], self.first_mjd[oid]
        shared = {"meanra": ra, "meandec": dec, "firstmjd": first, "lastmjd": first + POINTS - 1, "probability": 0.9}
        if self.survey == "ZTF":
            own = {"oid": oid, "ndet": POINTS, "ndethist": "7", "mjdstarthist": first, "class": self.class_name}
            return {**shared, **own, "classifier": "stamp_classifier"}
        own = {"oid": int(oid), "n_det": POINTS, "class_name": self.class_name, "ranking": 1}
        return {**shared, **own, "classifier_name": "stamp_classifier_rubin_beta", "classifier_version": "2.0.1"}

    def said(self) -> list[dict[str, Any]]:
        names = ("classifier_name", "classifier_version", "class_name", "probability", "ranking")
        rows = [("stamp_classifier", "1.0.4", self.class_name, 0.9, 1), ("stamp_classifier", "1.0.4", "AGN", 0.1, 2)]
        return [dict(zip(names, row, strict=True)) for row in rows]


def _ztf(parts: list[str], oid: str, place: tuple[float, float], first_mjd: float) -> Any:
    if parts[-1] == "lightcurve":
        limit = {"tid": "ztf", "mjd": first_mjd - 2, "fid": 1, "diffmaglim": 20.1}
        return {"detections": [_ztf_point(oid, place, first_mjd, n) for n in range(POINTS)], "non_detections": [limit]}
    if "forced-photometry" in parts:
        shared = {"oid": oid, "isdiffpos": 1, "extra_fields": {"diffmaglim": 20.5}}
        return [
            {**shared, "mjd": first_mjd + 0.5, "fid": 2, "mag": 19.5, "e_mag": 0.1},
            {**shared, "mjd": first_mjd - 1, "fid": 2, "mag": 100.0, "e_mag": 100.0},
        ]
    return None


def _ztf_point(oid: str, place: tuple[float, float], first_mjd: float, number: int) -> dict[str, Any]:
    shared = {"ra": place[0], "dec": place[1], "rb": 0.8, "drb": 0.9, "diffmaglim": 20.5, "distnr": 1.5, "magap": 19.1}
    own = {
        "candid": str(int.from_bytes(oid.encode()[-6:]) * 100 + number),
        "mjd": first_mjd + number,
        "fid": 1 + number % 2,
    }
    return {**shared, **own, "magpsf": 19.0 - 0.1 * number, "sigmapsf": 0.1, "isdiffpos": 1, "has_stamp": True}


def _lsst(parts: list[str], oid: str, place: tuple[float, float], first_mjd: float) -> Any:
    bands = {"band_map": {"1": "g", "2": "r"}, "band": 2, "psfFluxErr": 100.0, "ra": place[0], "dec": place[1]}
    if parts[-1] == "detections":
        own = [{"measurement_id": int(oid) + 10**6 * (n + 1), "mjd": first_mjd + n} for n in range(POINTS)]
        return [{**bands, **row, "psfFlux": 3000.0, "reliability": 0.9, "oid": int(oid)} for row in own]
    if parts[-1] == "forced-photometry":
        return [{**bands, "mjd": first_mjd - n, "psfFlux": 1000.0 * n, "measurement_id": n} for n in range(3)]
    return [] if parts[-1] == "non_detections" else None
