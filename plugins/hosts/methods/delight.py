"""DELIGHT's network with its own public weights, served by ONNX Runtime: one vector from the transient to its host.

Foerster et al. 2022, AJ 164, 195, arXiv:2208.04310. Each image is judged in eight orientations; the answer is the mean
of what they say, their scatter tells how sure it is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods import delight_weights
from tom_alerce_like.plugins.hosts.methods.delight_stamps import IMAGE_PX, Pixels, stamps
from tom_alerce_like.serving import started

Floats = NDArray[np.float64]
PIXEL_ARCSEC = 0.25
#: Images that go through the network at a time, in eight orientations each.
BATCH = 2


class Answer(NamedTuple):
    """``offset_arcsec`` (n, 2): east and north of the host. ``scatter_arcsec`` (n,): of the eight orientations."""

    offset_arcsec: Floats
    scatter_arcsec: Floats


def locate(fields: Fields) -> Floats:
    """Return east and north (arcsec) of the host in each image, shape (n, 2); raises as `answer`."""
    return answer(fields).offset_arcsec


def answer(fields: Fields, weights: Path | None = None) -> Answer:
    """Return DELIGHT's answers; NaN for an image without sources.

    ``weights``: a file of DELIGHT's weights, by default that of the installed astro-delight. Raises
    `ConfigurationError` where there is none or where h5py or onnx are absent, `InputError` for images that are not of
    480 x 480 pixels of 0.25 arcsec.
    """
    if fields.images.shape[1:] != (IMAGE_PX, IMAGE_PX) or fields.pixel_arcsec != PIXEL_ARCSEC:
        raise InputError(f"DELIGHT wants {IMAGE_PX} x {IMAGE_PX} pixels of {PIXEL_ARCSEC} arcsec")
    network = _network(weights or delight_weights.installed())
    made = Answer(np.full((len(fields), 2), np.nan), np.full(len(fields), np.nan))
    seen = [(row, seen) for row, image in enumerate(fields.images) if (seen := stamps(image)) is not None]
    for start in range(0, len(seen), BATCH):
        rows, levels = zip(*seen[start : start + BATCH], strict=True)
        offsets = _judged(network, np.stack(levels))
        mean = offsets.mean(axis=1)
        east_north = mean * (-PIXEL_ARCSEC, PIXEL_ARCSEC)
        made.offset_arcsec[list(rows)] = east_north
        scatter = np.sqrt(((offsets - mean[:, None]) ** 2).sum(axis=2).mean(axis=1))
        made.scatter_arcsec[list(rows)] = scatter * PIXEL_ARCSEC
    return made


def _judged(network: Any, levels: Pixels) -> Floats:
    """Return what the network says of each orientation, turned back: (n, 8, 2), pixels to the west and to the north."""
    turned = [np.rot90(view, turns, (2, 3)) for view in (levels, levels[..., ::-1]) for turns in range(4)]
    given = np.ascontiguousarray(np.stack(turned, axis=1)).reshape(-1, *levels.shape[1:])
    said = network.run(["offset"], {"levels": given})[0].astype(float).reshape(len(levels), 8, 2)
    west, north = said[..., 0].copy(), said[..., 1].copy()
    for turns in range(1, 4):
        for view in range(turns, 4):
            both = [view, view + 4]
            west[:, both], north[:, both] = north[:, both], -west[:, both]
    north[:, 4:] *= -1
    return np.stack([west, north], axis=2)


@cache
def _network(weights: Path) -> Any:
    return started(delight_weights.onnx_bytes(delight_weights.read(weights)))
