"""Images from the cutouts that alerts bring along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.alerts import cutouts
from tom_alerce_like.alerts.inflate import GZIP_MAGIC, inflated
from tom_alerce_like.exceptions import AlerceLikeError, BadReply
from tom_alerce_like.plugins.hosts.fields import Fields, Floats
from tom_alerce_like.plugins.hosts.images import Seen, blank
from tom_alerce_like.plugins.hosts.sources.fits import cards
from tom_alerce_like.plugins.hosts.sources.grid import Plate, directions, onto_grid, plate
from tom_alerce_like.plugins.hosts.sources.index import SkyIndex

#: A place is that of an alert that is so near.
SAME_ARCSEC = 3.0
#: ZTF's cutouts: pixels of 1.01 arcsec, 63 x 63, east towards smaller x, north towards smaller y (told from hosts
#: whose places are known, docs/modules/hosts_sources.md). Those at the edge of a detector are smaller, and nothing says
#: on which side.
ZTF_ARCSEC, ZTF_PIXELS = 1.01, 63
ZTF_AXES = -np.eye(2) / ZTF_ARCSEC


class Stamp(NamedTuple):
    """The template cutout of an alert (FITS bytes, gzipped or not) and where the alert is.

    ``x_px``, ``y_px``: the alert's place on ZTF's detector, whose fraction tells where in the middle pixel it is; its
    centre is assumed where they are not known (None or NaN).
    """

    data: bytes
    ra_deg: float
    dec_deg: float
    x_px: float | None = None
    y_px: float | None = None


class StampImages:
    """Images from alerts' template cutouts: those with a WCS, as LSST's, and those of ZTF."""

    name = "stamps"

    def __init__(self, stamps: Sequence[Stamp]) -> None:
        self.stamps = list(stamps)
        self._index = SkyIndex([stamp.ra_deg for stamp in self.stamps], [stamp.dec_deg for stamp in self.stamps])

    def fields(self, ra_deg: Floats, dec_deg: Floats, redshift: Floats) -> Seen:
        """Return images around each place, see `images.ImageSource`; a place without an alert has none."""
        images = blank(len(ra_deg))
        problems: dict[str, None] = {}
        place, stamp, _ = self._index.pairs(ra_deg, dec_deg, SAME_ARCSEC)
        nearest, first = np.unique(place, return_index=True)
        for number, which in zip(nearest.tolist(), stamp[first].tolist(), strict=True):
            try:
                images[number] = image(self.stamps[which], float(ra_deg[number]), float(dec_deg[number]))
            except AlerceLikeError as error:
                problems[f"{self.name}: {error}"] = None
        whose = tuple(self.name if is_seen else "" for is_seen in np.isfinite(images).any(axis=(1, 2)))
        return Seen(Fields(images, ra_deg, dec_deg, redshift), whose, tuple(problems))


def image(stamp: Stamp, ra_deg: float, dec_deg: float) -> NDArray[np.float32]:
    """Return a cutout on the grid around a place; raises `AlerceLikeError` for one that cannot be placed."""
    raw = bytes(inflated(stamp.data, cutouts.MAX_BYTES)) if stamp.data[:2] == GZIP_MAGIC else stamp.data
    pixels, said = cutouts.decode(raw), cards(raw)
    if "CRVAL1" in said:
        return onto_grid(pixels, plate(said, ra_deg, dec_deg))
    if pixels.shape != (ZTF_PIXELS, ZTF_PIXELS):
        raise BadReply(f"a cutout of {pixels.shape[1]} x {pixels.shape[0]} pixels that does not say where it points")
    return onto_grid(pixels, _ztf(stamp, ra_deg, dec_deg))


def _ztf(stamp: Stamp, ra_deg: float, dec_deg: float) -> Plate:
    """Return where a place is in ZTF's cutout, which is centred on the pixel that holds the alert."""
    detector = np.array([stamp.x_px, stamp.y_px], float)
    alert = np.nan_to_num(detector - np.round(detector)) + (ZTF_PIXELS - 1) / 2
    here, east, north = directions(stamp.ra_deg, stamp.dec_deg)
    there = directions(ra_deg, dec_deg)[0]
    moved_arcsec = np.degrees([there @ east, there @ north]) / (there @ here) * 3600
    x, y = alert + ZTF_AXES @ moved_arcsec
    return Plate(float(x), float(y), ZTF_AXES)
