"""The observing sites behind LCO's portal: the one list of them, for the facility and for plans."""

from __future__ import annotations

from typing import NamedTuple


class PortalSite(NamedTuple):
    """A site: the portal's code, geodetic (WGS84) longitude east and latitude north in deg, elevation in m.

    ``telescopes`` are the classes of telescope there, in the portal's words.
    """

    code: str
    name: str
    longitude_deg: float
    latitude_deg: float
    elevation_m: float
    telescopes: tuple[str, ...]


#: Las Cumbres Observatory's sites that take requests, as its configuration database places them, but Sutherland's
#: elevation, which is that of the plateau; SOAR's place is from NOIRLab's pages.
SITES = (
    PortalSite("coj", "Siding Spring", 149.0709, -31.2728, 1116.0, ("0m4", "1m0", "2m0")),
    PortalSite("cpt", "Sutherland", 20.8100, -32.3806, 1760.0, ("0m4", "1m0")),
    PortalSite("tfn", "Teide", -16.5117, 28.3004, 2330.0, ("0m4", "1m0")),
    PortalSite("lsc", "Cerro Tololo", -70.8048, -30.1674, 2198.0, ("0m4", "1m0")),
    PortalSite("sor", "Cerro Pachon", -70.7336, -30.2379, 2738.0, ("4m0",)),
    PortalSite("elp", "McDonald", -104.0151, 30.6797, 2070.0, ("0m4", "1m0")),
    PortalSite("ogg", "Haleakala", -156.2575, 20.7067, 3055.0, ("0m4", "2m0")),
)
