"""Instrument types that a request can ask for: the portal's own, read outside of web requests, else a short list."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from tom_alerce_like.exceptions import BadReply
from tom_alerce_like.facilities.models import Instrument
from tom_alerce_like.facilities.ocs.portal import Portal
from tom_alerce_like.facilities.ocs.settings import NAME

_SPECTRA = "SPECTRA"


def _defaults() -> list[Instrument]:
    imaging = {code: "filter" for code in ("up", "gp", "rp", "ip", "zs", "B", "V")}
    slits = {code: "slit" for code in ("slit_1.2as", "slit_1.6as", "slit_2.0as", "slit_6.0as")}
    rows = [
        ("1M0-SCICAM-SINISTRO", "1.0 meter Sinistro", "1m0", "EXPOSE", imaging, "rp"),
        ("0M4-SCICAM-QHY600", "0.4 meter QHY600", "0m4", "EXPOSE", imaging, "rp"),
        ("2M0-FLOYDS-SCICAM", "2.0 meter FLOYDS", "2m0", "SPECTRUM", slits, "slit_1.6as"),
    ]
    return [
        Instrument(
            facility=NAME,
            code=code,
            name=name,
            telescope_class=telescope_class,
            configuration_type=kind,
            is_spectrograph=kind == "SPECTRUM",
            elements=elements,
            defaults={elements[default]: default},
        )
        for code, name, telescope_class, kind, elements, default in rows
    ]


def known() -> dict[str, Instrument]:
    """Return instruments by code, by name in order; no call is made."""
    rows = list(Instrument.objects.filter(facility=NAME)) or _defaults()
    return {row.code: row for row in sorted(rows, key=lambda row: (row.is_spectrograph, row.name))}


def refresh(portal: Portal) -> int:
    """Replace the stored instruments with the portal's; returns how many. Raises the `ServiceError` family."""
    reply = portal.instruments()
    if not isinstance(reply, dict):
        raise BadReply("the portal's list of instruments is not a table")
    rows = [row for code, entry in reply.items() if (row := _instrument(code, entry))]
    if not rows:
        raise BadReply("the portal's list has no instrument that we understand")
    with transaction.atomic():
        Instrument.objects.filter(facility=NAME).delete()
        Instrument.objects.bulk_create(rows)
    return len(rows)


def _instrument(code: str, entry: Any) -> Instrument | None:
    """Read one entry; None for an instrument whose exposures our short form cannot describe."""
    try:
        groups, kind = entry["optical_elements"], entry.get("default_configuration_type")
        usable = [(group, row) for group, rows in groups.items() for row in rows if row.get("schedulable")]
        # the portal lists "filters" and is sent "filter"
        elements = {str(row["code"]): group.removesuffix("s") for group, row in usable}
        is_spectrograph = entry["type"] == _SPECTRA
        name, telescope_class = str(entry["name"]), str(entry["class"])
        # the last one wins: a default stands before any other
        by_default = sorted(usable, key=lambda found: bool(found[1].get("default")))
        defaults = {group.removesuffix("s"): str(row["code"]) for group, row in by_default}
        readout_mode = _readout_mode(entry)
    except (KeyError, TypeError, AttributeError):
        return None
    made = Instrument(
        facility=NAME,
        code=code,
        name=name[:100],
        is_spectrograph=is_spectrograph,
        telescope_class=telescope_class,
        configuration_type=kind or ("SPECTRUM" if is_spectrograph else "EXPOSE"),
        elements=elements,
        defaults=defaults,
        readout_mode=readout_mode,
    )
    return made if len(elements) == len(usable) and _fits(made) else None


def _fits(made: Instrument) -> bool:
    """Tell whether the texts have a length that can be kept: cut, they would mean nothing to the portal."""
    try:
        made.clean_fields(exclude=["elements", "defaults"])
    except ValidationError:
        return False
    return True


def _readout_mode(entry: dict[str, Any]) -> str:
    """Return the first readout mode of an instrument for which the portal has no default, else nothing."""
    readout = entry.get("modes", {}).get("readout", {})
    modes = readout.get("modes", [])
    return str(modes[0]["code"]) if modes and not readout.get("default") else ""
