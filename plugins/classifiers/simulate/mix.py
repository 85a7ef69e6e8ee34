"""The kinds of simulated stamps, how often each is made, and the function that makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import KINDS, SIZE_PX, Pixels
from tom_alerce_like.plugins.classifiers.simulate import (
    bad_line,
    bleed,
    cosmic_ray,
    dipole,
    edge,
    ghost,
    hot_pixels,
    moving,
    noise_peak,
    residual,
    transient,
    unsubtracted,
    variable,
)
from tom_alerce_like.plugins.classifiers.simulate.backgrounds import Backgrounds
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, Scene

Effect = Callable[[Scene, np.random.Generator], None]
#: What the sky did: changes of light.
REAL: dict[str, Effect] = {
    "hostless": transient.hostless,
    "in_galaxy": transient.in_galaxy,
    "in_nucleus": transient.in_nucleus,
    "variable_star": variable.star,
    "minor_planet": moving.minor_planet,
}
#: What the camera or the subtraction did.
ARTEFACTS: dict[str, Effect] = {
    "mismatch": residual.mismatch,
    "dipole": dipole.misregistered,
    "unsubtracted": unsubtracted.stars,
    "cosmic_ray": cosmic_ray.track,
    "bad_line": bad_line.line,
    "hot_pixels": hot_pixels.cluster,
    "ghost": ghost.pupil,
    "saturated": bleed.saturated,
    "edge": edge.glow,
    "noise_peak": noise_peak.peak,
}
EFFECTS = REAL | ARTEFACTS
#: The fraction of stamps that the edge of the detector cuts, and of those with a masked block, whatever is on them.
CUT, MASKED = 0.05, 0.05
_CORE = slice(CENTRE_PX - 3, CENTRE_PX + 4)


def examples(
    n: int, backgrounds: Backgrounds, rng: np.random.Generator, kinds: Sequence[str] = (*REAL, *ARTEFACTS)
) -> tuple[Pixels, NDArray[np.str_]]:
    """Return n simulated stamps (n, 3, 63, 63) in data numbers and the name of the kind of each.

    ``kinds`` are drawn with equal chances: repeat a name to have more of it. Pixels beyond an edge are NaN.
    """
    stamps = np.empty((n, len(KINDS), SIZE_PX, SIZE_PX), np.float32)
    names = rng.choice(np.array(kinds), n)
    for row, name in enumerate(names):
        scene = backgrounds.scene(rng)
        EFFECTS[str(name)](scene, rng)
        if rng.random() < CUT:
            edge.cut(scene.images, rng)
        if rng.random() < MASKED:
            edge.mask(scene.images, rng)
        stamps[row] = as_sent(scene.images)
    return stamps, names


def as_sent(images: Pixels) -> Pixels:
    """Return the images with the sign of the difference turned where something faded: ZTF sends detections as peaks."""
    centre = images[2, _CORE, _CORE]
    seen = centre[np.isfinite(centre)]
    faded = seen.size and seen.max() + seen.min() < 2 * np.nanmedian(images[2])
    return images * np.array([1, 1, -1 if faded else 1], np.float32)[:, None, None]
