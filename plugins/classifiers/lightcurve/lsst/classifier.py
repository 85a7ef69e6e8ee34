"""Probabilities of PLAsTiCC's classes for light curves of LSST, by ONNX Runtime alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import features
from tom_alerce_like.serving import notes, probabilities, session

Floats = NDArray[np.float64]
GALACTIC = ("Microlensing", "E", "LPV", "M-dwarf", "RRL")
EXTRAGALACTIC = ("TDE", "SNII", "SNIax", "SNIbc", "KN", "SNIa-91bg", "AGN", "SNIa", "SLSN")
CLASSES = (*GALACTIC, *EXTRAGALACTIC)
FOLDER = Path(__file__).parent / "weights"
#: Trees for galaxies of known redshift tell `EXTRAGALACTIC` apart, those that know the light curve alone all `CLASSES`.
WITH_REDSHIFT, ALONE = FOLDER / "with_redshift.onnx", FOLDER / "alone.onnx"
VERSION = "1.0"
#: How much larger the temperature is with few detections, times their number.
EARLY = 0.5
_N_DETECTIONS = features.OBSERVED.index("detections_n")
#: Outside these no redshift of a galaxy is believed.
NEAREST, FARTHEST = 1e-4, 5.0


def leaves(alerts: pd.DataFrame, curves: Curves) -> Floats:
    """Return probabilities (n, 14) in the order of `CLASSES`; rows of NaN where there are fewer than two fluxes.

    Reads the columns ``host_redshift`` (0: known to be of our Galaxy; NaN: unknown) and ``host_redshift_err``.
    """
    redshift, error = (alerts[name].to_numpy(float) for name in ("host_redshift", "host_redshift_err"))
    observed, at_rest = features.measure(curves, believed(redshift)[None])
    return served(observed, at_rest[0], redshift, error)


def believed(redshift: Floats) -> Floats:
    """Return redshifts of galaxies, NaN for all else."""
    return np.where((redshift > NEAREST) & (redshift < FARTHEST), redshift, np.nan)


def served(observed: Floats, at_rest: Floats, redshift: Floats, error: Floats) -> Floats:
    """Return probabilities (n, 14) by the shipped weights for features as `features.measure` gives them."""
    far, near = np.full((len(observed), len(EXTRAGALACTIC)), np.nan), np.full((len(observed), len(CLASSES)), np.nan)
    enough = np.isfinite(observed[:, 0])
    galaxies = np.isfinite(believed(redshift))
    if (rows := enough & galaxies).any():
        known = (values[rows] for values in (observed, at_rest, redshift, error))
        far[rows] = _judged(WITH_REDSHIFT, features.with_redshift(*known), observed[rows])
    if (rows := enough & ~galaxies).any():
        near[rows] = _judged(ALONE, observed[rows].astype(np.float32), observed[rows])
    return combined(redshift, far, near)


def combined(redshift: Floats, far: Floats, near: Floats) -> Floats:
    """Return probabilities (n, 14): those with redshift (n, 9) where there are any, else those of the curve alone."""
    scores = near.copy()
    galactic = redshift == 0
    scores[galactic, len(GALACTIC) :] = 0.0
    scores[galactic] /= scores[galactic].sum(axis=1, keepdims=True)
    known = np.isfinite(far[:, 0])
    scores[known, : len(GALACTIC)] = 0.0
    scores[known, len(GALACTIC) :] = far[known]
    return scores


def softened(logits: Floats, observed: Floats) -> Floats:
    """Return logits (n, classes) that take confidence away from objects with few detections.

    At its n-th detection the class of an object is less sure than that of one which had n in all.
    """
    n_detections = np.maximum(observed[:, _N_DETECTIONS], 2.0)
    return logits / (1 + EARLY / n_detections)[:, None]


def _judged(weights: Path, shown: NDArray[np.float32], observed: Floats) -> Floats:
    (logits,) = session(weights).run(["logits"], {"features": shown})
    return probabilities(softened(logits, observed), float(notes(weights)["temperature"]))
