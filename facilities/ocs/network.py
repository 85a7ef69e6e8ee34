"""What is fixed about the network behind LCO's portal: sites, states, FITS words."""

from __future__ import annotations

from typing import Any

from astropy import units
from tom_observations.facility import BaseRoboticObservationFacility

from tom_alerce_like.facilities.ocs.sites import SITES

WEATHER_URL = "https://weather.lco.global/#/"
_FAILED = ["WINDOW_EXPIRED", "FAILURE_LIMIT_REACHED", "CANCELED"]
_ORIGIN, _LCO = "ORIGIN", "LCOGT"


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
        return {
            site.name: {
                "sitecode": site.code,
                "latitude": site.latitude_deg,
                "longitude": site.longitude_deg,
                "elevation": site.elevation_m,
            }
            for site in SITES
        }

    def get_facility_weather_urls(self) -> dict[str, Any]:
        """Return a page about the weather for each site."""
        sites = [{"code": site.code, "weather_url": WEATHER_URL + site.code} for site in SITES]
        return {"code": self.name, "sites": sites}

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
