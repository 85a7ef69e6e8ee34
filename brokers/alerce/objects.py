"""All that ALeRCE knows of one object, asked for call by call."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pandas as pd

from tom_alerce_like.alerts import wire
from tom_alerce_like.brokers import gather
from tom_alerce_like.brokers.alerce import lsst, ztf
from tom_alerce_like.brokers.alerce.probabilities import of_object
from tom_alerce_like.brokers.ids import LSST, ZTF
from tom_alerce_like.brokers.reply import rows

#: Make a GET of a URL with parameters: decoded JSON, and the body as it is.
GetJson = Callable[[str, dict[str, Any]], Any]
GetBytes = Callable[[str, dict[str, Any]], bytes]
Packet = dict[str, Any]
NOTHING: Packet = {}
KINDS = ("science", "template", "difference")


@dataclass
class Found:
    """One object: its newest alert as a packet (None without detections), its classes, and what is missing."""

    packet: Packet | None
    classes: pd.DataFrame
    problems: list[str] = field(default_factory=list)


def of_ztf(oid: str, root: str, stamps_root: str, get: GetJson, get_bytes: GetBytes) -> Found:
    """Ask for light curve, forced photometry, probabilities and the newest packet or cutouts of a ZTF object.

    Only the light curve must answer; raises the `ServiceError` family when it does not.
    """
    problems: list[str] = []
    name = quote(oid, safe="")
    curve = get(f"{root}/ztf/v1/objects/{name}/lightcurve", {})
    detections, limits = rows(curve, "detections"), rows(curve, "non_detections")

    def ask(what: str, url: str) -> Any:
        return gather.optional(lambda: get(url, {}), [], f"{what} of {oid}", problems)

    forced = ask("forced photometry", f"{root}/v2/lightcurve/forced-photometry/{name}")
    said = rows(ask("probabilities", f"{root}/ztf/v1/objects/{name}/probabilities"))
    made = ztf.packet(oid, detections, limits, forced)
    stamp = ztf.newest_stamp(detections)
    if made and stamp:
        which = {"oid": oid, "candid": stamp}

        def packet() -> Packet:
            return _packet(get_bytes(f"{stamps_root}/get_avro", which))

        def image(kind: str) -> bytes:
            return get_bytes(f"{stamps_root}/get_stamp", {**which, "type": kind, "format": "fits"})

        original = gather.optional(packet, NOTHING, f"packet of {oid}", problems)
        images = {} if original else gather.optional(lambda: _images(image), NOTHING, f"cutouts of {oid}", problems)
        made = ztf.completed(made, original, {name: {"stampData": data} for name, data in images.items()})
    return Found(made, of_object(said, ZTF, oid), problems)


def of_lsst(oid: str, root: str, get: GetJson, get_bytes: GetBytes) -> Found:
    """Ask for light curve, forced photometry, probabilities and the newest cutouts of an LSST object; raises alike."""
    problems: list[str] = []
    which = {"survey_id": "lsst", "oid": oid}

    def ask(what: str, path: str) -> Any:
        return rows(gather.optional(lambda: get(f"{root}/{path}", which), [], f"{what} of {oid}", problems))

    detections = rows(get(f"{root}/lightcurve_api/detections", which))
    limits = ask("non-detections", "lightcurve_api/non_detections")
    forced = ask("forced photometry", "lightcurve_api/forced-photometry")
    said = ask("probabilities", "probability_api/probability")
    made = lsst.packet(oid, detections, limits, forced)
    if made:
        source = made["diaSource"]["diaSourceId"]

        def image(kind: str) -> bytes:
            asked = {
                **which,
                "measurement_id": source,
                "stamp_type": f"cutout{kind.capitalize()}",
                "file_format": "fits",
            }
            return get_bytes(f"{root}/stamps_api/stamp", asked)

        made = {**made, **gather.optional(lambda: _images(image), NOTHING, f"cutouts of {oid}", problems)}
    return Found(made, of_object(said, LSST, oid), problems)


def _images(image: Callable[[str], bytes]) -> dict[str, Any]:
    return {f"cutout{kind.capitalize()}": image(kind) for kind in KINDS}


def _packet(body: bytes) -> Packet:
    return next(wire.packets(io.BytesIO(body)), {})
