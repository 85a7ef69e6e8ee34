"""What an observation portal demands of a request group; errors mirror the payload."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tom_alerce_like.sandbox import visibility
from tom_alerce_like.sandbox.forms import Field, Nested, clean
from tom_alerce_like.sandbox.instruments import INSTRUMENTS, SITES, Instrument, duration_s

Row = dict[str, Any]
CLASSES = tuple(sorted({one.telescope_class for one in INSTRUMENTS.values()}))
EXTRA = Field(dict, default={})
TARGET = Nested(
    {
        "type": Field(str, choices=("ICRS",)),
        "name": Field(str, max_length=50),
        "ra": Field(float, low=0.0, high=360.0),
        "dec": Field(float, low=-90.0, high=90.0),
        "proper_motion_ra": Field(float, 0.0),
        "proper_motion_dec": Field(float, 0.0),
        "parallax": Field(float, 0.0),
        "epoch": Field(float, 2000.0),
        "hour_angle": Field(float, None, null=True),
        "extra_params": EXTRA,
    }
)
CONSTRAINTS = Nested(
    {
        "max_airmass": Field(float, 1.6, low=1.0, high=25.0),
        "min_lunar_distance": Field(float, 30.0, low=0.0, high=180.0),
        "max_lunar_phase": Field(float, 1.0, low=0.0, high=1.0),
        "max_seeing": Field(float, None, null=True),
        "min_transparency": Field(float, None, null=True),
        "extra_params": EXTRA,
    }
)
EXPOSURES = Nested(
    {
        "optical_elements": Field(dict, default={}),
        "mode": Field(str, ""),
        "exposure_time": Field(float, low=0.0),
        "exposure_count": Field(int, low=1),
        "rotator_mode": Field(str, ""),
        "extra_params": EXTRA,
        "rois": Field(list, default=[]),
    },
    many=True,
)
ACQUISITION: dict[str, Field | Nested] = {
    "mode": Field(str, "OFF"),
    "exposure_time": Field(float, None, null=True),
    "extra_params": EXTRA,
}
GUIDING: dict[str, Field | Nested] = {
    "optional": Field(bool, True),
    "mode": Field(str, "ON"),
    "optical_elements": Field(dict, default={}),
    "exposure_time": Field(float, None, null=True),
    "extra_params": EXTRA,
}
CONFIGURATIONS = Nested(
    {
        "instrument_type": Field(str, choices=tuple(INSTRUMENTS)),
        "type": Field(str),
        "repeat_duration": Field(float, None, null=True, low=0.0),
        "extra_params": EXTRA,
        "instrument_configs": EXPOSURES,
        "constraints": CONSTRAINTS,
        "acquisition_config": Nested(ACQUISITION),
        "guiding_config": Nested(GUIDING),
        "target": TARGET,
    },
    many=True,
)
REQUESTS = Nested(
    {
        "observation_note": Field(str, ""),
        "optimization_type": Field(str, "TIME", choices=("TIME", "AIRMASS")),
        "acceptability_threshold": Field(float, 90.0, low=0.0, high=100.0),
        "configuration_repeats": Field(int, 1, low=1),
        "extra_params": EXTRA,
        "configurations": CONFIGURATIONS,
        "location": Nested(
            {"telescope_class": Field(str, choices=CLASSES), "site": Field(str, None, choices=tuple(SITES))}
        ),
        "windows": Nested({"start": Field(datetime), "end": Field(datetime)}, many=True),
    },
    many=True,
)
GROUP: dict[str, Field | Nested] = {
    "proposal": Field(str),
    "name": Field(str, max_length=50),
    "observation_type": Field(str, choices=("NORMAL", "RAPID_RESPONSE", "TIME_CRITICAL")),
    "operator": Field(str, choices=("SINGLE", "MANY")),
    "ipp_value": Field(float),
    "requests": REQUESTS,
}


def checked(payload: Any, proposals: list[str]) -> tuple[Row, Row, list[Row]]:
    """Return (request group with defaults, errors, durations): form first; only what is well-formed is judged."""
    group, errors = clean(GROUP, payload)
    if errors:
        return group, errors, []
    _fill_in_modes(group)
    parts = [_of_request(request) for request in group["requests"]]
    errors = {**_of_group(group, proposals), **_listed("requests", [found for found, _ in parts])}
    return group, errors, [duration for _, duration in parts]


def _fill_in_modes(group: Row) -> None:
    """Name the readout mode and the binning where the payload leaves them to the instrument."""
    for request in group["requests"]:
        for configuration in request["configurations"]:
            default = INSTRUMENTS[configuration["instrument_type"]].modes["readout"][0]
            for exposure in configuration["instrument_configs"]:
                exposure["mode"] = exposure["mode"] or default
                exposure["extra_params"] = {"bin_x": 1, "bin_y": 1, **exposure["extra_params"]}


def _listed(name: str, errors: list[Row]) -> Row:
    return {name: errors} if any(errors) else {}


def _of_group(group: Row, proposals: list[str]) -> Row:
    if group["proposal"] not in proposals:
        return {"proposal": [f'Invalid pk "{group["proposal"]}" - object does not exist.']}
    many = group["operator"] == "MANY"
    messages = []
    if not 0.5 <= group["ipp_value"] <= 2.0:
        messages.append("requestgroups ipp_value must be >= 0.5, <= 2.0")
    if many != (len(group["requests"]) > 1):
        wanted = "more than one child request" if many else "exactly one child request"
        messages.append(f"'{group['operator'].capitalize()}' type requestgroups must have {wanted}.")
    if group["observation_type"] == "RAPID_RESPONSE":
        messages += _of_rapid_response(group)
    return {"non_field_errors": messages} if messages else {}


def _of_rapid_response(group: Row) -> list[str]:
    windows = [window for request in group["requests"] for window in request["windows"]]
    now = datetime.now(UTC)
    if any(window["start"] > now for window in windows):
        return ["The Rapid Response observation window start time cannot be in the future."]
    if any(window["end"] > now + timedelta(hours=30) for window in windows):
        return ["A Rapid Response observation must start within the next 24 hours."]
    return []


def _of_request(request: Row) -> tuple[Row, Row]:
    found = {
        **_listed("windows", [_of_window(window) for window in request["windows"]]),
        **_listed("configurations", [_of_configuration(one, request) for one in request["configurations"]]),
    }
    return (found, {}) if found else _of_visibility(request)


def _of_window(window: Row) -> Row:
    if window["end"] <= window["start"]:
        return {"non_field_errors": ["Window end cannot be earlier than window start."]}
    if window["end"] <= datetime.now(UTC):
        return {"non_field_errors": ["Window end time must be in the future."]}
    return {}


def _of_configuration(configuration: Row, request: Row) -> Row:
    one = INSTRUMENTS[configuration["instrument_type"]]
    messages = []
    if one.telescope_class != request["location"]["telescope_class"]:
        messages.append(f"{configuration['instrument_type']} is not on telescope class {one.telescope_class}")
    if configuration["type"] not in one.configuration_types:
        messages.append(f"configuration type {configuration['type']} is not valid for this instrument type")
    for exposure in configuration["instrument_configs"]:
        messages += _of_exposure(exposure, one)
    return {"non_field_errors": messages} if messages else {}


def _of_exposure(exposure: Row, one: Instrument) -> list[str]:
    given = {f"{kind}s": value for kind, value in exposure["optical_elements"].items()}
    messages = [
        f"optical element {value} of type {kind.removesuffix('s')} is not available"
        for kind, value in given.items()
        if value not in one.elements.get(kind, ())
    ]
    messages += [
        f"must set optical element of type {kind.removesuffix('s')}" for kind in one.elements if kind not in given
    ]
    readout = one.modes["readout"][1]
    if exposure["mode"] not in readout:
        messages.append(f"readout mode {exposure['mode']} is not available")
    return messages


def _of_visibility(request: Row) -> tuple[Row, Row]:
    windows = [(visibility.mjd_of(window["start"]), visibility.mjd_of(window["end"])) for window in request["windows"]]
    stretches = visibility.of_request(request, windows)
    duration = duration_s(request)
    longest_s = max((end - start for _, start, end in stretches), default=0.0) * 86400
    duration["largest_interval"] = longest_s
    request["duration"], request["stretches"] = duration["duration"], stretches
    head = "According to the constraints of the request, the target will"
    if not stretches:
        message = f"{head} not be visible within the time window."
    elif longest_s < duration["duration"]:
        message = (
            f"{head} only be visible for a maximum of {longest_s / 3600:.2f} hours within the time window. "
            f"This is less than the duration of your request {duration['duration'] / 3600:.2f} hours."
        )
    else:
        return {}, duration
    return {"non_field_errors": [message]}, duration
