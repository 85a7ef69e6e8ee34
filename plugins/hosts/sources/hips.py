"""Images of surveys at CDS, cut out of HiPS in two tiers: the whole field coarsely, its middle finely.

Two images of 128 x 128 and 148 x 148 pixels are 155 kB; one of 480 x 480 is 920 kB. The service interpolates between
the pixels of the survey, so values do not depend on the size of the pixels that are asked for. An image is asked for
around the middle of a small HEALPix pixel, so that it is found again on disk when the place has moved a little.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import numpy as np
import requests
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like import http
from tom_alerce_like.alerts import cutouts
from tom_alerce_like.exceptions import AlerceLikeError, AlertFormatError, BadReply, RateLimited, ServiceUnavailable
from tom_alerce_like.plugins.hosts.fields import Fields, Floats
from tom_alerce_like.plugins.hosts.images import Seen, blank
from tom_alerce_like.plugins.hosts.online import HIPS
from tom_alerce_like.plugins.hosts.plane import to_plane, to_sky
from tom_alerce_like.plugins.hosts.sources.cache import Folder, cell_of, centre_of
from tom_alerce_like.plugins.hosts.sources.fits import cards
from tom_alerce_like.plugins.hosts.sources.grid import PIXEL_ARCSEC, onto_grid, plate
from tom_alerce_like.plugins.hosts.sources.service import within

URL = "https://alasky.cds.unistra.fr/hips-image-services/hips2fits"
#: Each tier's width of a pixel and number of pixels, the coarse one first: 120 and 30 arcsec, and as much more as a
#: place may be away from the middle of its HEALPix pixel.
TIERS = ((1.0, 128), (0.25, 148))
#: Places that are asked for at the same time.
AT_ONCE = 4
_KEY = "hips2fits-2"


class HipsImages:
    """Images of a survey, one of the names in `online.HIPS`; ``deadline_s`` is how long one call may take in all.

    ``folder`` keeps the answers. A place outside the survey has no image, which is no problem.
    """

    def __init__(
        self,
        survey: str,
        *,
        session: requests.Session | None = None,
        url: str = URL,
        folder: Folder | None = None,
        deadline_s: float = 120.0,
    ) -> None:
        self.name, self.hips = survey, HIPS[survey]
        self.session = session or http.session()
        self.url, self.folder, self.deadline_s = url, folder, deadline_s

    def fields(self, ra_deg: Floats, dec_deg: Floats, redshift: Floats) -> Seen:
        """Return images around each place, see `images.ImageSource`."""
        images = blank(len(ra_deg))
        problems: dict[str, None] = {}
        is_down = Event()
        until = time.monotonic() + self.deadline_s

        def fetch(number: int) -> None:
            if is_down.is_set():
                return
            try:
                one = partial(self.image, float(ra_deg[number]), float(dec_deg[number]))
                images[number] = within(until - time.monotonic(), one)
            except AlerceLikeError as error:
                problems[f"{self.name}: {error}"] = None
                if isinstance(error, (RateLimited, ServiceUnavailable)):
                    is_down.set()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            # list: what is no error of ours is raised
            list(pool.map(fetch, np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg)).tolist()))
        seen = np.isfinite(images).any(axis=(1, 2))
        whose = tuple(self.name if is_seen else "" for is_seen in seen)
        return Seen(Fields(images, ra_deg, dec_deg, redshift), whose, tuple(sorted(problems)))

    def image(self, ra_deg: float, dec_deg: float) -> NDArray[np.float32]:
        """Return the image around one place, NaN outside the survey; raises the `ServiceError` family."""
        cell = int(cell_of(ra_deg, dec_deg))
        place = _on_a_pixel(ra_deg, dec_deg, *centre_of(cell))
        coarse, fine = (self._tier(*place, cell, *tier) for tier in TIERS)
        return np.where(np.isfinite(fine), fine, coarse)

    def _tier(self, ra_deg: float, dec_deg: float, cell: int, pixel_arcsec: float, pixels: int) -> NDArray[np.float32]:
        key = (_KEY, self.hips, cell % 1000, f"{cell}-{pixel_arcsec:g}.fits")
        kept = None if self.folder is None else self.folder.get(*key)
        raw = kept if kept is not None else self._asked(cell, pixel_arcsec, pixels)
        found = _decoded(raw, ra_deg, dec_deg)
        if self.folder is not None and kept is None:
            self.folder.put(raw, *key)
        return found

    def _asked(self, cell: int, pixel_arcsec: float, pixels: int) -> bytes:
        ra_deg, dec_deg = centre_of(cell)
        query = {
            **{"hips": self.hips, "ra": f"{ra_deg:.7f}", "dec": f"{dec_deg:.7f}", "coordsys": "icrs"},
            **{"width": pixels, "height": pixels, "fov": f"{pixels * pixel_arcsec / 3600:.9f}"},
            **{"projection": "TAN", "format": "fits"},
        }
        return http.fetch(self.session, "GET", self.url, params=query)[1]


def _on_a_pixel(ra_deg: float, dec_deg: float, *middle_deg: ArrayLike) -> tuple[float, float]:
    """Return the place from which whole pixels of ours lead to the middle of an image, at most 0.13 arcsec off a side.

    Between pixels the noise of an image would be smoothed once more, and spots of it be taken for sources.
    """
    away = to_plane(ra_deg, dec_deg, *middle_deg)
    east, north = (np.round(arcsec / PIXEL_ARCSEC) * PIXEL_ARCSEC for arcsec in away)
    ra, dec = to_sky(east, north, *middle_deg)
    return float(ra), float(dec)


def _decoded(raw: bytes, ra_deg: float, dec_deg: float) -> NDArray[np.float32]:
    """Return an answer on our grid; what has the same value everywhere is no image of the sky."""
    try:
        pixels = cutouts.decode(raw)
    except AlertFormatError as error:
        raise BadReply(f"an image that cannot be read: {error}") from error
    seen = pixels[np.isfinite(pixels)]
    if not seen.size or seen.min() == seen.max():
        pixels = np.full_like(pixels, np.nan)
    return onto_grid(pixels, plate(cards(raw), ra_deg, dec_deg))
