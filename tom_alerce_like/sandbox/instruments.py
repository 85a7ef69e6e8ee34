"""The simulated observatory: an LCO and SOAR-like network, in a table of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
FRONT_PADDING_S, CONFIGURATION_PADDING_S, SLEW_S, ELEMENT_CHANGE_S = 90.0, 16.0, 2.0, 2.0


@dataclass(frozen=True)
class Site:
    """A site and the telescope classes on it."""

    name: str
    longitude_deg: float
    latitude_deg: float
    elevation_m: float
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Instrument:
    """An instrument type; overheads in seconds, modes as {type: (default, {code: overhead_s})}."""

    name: str
    category: str
    telescope_class: str
    elements: dict[str, tuple[str, ...]]
    configuration_types: tuple[str, ...]
    modes: dict[str, tuple[str, dict[str, float]]]
    per_exposure_s: float = 1.0


SITES = {
    "ogg": Site("Haleakala", -156.2575, 20.7067, 3055, ("0m4", "2m0")),
    "elp": Site("McDonald", -104.0151, 30.6797, 2070, ("0m4", "1m0")),
    "lsc": Site("Cerro Tololo", -70.8048, -30.1674, 2198, ("0m4", "1m0")),
    "cpt": Site("Sutherland", 20.81, -32.3806, 1760, ("0m4", "1m0")),
    "coj": Site("Siding Spring", 149.0709, -31.2728, 1116, ("0m4", "1m0", "2m0")),
    "tfn": Site("Teide", -16.5117, 28.3004, 2330, ("0m4", "1m0")),
    "sor": Site("Cerro Pachon", -70.7336, -30.2379, 2738, ("4m0",)),
}
FILTERS = ("up", "gp", "rp", "ip", "zs", "B", "V")
SLITS = ("slit_1.2as", "slit_1.6as", "slit_2.0as", "slit_6.0as")
EXPOSE, SPECTRUM = ("EXPOSE", "REPEAT_EXPOSE"), ("SPECTRUM", "REPEAT_SPECTRUM", "ARC", "LAMP_FLAT")
IMAGING = {"guiding": ("ON", {"ON": 0.0, "OFF": 0.0}), "acquisition": ("OFF", {"OFF": 0.0})}
SPECTROSCOPY = {
    "guiding": ("ON", {"ON": 0.0}),
    "acquisition": ("WCS", {"WCS": 90.0, "BRIGHTEST": 90.0, "OFF": 0.0}),
    "rotator": ("VFLOAT", {"VFLOAT": 0.0, "SKY": 0.0}),
}
INSTRUMENTS = {
    "0M4-SCICAM-QHY600": Instrument(
        name="0.4 meter QHY600",
        category="IMAGE",
        telescope_class="0m4",
        elements={"filters": FILTERS},
        configuration_types=EXPOSE,
        modes={"readout": ("central30x30", {"central30x30": 6.0, "full_frame": 9.0}), **IMAGING},
    ),
    "1M0-SCICAM-SINISTRO": Instrument(
        name="1.0 meter Sinistro",
        category="IMAGE",
        telescope_class="1m0",
        elements={"filters": FILTERS},
        configuration_types=EXPOSE,
        modes={"readout": ("full_frame", {"full_frame": 27.0, "central_2k_2x2": 7.0}), **IMAGING},
    ),
    "2M0-FLOYDS-SCICAM": Instrument(
        name="2.0 meter FLOYDS",
        category="SPECTRA",
        telescope_class="2m0",
        elements={"slits": SLITS},
        configuration_types=SPECTRUM,
        modes={"readout": ("default", {"default": 25.0}), **SPECTROSCOPY},
        per_exposure_s=0.5,
    ),
    "SOAR_GHTS_REDCAM": Instrument(
        name="Goodman Spectrograph RedCam",
        category="SPECTRA",
        telescope_class="4m0",
        elements={"slits": ("slit_1.0as", "slit_1.2as"), "gratings": ("SYZY_400",)},
        configuration_types=SPECTRUM,
        modes={"readout": ("GHTS_R_400m1_2x2", {"GHTS_R_400m1_2x2": 8.0}), **SPECTROSCOPY},
    ),
    "SOAR_GHTS_REDCAM_IMAGER": Instrument(
        name="Goodman Imager RedCam",
        category="IMAGE",
        telescope_class="4m0",
        elements={"filters": ("g-SDSS", "r-SDSS", "i-SDSS")},
        configuration_types=EXPOSE,
        modes={"readout": ("GHTS_R_Image_2x2", {"GHTS_R_Image_2x2": 8.0}), **IMAGING},
    ),
}


def described(code: str) -> Row:
    """Return an instrument as ``api/instruments/`` gives it."""
    one = INSTRUMENTS[code]
    return {
        **{"type": one.category, "class": one.telescope_class, "name": one.name},
        "optical_elements": {
            group: [
                {"name": element, "code": element, "schedulable": True, "default": index == 0}
                for index, element in enumerate(elements)
            ]
            for group, elements in one.elements.items()
        },
        "modes": {kind: _mode(kind, default, modes) for kind, (default, modes) in one.modes.items()},
        "configuration_types": {
            kind: {"name": kind.title(), "code": kind, "config_change_overhead": 0.0, "schedulable": True}
            for kind in one.configuration_types
        },
        "default_configuration_type": one.configuration_types[0],
        "default_acceptability_threshold": 90 if one.category == "IMAGE" else 100,
    }


def _mode(kind: str, default: str, modes: dict[str, float]) -> Row:
    rows = [
        {"name": code, "code": code, "overhead": overhead_s, "params": {}, "validation_schema": {}}
        for code, overhead_s in modes.items()
    ]
    return {"type": kind, "modes": rows, "default": default}


def configdb() -> Row:
    """Return the network as a ConfigDB ``sites/`` reply, reduced to what clients read."""
    rows = [_site(code, site) for code, site in SITES.items()]
    return {"count": len(rows), "next": None, "previous": None, "results": rows}


def _site(code: str, site: Site) -> Row:
    place = {"lat": site.latitude_deg, "long": site.longitude_deg}
    telescopes = [
        {
            **{"code": f"{kind}a", "name": kind, "active": True, "aperture": float(kind.replace("m", ".")), **place},
            **{"horizon": 15.0, "ha_limit_pos": 4.6, "ha_limit_neg": -4.6},
            "instrument_set": [
                {"code": f"{name}-{code}".lower(), "state": "SCHEDULABLE", "instrument_type": {"code": name}}
                for name, one in INSTRUMENTS.items()
                if one.telescope_class == kind
            ],
        }
        for kind in site.classes
    ]
    dome = {"code": "doma", "name": "doma", "active": True, "telescope_set": telescopes}
    head = {"code": code, "name": site.name, "elevation": site.elevation_m, "active": True, **place}
    return {**head, "timezone": round(site.longitude_deg / 15), "enclosure_set": [dome]}


def duration_s(request: Row) -> Row:
    """Return how long a request takes, in parts, as ``validate`` tells it."""
    parts = [_configuration_s(configuration) for configuration in request["configurations"]]
    total = sum(part["duration"] for part in parts) * request.get("configuration_repeats", 1)
    return {"duration": int(total + FRONT_PADDING_S + SLEW_S + ELEMENT_CHANGE_S + 0.999), "configurations": parts}


def _configuration_s(configuration: Row) -> Row:
    one = INSTRUMENTS[configuration["instrument_type"]]
    modes = one.modes["readout"][1]
    acquisition = one.modes["acquisition"][1].get(configuration["acquisition_config"].get("mode") or "OFF", 0.0)
    parts = []
    for exposure in configuration["instrument_configs"]:
        overhead_s = modes[exposure["mode"]] + one.per_exposure_s
        parts.append({"duration": exposure["exposure_count"] * (exposure["exposure_time"] + overhead_s)})
    science = configuration.get("repeat_duration") or sum(part["duration"] for part in parts)
    return {"instrument_configs": parts, "duration": science + CONFIGURATION_PADDING_S + acquisition}
