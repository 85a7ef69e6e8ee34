"""What a ZTF alert says beside place, time and brightness: the sources nearby, and the shape of the detection.

Each field of ``candidate`` is drawn from its own distribution among real alerts of the same class; only distances to,
and magnitudes of, the nearest source go together.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.opinions import STAMP_TRUTH

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Quantiles at `LEVELS` of each field in ZTF's public alerts of each class. ``aperture`` is magap - magpsf.
QUANTILES = {
    "SN": {
        "sgscore1": (0.0, 0.004, 0.03, 0.5, 0.5),
        "distpsnr1": (0.14, 0.54, 2.5, 4.7, 9.9),
        "srmag1": (17.6, 18.6, 19.7, 20.5, 21.7),
        "distnr": (0.07, 0.48, 1.5, 3.2, 5.4),
        "magnr": (16.8, 18.3, 19.4, 20.6, 22.5),
        "sharpnr": (-0.1, 0.18, 0.33, 0.5, 0.77),
        "chinr": (0.63, 2.1, 3.8, 5.4, 7.9),
        "fwhm": (1.2, 2.0, 2.3, 2.9, 4.0),
        "chipsf": (0.94, 1.3, 1.9, 3.9, 21.0),
        "elong": (1.02, 1.06, 1.1, 1.15, 1.26),
        "classtar": (0.74, 0.97, 0.983, 0.984, 0.997),
        "aperture": (-0.25, -0.09, -0.02, 0.05, 0.25),
        "nneg": (0, 2, 3, 5, 7),
    },
    "AGN": {
        "sgscore1": (0.09, 0.96, 0.987, 0.998, 1.0),
        "distpsnr1": (0.03, 0.12, 0.21, 0.33, 0.65),
        "srmag1": (15.6, 16.8, 17.6, 18.3, 19.2),
        "distnr": (0.05, 0.13, 0.22, 0.36, 0.68),
        "magnr": (15.7, 16.8, 17.6, 18.4, 19.3),
        "sharpnr": (-0.05, -0.03, -0.01, 0.02, 0.19),
        "chinr": (0.31, 0.53, 0.69, 1.0, 2.9),
        "fwhm": (1.3, 1.9, 2.5, 3.3, 4.9),
        "chipsf": (0.84, 1.2, 1.6, 3.6, 12.7),
        "elong": (1.02, 1.05, 1.09, 1.16, 1.28),
        "classtar": (0.66, 0.87, 0.97, 0.983, 0.995),
        "aperture": (-0.19, -0.04, 0.03, 0.17, 0.33),
        "nneg": (0, 1, 3, 5, 7),
    },
    "VS": {
        "sgscore1": (0.5, 0.95, 0.991, 0.999, 1.0),
        "distpsnr1": (0.05, 0.13, 0.23, 0.44, 0.82),
        "srmag1": (12.6, 14.3, 15.9, 17.1, 18.8),
        "distnr": (0.06, 0.15, 0.26, 0.48, 0.86),
        "magnr": (12.9, 14.9, 16.2, 17.2, 18.7),
        "sharpnr": (-0.08, -0.03, -0.015, 0.0, 0.04),
        "chinr": (0.26, 0.41, 0.63, 0.91, 1.7),
        "fwhm": (1.3, 1.9, 2.4, 3.3, 5.3),
        "chipsf": (1.2, 2.3, 5.6, 21.9, 214.0),
        "elong": (1.03, 1.06, 1.1, 1.16, 1.27),
        "classtar": (0.65, 0.91, 0.983, 0.995, 1.0),
        "aperture": (-0.16, -0.01, 0.07, 0.18, 0.4),
        "nneg": (0, 0, 1, 4, 7),
    },
    "asteroid": {
        "sgscore1": (0.0, 0.01, 0.5, 0.87, 0.999),
        "distpsnr1": (3.2, 6.9, 11.8, 16.5, 23.7),
        "srmag1": (18.3, 20.6, 21.5, 21.8, 22.0),
        "distnr": (2.5, 4.8, 8.2, 11.5, 16.7),
        "magnr": (20.4, 22.6, 22.9, 23.1, 23.3),
        "sharpnr": (-0.55, -0.37, -0.22, -0.04, 0.16),
        "chinr": (0.35, 0.58, 0.81, 1.0, 1.5),
        "fwhm": (2.0, 2.7, 3.8, 4.8, 6.4),
        "chipsf": (0.93, 1.3, 1.7, 2.9, 24.7),
        "elong": (1.02, 1.07, 1.12, 1.18, 1.24),
        "classtar": (0.64, 0.88, 0.95, 0.981, 0.985),
        "aperture": (-0.2, -0.09, -0.02, 0.05, 0.31),
        "nneg": (0, 0, 1, 3, 5),
    },
    "bogus": {
        "sgscore1": (0.0, 0.03, 0.5, 0.97, 1.0),
        "distpsnr1": (0.23, 1.5, 7.6, 13.4, 20.9),
        "srmag1": (12.1, 13.0, 19.5, 21.4, 21.8),
        "distnr": (0.23, 1.5, 5.6, 10.4, 19.7),
        "magnr": (12.4, 14.5, 21.8, 22.6, 23.0),
        "sharpnr": (-0.48, -0.17, -0.04, 0.01, 0.17),
        "chinr": (0.35, 0.54, 0.78, 1.1, 1.8),
        "fwhm": (1.2, 1.6, 2.1, 3.2, 5.4),
        "chipsf": (2.2, 6.3, 19.4, 52.0, 299.0),
        "elong": (1.05, 1.11, 1.2, 1.35, 1.55),
        "classtar": (0.57, 0.98, 0.991, 0.997, 1.0),
        "aperture": (-0.29, 0.0, 0.23, 0.41, 0.64),
        "nneg": (0, 4, 7, 9, 12),
    },
}
NEIGHBOUR = ("sgscore1", "distpsnr1", "srmag1", "distnr", "magnr", "sharpnr", "chinr")
SHAPE = ("fwhm", "chipsf", "elong", "classtar", "aperture", "nneg")
#: Fields that are drawn together with another.
_WITH = {"distnr": "distpsnr1", "magnr": "srmag1"}


def has_reference(source: Source) -> bool:
    """Tell whether the survey's reference image has the source itself: then magnitudes can be corrected."""
    return bool(np.isfinite(source.truth.mean_mag))


@lru_cache(maxsize=4096)
def neighbours(source: Source) -> dict[str, float]:
    """Return what is said of the nearest sources: `NEIGHBOUR`, the same in all alerts of a source."""
    drawn = _drawn(NEIGHBOUR, source, 0)
    own = float(source.truth.mean_mag)
    return {**drawn, "magnr": own, "srmag1": own} if has_reference(source) else drawn


def shape(source: Source, alert_id: int) -> dict[str, float]:
    """Return what is said of the shape of one detection: `SHAPE`."""
    return _drawn(SHAPE, source, alert_id)


def _drawn(names: tuple[str, ...], source: Source, salt: int) -> dict[str, float]:
    rng = np.random.default_rng([source.index, int(source.visits["alert_id"][0]), salt])
    quantiles = QUANTILES[STAMP_TRUTH.get(source.truth.kind, source.truth.kind)]
    levels = {name: rng.random() for name in names}
    return {name: float(np.interp(levels[_WITH.get(name, name)], LEVELS, quantiles[name])) for name in names}
