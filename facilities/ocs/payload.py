"""The short form's data -> the request group that the portal is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tom_alerce_like import conf
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.facilities.models import NAME_LENGTH, Instrument
from tom_alerce_like.facilities.ocs import instruments
from tom_alerce_like.facilities.ocs.settings import PortalSettings

ROWS = (1, 2, 3)
_PREFERRED = "1M0-SCICAM-SINISTRO"
_FIRST_CHOICE = ("gp", "rp", "ip")


class Exposure(NamedTuple):
    """One row of the short form."""

    row: int
    element: str
    exposure_s: float
    number: int


def exposures(params: dict[str, Any]) -> Iterator[Exposure]:
    """Yield the rows that ask for something."""
    for row in ROWS:
        if params.get(f"exposure_s_{row}"):
            element = params.get(f"element_{row}") or ""
            yield Exposure(row, element, params[f"exposure_s_{row}"], params.get(f"count_{row}") or 1)


def telescope_class(params: dict[str, Any]) -> str:
    """Return the class of telescope that the short form's data ask for, empty when its instrument is not known."""
    instrument = instruments.known().get(params.get("instrument_type", ""))
    return instrument.telescope_class if instrument else ""


def default_params(now: datetime | None = None) -> dict[str, Any]:
    """Return data for the short form: what the setting PLAN_REQUEST asks for, over g, r, i within a day from now."""
    plan = dict(conf.get("PLAN_REQUEST"))
    start = (now or datetime.now(UTC)).astimezone(UTC)
    defaults = {
        "proposal": PortalSettings.read().proposal,
        "mode": "NORMAL",
        "start": iso(start),
        "end": iso(start + timedelta(days=1)),
        "max_airmass": 2.0,
        "min_moon_deg": 30.0,
        "ipp_value": 1.0,
    }
    rows = {} if "exposure_s_1" in plan else _default_rows(plan.get("instrument_type"))
    return {**defaults, **rows, **plan}


def iso(time: datetime) -> str:
    """Return a time in UTC as the portal and the form write it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def request_group(params: dict[str, Any], target: Any, name: str = "") -> dict[str, Any]:
    """Return a request group of one request.

    Parameters
    ----------
    params : cleaned data of the short form: proposal, instrument_type, (element, exposure_s, count)_1 to _3, mode,
        start, end (UTC), max_airmass, min_moon_deg, ipp_value; site (a code) is optional.
    target : a sidereal target; ra and dec in degrees, ICRS.
    name : of the group, at most 50 characters.

    Raises `InputError` for a target that is not sidereal. Source: the OCS observation portal's own schema.
    """
    instrument = instruments.known()[params["instrument_type"]]
    location = {"telescope_class": instrument.telescope_class}
    if params.get("site"):
        location["site"] = params["site"]
    return {
        "name": (name or params.get("name") or target.name)[:NAME_LENGTH],
        "proposal": params["proposal"],
        "ipp_value": params["ipp_value"],
        "operator": "SINGLE",
        "observation_type": params["mode"],
        "requests": [
            {
                "configurations": [_configuration(params, target, instrument)],
                "windows": [{"start": params["start"], "end": params["end"]}],
                "location": location,
            }
        ],
    }


def _configuration(params: dict[str, Any], target: Any, instrument: Instrument) -> dict[str, Any]:
    return {
        "type": instrument.configuration_type,
        "instrument_type": instrument.code,
        "target": _target(target),
        "constraints": {"max_airmass": params["max_airmass"], "min_lunar_distance": params["min_moon_deg"]},
        # left to the portal, which knows the instrument's default modes
        "acquisition_config": {},
        "guiding_config": {},
        "instrument_configs": [_instrument_config(exposure, instrument) for exposure in exposures(params)],
    }


def _instrument_config(exposure: Exposure, instrument: Instrument) -> dict[str, Any]:
    chosen = {instrument.elements[exposure.element]: exposure.element} if exposure.element else {}
    return {
        "exposure_time": exposure.exposure_s,
        "exposure_count": exposure.number,
        "optical_elements": {**instrument.defaults, **chosen},
        **({"mode": instrument.readout_mode} if instrument.readout_mode else {}),
    }


def _target(target: Any) -> dict[str, Any]:
    if target.type != "SIDEREAL" or target.ra is None or target.dec is None:
        raise InputError(f"{target.name} has no fixed coordinates: the short form asks for sidereal targets only")
    return {
        "type": "ICRS",
        "name": target.name[:NAME_LENGTH],
        "ra": target.ra,
        "dec": target.dec,
        "epoch": target.epoch or 2000.0,
        "proper_motion_ra": target.pm_ra or 0.0,
        "proper_motion_dec": target.pm_dec or 0.0,
    }


def _default_rows(code: str | None) -> dict[str, Any]:
    """Return an instrument and rows that fit it: g, r, i where it has them, else its default element."""
    found = instruments.known()
    instrument = found.get(code or _PREFERRED) or next(iter(found.values()))
    elements = [name for name in _FIRST_CHOICE if name in instrument.elements]
    elements = elements or [next(iter(instrument.defaults.values()), "")]
    rows: dict[str, Any] = {"instrument_type": instrument.code}
    for row, element in zip(ROWS, elements, strict=False):
        rows |= {f"element_{row}": element, f"exposure_s_{row}": 1200.0 if instrument.is_spectrograph else 120.0}
        rows |= {f"count_{row}": 1}
    return rows
