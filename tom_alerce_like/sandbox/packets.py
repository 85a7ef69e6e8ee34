"""Alerts of ZTF as the survey sends them: Avro object containers of one packet, schema included."""

from __future__ import annotations

import io
from typing import Any

import fastavro

from tom_alerce_like.sandbox import fink_rows, stamps
from tom_alerce_like.sandbox.night import Source

#: Fields of Fink's rows that a packet has outside ``candidate``, or not at all.
_NOT_OF_CANDIDATE = ("objectId", "publisher", "schemavsn", "fink_broker_version", "fink_science_version")
_TYPES: dict[type, str] = {int: "long", float: "double", str: "string"}


def encoded(source: Source, alert_id: int) -> bytes:
    """Return an alert without its history. Raises KeyError when the source has no such detection."""
    row = next((row for row in fink_rows.alerts(source) if row["i:candid"] == alert_id), None)
    if row is None:
        raise KeyError(alert_id)
    own = {name.removeprefix("i:"): value for name, value in row.items() if name.startswith("i:")}
    packet: dict[str, Any] = {
        **{"schemavsn": own["schemavsn"], "publisher": "ZTF (www.ztf.caltech.edu)"},
        **{"objectId": source.object_id, "candid": alert_id, "prv_candidates": None},
        "candidate": {name: value for name, value in own.items() if name not in _NOT_OF_CANDIDATE},
        **{f"cutout{kind.capitalize()}": _cutout(source, alert_id, kind) for kind in stamps.KINDS},
    }
    container = io.BytesIO()
    fastavro.writer(container, _schema("alert", packet), [packet])
    return container.getvalue()


def _cutout(source: Source, alert_id: int, kind: str) -> dict[str, Any]:
    return {"fileName": f"candid{alert_id}_{kind}.fits.gz", "stampData": stamps.encoded(source, alert_id, kind)}


def _schema(name: str, record: dict[str, Any]) -> dict[str, Any]:
    fields = [{"name": key, "type": _type(key, value)} for key, value in record.items()]
    return {"type": "record", "name": name, "fields": fields}


def _type(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _schema(name, value)
    return "bytes" if isinstance(value, bytes) else ["null", *([_TYPES[type(value)]] if value is not None else [])]
