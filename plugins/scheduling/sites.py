"""Observing sites: the setting SITES, or the sites that the OCS observation portal reaches."""

from __future__ import annotations

from dataclasses import dataclass

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError

MAX_NAME = 50


@dataclass(frozen=True)
class Site:
    """A place on Earth: geodetic (WGS84) longitude east and latitude north in deg, elevation in m.

    ``telescopes`` are the classes of telescope there, in the portal's words ("1m0"); empty where any request can go.
    """

    name: str
    longitude_deg: float
    latitude_deg: float
    elevation_m: float = 0.0
    telescopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "telescopes", tuple(self.telescopes))
        if not (-180 <= self.longitude_deg <= 360 and -90 <= self.latitude_deg <= 90):
            raise ConfigurationError(f"SITES: {self.name} is not on Earth (longitude, latitude in degrees)")
        if len(self.name) > MAX_NAME:
            raise ConfigurationError(f"SITES: {self.name} is longer than {MAX_NAME} characters")


#: Las Cumbres Observatory's six sites with 1 m or 2 m telescopes or nearby domes, and SOAR; positions as the TOM
#: Toolkit's LCO and SOAR facilities give them.
OCS_SITES = (
    Site("Siding Spring", 149.071, -31.273, 1116, ("0m4", "1m0", "2m0")),
    Site("Sutherland", 20.810, -32.381, 1760, ("0m4", "1m0")),
    Site("Teide", -16.512, 28.300, 2330, ("0m4", "1m0")),
    Site("Cerro Tololo", -70.805, -30.167, 2198, ("0m4", "1m0")),
    Site("SOAR", -70.733642, -30.237892, 2000, ("4m0",)),
    Site("McDonald", -104.015, 30.680, 2070, ("0m4", "1m0")),
    Site("Haleakala", -156.258, 20.707, 3055, ("0m4", "2m0")),
)


def sites() -> tuple[Site, ...]:
    """Return the sites of the setting SITES, `OCS_SITES` when it is None.

    Raises `ConfigurationError` for a site that lacks a coordinate or has one out of range.
    """
    wanted = conf.get("SITES")
    if wanted is None:
        return OCS_SITES
    try:
        return tuple(Site(name, **place) for name, place in wanted.items())
    except (TypeError, AttributeError) as error:
        raise ConfigurationError(
            "SITES must look like {'Palomar': {'longitude_deg': -116.865, 'latitude_deg': 33.356, 'elevation_m': 1712}}"
        ) from error


def with_telescope(telescope_class: str) -> tuple[Site, ...]:
    """Return the sites where a request for this class of telescope can go; all for an unknown class (empty)."""
    return tuple(
        site for site in sites() if not (telescope_class and site.telescopes) or telescope_class in site.telescopes
    )
