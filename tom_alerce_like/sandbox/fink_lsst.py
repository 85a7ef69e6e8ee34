"""Fink's LSST service: api.lsst.fink-portal.org/api/v1.

Quirks that are kept: columns carry prefixes (``r:`` from Rubin, ``f:`` from Fink); ids must be sent as strings (a
number is answered with 500); ``tags`` without arguments explains the tags; -1 is the score of a module that did not
run; nothing found is an empty list; cut-outs come as JSON arrays or as FITS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tom_alerce_like.sandbox import lsst_rows, opinions, stamps
from tom_alerce_like.sandbox.alerce_stamps import FITS
from tom_alerce_like.sandbox.fink_queries import Refused, arguments, cone, selected, window_mjd
from tom_alerce_like.sandbox.night import Night, Source
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_html, as_json

Row = dict[str, Any]
SN_LIKE, PERIODIC, NON_PERIODIC = 11, 21, 22
CATS = {"SN": SN_LIKE, "VS": PERIODIC, "AGN": NON_PERIODIC}
TAGS = {
    "extragalactic_new_candidate": "New (first detection within 48 hours) and potentially extragalactic",
    "extragalactic_lt20mag_candidate": "Rising, bright (mag < 20), extragalactic candidates",
    "sn_near_galaxy_candidate": "Alerts matching a galaxy catalog and consistent with SNe",
    "hostless_candidate": "Hostless alerts",
    "in_tns": "Alerts with a known counterpart in TNS",
}


class FinkLsst(Service):
    """Answers below ``/fink-lsst``."""

    def __init__(self, night: Night) -> None:
        super().__init__()
        self.sources = {source.object_id: source for source in night.of("LSST")}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        both = "GET POST"
        return [
            (both, "/api/v1/tags", self.tags),
            (both, "/api/v1/conesearch", self.conesearch),
            (both, "/api/v1/objects", self._of(lambda source: [_object(source)])),
            (both, "/api/v1/sources", self._of(_sources)),
            (both, "/api/v1/fp", self._of(_forced)),
            (both, "/api/v1/cutouts", self.cutouts),
        ]

    def answer(self, request: Request) -> Reply:
        try:
            return super().answer(request)
        except Refused as error:
            return as_html(str(error), 400)

    def _of(self, rows: Callable[[Source], list[Row]]) -> Handler:
        def handler(request: Request) -> Reply:
            asked = arguments(request, "diaObjectId")
            if not isinstance(asked["diaObjectId"], str):
                return as_html("<title>500 Internal Server Error</title>", 500)
            names = [name.strip() for name in asked["diaObjectId"].split(",")]
            found = [row for name in names if name in self.sources for row in rows(self.sources[name])]
            return as_json(selected(found, asked))

        return handler

    def tags(self, request: Request) -> Reply:
        """Return the newest alerts of a tag."""
        if request.method == "GET" and not request.query:
            return as_json(TAGS)
        asked = arguments(request, "tag")
        if asked["tag"] not in TAGS:
            raise Refused(f"{asked['tag']} is not a valid tag. Here is the list of tags:\n{list(TAGS)}")
        low, high = window_mjd(asked)
        rows = [
            row
            for source in self.sources.values()
            for row in _sources(source)
            if _tagged(source, row, asked["tag"]) and low <= row["r:midpointMjdTai"] <= high
        ]
        rows.sort(key=lambda row: -row["r:midpointMjdTai"])
        return as_json(selected(rows[: int(asked.get("n", 10))], asked))

    def conesearch(self, request: Request) -> Reply:
        """Return the newest alert of each object in the cone, nearest first."""
        asked = arguments(request, "ra", "dec", "radius")
        low, high = window_mjd(asked)
        rows = [
            {**_sources(source)[0], "v:separation_degree": distance_deg}
            for source, distance_deg in cone(list(self.sources.values()), asked)
            if low <= source.detections["mjd"][0] and source.detections["mjd"][-1] <= high
        ]
        if "columns" in asked:
            asked = {**asked, "columns": f"{asked['columns']},r:ra,r:dec,v:separation_degree"}
        return as_json(selected(rows, asked))

    def cutouts(self, request: Request) -> Reply:
        """Return a cut-out of an alert, the newest one when none is named."""
        asked = arguments(request, "diaObjectId", "kind")
        source = self.sources.get(str(asked["diaObjectId"]))
        kind, form = str(asked["kind"]).lower(), asked.get("output-format", "PNG")
        if source is None or kind not in stamps.KINDS or form not in ("array", "FITS"):
            raise Refused("unknown diaObjectId, kind or output-format")
        alert_id = int(asked.get("diaSourceId", source.detections["alert_id"][-1]))
        if alert_id not in source.detections["alert_id"]:
            raise Refused(f"no alert {alert_id}")
        if form == "FITS":
            return Reply(stamps.encoded(source, alert_id, kind), content_type=FITS)
        image = stamps.pixels(source, alert_id)[kind]
        return as_json({f"b:cutout{kind.capitalize()}": image.round(3).tolist()})


def _tagged(source: Source, row: Row, tag: str) -> bool:
    is_candidate = row["f:clf_cats_class"] == SN_LIKE
    mjd = row["r:midpointMjdTai"]
    return (
        is_candidate
        and {
            "extragalactic_new_candidate": mjd - source.detections["mjd"][0] < 2,
            "extragalactic_lt20mag_candidate": row["r:psfFlux"] > 36308,
            "sn_near_galaxy_candidate": source.truth.host is not None,
            "hostless_candidate": source.truth.host is None,
            "in_tns": False,
        }[tag]
    )


def _sources(source: Source) -> list[Row]:
    """Return the alerts, newest first."""
    scores = _scores(source)
    rows = [_prefixed("r:", lsst_rows.dia_source(source, visit)) for visit in source.detections[::-1]]
    return [{**row, "r:reliabilityVersion": "0.3", **scores} for row in rows]


def _forced(source: Source) -> list[Row]:
    kept = ("diaObjectId", "visit", "detector", "midpointMjdTai", "psfFluxErr", "scienceFluxErr", "band")
    return [
        {
            **_prefixed("r:", {name: lsst_rows.dia_source(source, visit)[name] for name in kept}),
            **{"r:diaForcedSourceId": int(visit["alert_id"]), "r:psfFlux": float(visit["forced_njy"])},
            **{"r:ra": source.truth.ra_deg, "r:dec": source.truth.dec_deg},
            "r:scienceFlux": lsst_rows.dia_source(source, visit)["templateFlux"] + float(visit["forced_njy"]),
        }
        for visit in lsst_rows.forced_visits(source)
    ]


def _object(source: Source) -> Row:
    row, seen = lsst_rows.source_row(source), source.detections
    return {
        **{"r:diaObjectId": int(source.object_id), "r:ra": row["meanra"], "r:dec": row["meandec"]},
        **{"r:raErr": row["sigmara"], "r:decErr": row["sigmadec"], "r:nDiaSources": len(seen)},
        **{"r:firstDiaSourceMjdTai": row["firstmjd"], "r:lastDiaSourceMjdTai": row["lastmjd"]},
        "r:validityStartMjdTai": row["lastmjd"],
        **{f"r:{band}_psfFluxNdata": int((seen["band"] == band).sum()) for band in "ugrizy"},
        **_scores(source),
    }


def _scores(source: Source) -> Row:
    scores = opinions.fink(source)
    stamp = next(said for said in opinions.alerce(source) if said.ranking == 1)
    return {
        "f:clf_cats_class": CATS.get(stamp.class_name, -1),
        "f:clf_cats_score": stamp.probability,
        "f:clf_earlySNIa_score": scores["early_ia"] or -1.0,
        "f:clf_snnSnVsOthers_score": scores["supernova"] or -1.0,
        "f:fink_broker_version": "5.0rc0",
        "f:xm_simbad_otype": opinions.FINK_CLASS.get(source.truth.kind),
        **{"f:xm_tns_fullname": None, "f:xm_tns_type": None, "f:xm_tns_redshift": None},
        "f:firstDiaSourceMjdTaiFink": lsst_rows.source_row(source)["firstmjd"],
    }


def _prefixed(prefix: str, row: Row) -> Row:
    return {f"{prefix}{name}": value for name, value in row.items()}
