"""Light curves of one band seen in another, and of two bands in one: which bands a source observed tells nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.lightcurve.features import G, R

#: Colour g - r of the change in brightness and its scatter, of leaves whose colour hardly changes.
COLOURS = {
    "QSO": (0.2, 0.25),
    "AGN": (0.5, 0.3),
    "Blazar": (0.5, 0.2),
    "YSO": (1.2, 0.4),
    "CV/Nova": (0.1, 0.2),
    "LPV": (1.5, 0.4),
    "E": (0.6, 0.35),
    "DSCT": (0.05, 0.15),
    "RRL": (0.0, 0.15),
    "CEP": (0.5, 0.25),
    "Periodic-Other": (0.7, 0.4),
}
#: Share of objects in two bands that lose one.
_LOSE = 0.35


def mixed(curves: Curves, leaf: NDArray[np.str_], rng: np.random.Generator) -> Curves:
    """Return the objects with some seen in the other band, in one of their bands, or in a second one as well."""
    n = curves.n
    in_g, in_r = curves.count(curves.band == G) > 0, curves.count(curves.band == R) > 0
    fate, of_two = rng.random(n), in_g & in_r
    lost = np.where(rng.random(n) < 0.5, G, R)
    lost[~(of_two & (fate < _LOSE))] = -1
    curves = curves.select(curves.band != lost[curves.row])
    moved = np.where(~of_two & (fate < 1 / 3), 1.0, 0.0)
    known = np.isin(leaf, list(COLOURS))
    moved[~of_two & (fate > 2 / 3) & known] = 0.5
    to_other = rng.random(len(curves.row)) < moved[curves.row]
    colour = np.array([rng.normal(*COLOURS.get(name, (0.0, 0.0))) for name in leaf])
    sign = np.where(curves.band == G, 1, -1)
    factor = np.where(to_other, 10 ** (0.4 * colour[curves.row] * sign), 1.0)
    band = np.where(to_other, G + R - curves.band, curves.band)
    return replace(curves, band=band, flux_njy=curves.flux_njy * factor, flux_err_njy=curves.flux_err_njy * factor)
