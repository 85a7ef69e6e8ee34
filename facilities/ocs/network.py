"""What is fixed about the network behind LCO's portal: sites, states, FITS words.

Source: the network's configuration database; SOAR and Blanco from NOIRLab's pages.
"""

from __future__ import annotations

from typing import Any

from astropy import units
from tom_observations.facility import BaseRoboticObservationFacility

WEATHER_URL = "https://weather.lco.global/#/"
_FAILED = ["WINDOW_EXPIRED", "FAILURE_LIMIT_REACHED", "CANCELED"]
_ORIGIN, _LCO = "ORIGIN", "LCOGT"


def _site(sitecode: str, latitude: float, longitude: float, elevation: float) -> dict[str, str | float]:
    return {"sitecode": sitecode, "latitude": latitude, "longitude": longitude, "elevation": elevation}


#: In the key order that the toolkit's map reads.
SITES = {
    "Haleakala": _site("ogg", 20.7067, -156.2575, 3055.0),
    "McDonald": _site("elp", 30.6797, -104.0151, 2070.0),
    "Cerro Tololo": _site("lsc", -30.1674, -70.8048, 2198.0),
    "Sutherland": _site("cpt", -32.3806, 20.8100, 1460.0),
    "Siding Spring": _site("coj", -31.2728, 149.0709, 1116.0),
    "Teide": _site("tfn", 28.3004, -16.5117, 2330.0),
    "Cerro Pachon": _site("sor", -30.2379, -70.7336, 2738.0),
}


class LcoNetwork(BaseRoboticObservationFacility):
    """The part of the facility that makes no call."""

    def get_terminal_observing_states(self) -> list[str]:
        """Return the states that seldom change."""
        return ["COMPLETED", *_FAILED]

    def get_failed_observing_states(self) -> list[str]:
        """Return the states that brought no data."""
        return list(_FAILED)

    def get_observing_sites(self) -> dict[str, dict[str, str | float]]:
        """Return sites in the key order that the toolkit's map reads."""
        return {name: dict(site) for name, site in SITES.items()}

    def get_facility_weather_urls(self) -> dict[str, Any]:
        """Return a page about the weather for each site."""
        codes = [site["sitecode"] for site in SITES.values()]
        return {"code": self.name, "sites": [{"code": code, "weather_url": WEATHER_URL + str(code)} for code in codes]}

    def get_flux_constant(self) -> units.Quantity:
        """Return the unit of reduced spectra."""
        return 1e-15 * units.erg / (units.cm**2 * units.second * units.angstrom)

    def get_wavelength_units(self) -> units.Unit:
        """Return the unit of reduced spectra's wavelengths."""
        return units.angstrom

    def is_fits_facility(self, header: dict[str, Any]) -> bool:
        """Return whether a FITS file came from here."""
        return header.get(_ORIGIN) == _LCO

    def get_date_obs_from_fits_header(self, header: dict[str, Any]) -> Any:
        """Return when a FITS file was taken."""
        return header.get("DATE-OBS")
