"""The objects that the simulated TNS has named, and how it shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from tom_alerce_like.sandbox import tns_rules
from tom_alerce_like.sandbox.sky import separation_deg
from tom_alerce_like.sandbox.tns_rules import Row

MATCH_ARCSEC = 3.0
FAST_RADIO_BURST = "5"


@dataclass
class Transient:
    """An object that TNS has named."""

    objid: int
    objname: str
    prefix: str
    ra_deg: float
    dec_deg: float
    reports: list[Row] = field(default_factory=list)


class Register:
    """All named objects; ``transients`` in the order of their names."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.transients: list[Transient] = []

    def add(self, sender: str, entry: Row) -> Row:
        """Take one flawless report and return the feedback on it."""
        ra = tns_rules.angle_deg(entry["ra"]["value"], hours=True)
        dec = tns_rules.angle_deg(entry["dec"]["value"], hours=False)
        report = {**entry, "sender": sender, "ra_deg": ra, "dec_deg": dec}
        prefix = "FRB" if str(entry["at_type"]) == FAST_RADIO_BURST else "AT"
        known = next(iter(self.near(ra, dec, MATCH_ARCSEC)), None)
        if known is None:
            return {"100": self._inserted(report, prefix, ra, dec)}
        if any(_identical(report, earlier) for earlier in known.reports):
            return {"5": tns_rules.note(5)}
        known.reports.append(report)
        message = {"message": "Transient object exists.", "message_id": 101}
        answer: Row = {"101": {**message, "objname": known.objname, "prefix": known.prefix}}
        if prefix != known.prefix:
            known.prefix = prefix
            changed = {"message": "Object name prefix has changed.", "message_id": 121}
            answer["121"] = {**changed, "new_object_name": f"{prefix}{known.objname}"}
        return answer

    def _inserted(self, report: Row, prefix: str, ra: float, dec: float) -> Row:
        number = len(self.transients)
        name = f"{self.year}{_letters(number)}"
        self.transients.append(Transient(200_000 + number, name, prefix, ra, dec, [report]))
        return {"message": "Transient object was inserted.", "message_id": 100, "objname": name}

    def near(self, ra_deg: float, dec_deg: float, radius_arcsec: float) -> list[Transient]:
        """Return the objects in a cone, nearest first."""
        distance = [float(separation_deg(ra_deg, dec_deg, one.ra_deg, one.dec_deg)) for one in self.transients]
        order = sorted(range(len(distance)), key=distance.__getitem__)
        return [self.transients[index] for index in order if distance[index] * 3600 <= radius_arcsec]


def _letters(number: int) -> str:
    """Return aaa, aab, ... zzz, aaaa: as TNS counts."""
    number, size = number + 26**2 + 26, 0
    while number >= 26 ** (size + 1):
        number -= 26 ** (size + 1)
        size += 1
    return "".join(chr(97 + number // 26**place % 26) for place in range(size, -1, -1))


def _identical(report: Row, other: Row) -> bool:
    same = all(report.get(name) == other.get(name) for name in ("sender", "discovery_datetime", "internal_name"))
    return (
        same and math.isclose(report["ra_deg"], other["ra_deg"]) and math.isclose(report["dec_deg"], other["dec_deg"])
    )


def internal_names(transient: Transient) -> list[str]:
    """Return the names that reporters gave the object."""
    return list(dict.fromkeys(report.get("internal_name", "") for report in transient.reports))


def is_named(transient: Transient, asked: Row) -> bool:
    """Tell whether the names fit: a part of the name is enough unless an exact match is asked for."""
    for key, names in (("objname", [transient.objname]), ("internal_name", internal_names(transient))):
        wanted = asked.get(key) or ""
        exact = str(asked.get(f"{key}_exact_match", "0")) == "1"
        if wanted and not any(wanted == name if exact else wanted in name for name in names):
            return False
    return True


def described(transient: Transient, with_photometry: bool) -> Row:
    """Return an object as ``api/get/object`` shows it."""
    first = transient.reports[0]
    points = [point for point in first["photometry"].values() if point.get("flux") not in (None, "")]
    names = internal_names(transient)
    return {
        **{"objname": transient.objname, "name": transient.objname, "name_prefix": transient.prefix},
        **{"objid": transient.objid, "redshift": None, "hostname": first.get("host_name") or None},
        **{"host_redshift": first.get("host_redshift") or None, "isTNS_AT": 1, "public": 1},
        **{"discoverydate": first["discovery_datetime"], "discoverymag": points[0]["flux"]},
        "discmagfilter": _labelled("filters", points[0]["filterid"]),
        **{"end_prop_period": None, "sourceid": 1, "discovererid": 1, "type": None},
        **{"discoverer": first["reporter"], "internal_name": names[0], "internal_names": ", ".join(names)},
        "photometry": [_shown(point) for point in points] if with_photometry else [],
        **{"ra": first["ra"]["value"], "radeg": transient.ra_deg},
        **{"dec": first["dec"]["value"], "decdeg": transient.dec_deg},
        "object_type": {"name": None, "id": None},
        "source_group": _group(first["data_source_groupid"]),
        "reporting_group": _group(first["reporting_groupid"]),
    }


def _shown(point: Row) -> Row:
    return {
        **{"flux": point["flux"], "fluxerr": point.get("flux_error"), "limflux": point.get("limiting_flux")},
        **{"obsdate": point["obsdate"], "jd": tns_rules.mjd_of(point["obsdate"]) + 2400000.5},
        **{"exptime": point.get("exptime"), "observer": point.get("observer"), "remarks": point.get("comments", "")},
        "flux_unit": _labelled("units", point["flux_unitid"]),
        "instrument": _labelled("instruments", point["instrumentid"]),
        "telescope": {"id": 0, "name": "simulated"},
        "filters": _labelled("filters", point["filterid"]),
    }


def _labelled(table: str, number: Any) -> Row:
    return {"id": int(number), "name": tns_rules.VALUES[table][str(number)]}


def _group(number: Any) -> Row:
    return {"groupid": int(number), "group_name": tns_rules.VALUES["groups"][str(number)]}
