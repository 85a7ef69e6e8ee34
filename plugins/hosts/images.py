"""The contract of a source of images, and the sources that the setting HOST_IMAGES names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.fields import Fields, Floats
from tom_alerce_like.plugins.hosts.online import HIPS, STAMPS
from tom_alerce_like.plugins.hosts.sources.grid import PIXEL_ARCSEC, SIZE


@dataclass(frozen=True)
class Seen:
    """What sources of images gave for some places.

    ``fields``: an image of NaN alone where there is none. ``source``: whose image it is, empty where there is none.
    ``problems``: what kept sources from answering.
    """

    fields: Fields
    source: tuple[str, ...]
    problems: tuple[str, ...] = ()


class ImageSource(Protocol):
    """Gives images around places: one that cannot answer says so in the problems, and raises nothing."""

    name: str

    def fields(self, ra_deg: Floats, dec_deg: Floats, redshift: Floats) -> Seen:
        """Return images of 480 x 480 pixels of 0.25 arcsec around each place (degrees), see `fields.Fields`."""


def look(sources: Sequence[ImageSource], ra_deg: Floats, dec_deg: Floats, redshift: Floats) -> Seen:
    """Return the image of the first source that has one, for each place (degrees, arrays of equal length)."""
    images = blank(len(ra_deg))
    whose = np.full(len(ra_deg), "", dtype=object)
    problems: list[str] = []
    for source in sources:
        todo = np.flatnonzero(whose == "")
        if not len(todo):
            break
        seen = source.fields(ra_deg[todo], dec_deg[todo], redshift[todo])
        images[todo], whose[todo] = seen.fields.images, seen.source
        problems += seen.problems
    return Seen(Fields(images, ra_deg, dec_deg, redshift, PIXEL_ARCSEC), tuple(whose), tuple(problems))


def blank(n: int) -> NDArray[np.float32]:
    """Return images of nothing."""
    return np.full((n, SIZE, SIZE), np.nan, np.float32)


def configured(target_ids: Sequence[int]) -> list[ImageSource]:
    """Return the sources of the setting HOST_IMAGES for these targets; raises `ConfigurationError` for other names."""
    return [_made(str(entry), target_ids) for entry in conf.get("HOST_IMAGES")]


def _made(entry: str, target_ids: Sequence[int]) -> ImageSource:
    from tom_alerce_like.plugins.hosts.sources import alerts, cache, hips, stamps

    if entry == STAMPS:
        return stamps.StampImages(alerts.newest(target_ids))
    if entry not in HIPS:
        raise ConfigurationError(f"HOST_IMAGES: {entry!r} is none of {', '.join([STAMPS, *HIPS])}")
    folder = conf.get("HOST_CACHE")
    return hips.HipsImages(entry, folder=None if folder is None else cache.Folder(folder))
