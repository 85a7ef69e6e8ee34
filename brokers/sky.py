"""Places on the sky as people write them."""

from __future__ import annotations

import re

from tom_alerce_like.exceptions import InputError

_NUMBER = r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)"
_DECIMAL = re.compile(rf"{_NUMBER}\s+{_NUMBER}")
_SEXAGESIMAL = re.compile(r"[\d:hmsd'\".°+\s-]+")
_HELP = "write RA and Dec, such as 187.5 -12.25 (degrees) or 12:30:00 -12:15:00"


def parse_centre(text: str) -> tuple[float, float]:
    """Return (RA, Dec) in degrees of a text in decimal degrees or sexagesimal hours and degrees.

    Raises `InputError` whose message says what is wrong.
    """
    tidy = " ".join(text.replace(",", " ").replace("\N{MINUS SIGN}", "-").split())
    decimal = _DECIMAL.fullmatch(tidy)
    ra, dec = (float(decimal[1]), float(decimal[2])) if decimal else _sexagesimal(tidy)
    if not 0 <= ra <= 360:
        raise InputError(f"RA {ra:g} is not between 0 and 360 degrees")
    if not -90 <= dec <= 90:
        raise InputError(f"Dec {dec:g} is not between -90 and 90 degrees")
    return ra % 360, dec


def _sexagesimal(text: str) -> tuple[float, float]:
    from astropy.coordinates import SkyCoord

    if not _SEXAGESIMAL.fullmatch(text):
        raise InputError(f"not a position: {_HELP}")
    try:
        place = SkyCoord(text, unit=("hourangle", "deg"))
    except ValueError as error:
        raise InputError(f"not a position: {_HELP}") from error
    return float(place.ra.deg), float(place.dec.deg)
