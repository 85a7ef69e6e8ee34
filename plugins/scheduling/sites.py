"""Observing sites: the setting SITES, or the sites that the OCS observation portal reaches."""

from __future__ import annotations

from dataclasses import dataclass

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.facilities.ocs.sites import SITES as PORTAL_SITES

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


#: Where the portal's telescopes stand: Las Cumbres Observatory's sites and SOAR's.
OCS_SITES = tuple(
    Site(site.name, site.longitude_deg, site.latitude_deg, site.elevation_m, site.telescopes) for site in PORTAL_SITES
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
