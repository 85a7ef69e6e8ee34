"""The cards of a FITS header that say where an image points."""

from __future__ import annotations

import re

from tom_alerce_like.exceptions import BadReply

_BLOCK, _CARD = 2880, 80
_WANTED = re.compile(
    r"(CTYPE[12]|CRPIX[12]|CRVAL[12]|CDELT[12]|CD[12]_[12]|PC[12]_[12]) *= *(?:'([^']*)'|([-+.\dED]+))"
)


def cards(raw: bytes | bytearray) -> dict[str, str]:
    """Return keyword -> value of the first header; raises `BadReply` for bytes that are not FITS."""
    if not raw.startswith(b"SIMPLE  ="):
        raise BadReply("an image that is not FITS")
    found: dict[str, str] = {}
    for start in range(0, min(len(raw), 20 * _BLOCK), _CARD):
        card = bytes(raw[start : start + _CARD]).decode("ascii", "replace")
        if card.startswith("END "):
            return found
        if match := _WANTED.match(card):
            found[match[1]] = (match[2] or match[3].replace("D", "E")).strip()
    raise BadReply("an image whose header has no end")
