"""Pixels where nothing was observed though they have a number: edges filled with one value, constant images."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tom_alerce_like.plugins.hosts.fields import Fields

#: So many equal pixels in a row along an edge are no accident.
RUN_PX = 16
#: What is blank holds squares of this side; the sky of an image with few grey levels does not.
SQUARE_PX = 9
#: What is left beside a blank region has fewer parts than this.
ISLANDS = 20


def unblanked(fields: Fields) -> Fields:
    """Return the fields with NaN for regions of one value that touch an edge, and for images that are constant."""
    made = {number: _cleaned(image) for number, image in enumerate(fields.images) if _is_suspect(image)}
    if not made:
        return fields
    images = np.array(fields.images, np.result_type(fields.images, np.float32))
    for number, image in made.items():
        images[number] = image
    return replace(fields, images=images)


def _is_suspect(image: NDArray[Any]) -> bool:
    """Return whether a look at the edges and at a few pixels leaves a doubt."""
    if not image.size:
        return False
    few = image[:: len(image) // 16 or 1, :: image.shape[1] // 16 or 1]
    few = few[np.isfinite(few)]
    return (few.size > 0 and few.min() == few.max()) or len(_values_at_edges(image)) > 0


def _values_at_edges(image: NDArray[Any]) -> list[float]:
    """Return values that fill a run of pixels along an edge."""
    found = []
    for edge in (image[0], image[-1], image[:, 0], image[:, -1]):
        ends = np.flatnonzero(np.concatenate([[True], edge[1:] != edge[:-1], [True]]))
        found += [float(edge[at]) for at in ends[:-1][np.diff(ends) >= min(RUN_PX, len(edge))]]
    return sorted(set(found))


def _cleaned(image: NDArray[Any]) -> NDArray[Any]:
    made = np.array(image, np.result_type(image, np.float32))
    for value in _values_at_edges(image):
        blank = _touching(image == value)
        if not _is_sky(blank, np.isfinite(made)):
            made[blank] = np.nan
    known = made[np.isfinite(made)]
    if known.size and known.min() == known.max():
        made[:] = np.nan
    return made


def _is_sky(blank: NDArray[np.bool_], known: NDArray[np.bool_]) -> bool:
    """Return whether what is not blank are islands: sources above a sky that has less noise than one grey level."""
    _, count = ndimage.label(known & ~blank)
    return count > ISLANDS


def _touching(same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whole rows and columns at the edges, and regions that touch an edge and hold a square."""
    wide = ndimage.minimum_filter(same.view(np.uint8), SQUARE_PX, mode="constant")
    if wide.any():
        # wider than the squares: ragged borders too, into which squares do not reach
        wide = (ndimage.maximum_filter(wide, 2 * SQUARE_PX + 1) > 0) & same
        numbers, _ = ndimage.label(wide)
        edges = np.concatenate([numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]])
        wide = np.isin(numbers, edges[edges > 0])
    return (wide > 0) | _outer(same.all(axis=1))[:, None] | _outer(same.all(axis=0))


def _outer(whole: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the lines are at an end, nothing but such lines between."""
    return np.logical_and.accumulate(whole) | np.logical_and.accumulate(whole[::-1])[::-1]
