"""What the trees read: evidences compared, the best member of each class, and how much is known at all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.classifiers.supernova_type import bank
from tom_alerce_like.plugins.classifiers.supernova_type.evidence import evidences

Floats = NDArray[np.float64]
_BEST = ("magnitude", "redshift", "maximum", "colour")
NAMES = (
    *(f"{name}_{kind}_over_SNIa" for kind in bank.CLASSES[1:] for name in ("evidence", "gain")),
    *(f"posterior_{kind}" for kind in bank.CLASSES),
    *(f"misfit_{kind}" for kind in bank.CLASSES),
    *(f"{name}_{kind}" for kind in bank.CLASSES for name in _BEST),
    "stretch_SNIa",
    "signal",
    "redshift",
    "redshift_err",
    "n_detections",
    "n_bands",
    "span_days",
    "peak_snr",
)


def matrix(
    curves: Curves, redshift: Floats, redshift_err: Floats, mw_ebv: Floats, survey: NDArray[Any]
) -> NDArray[np.float32]:
    """Return `NAMES` for each light curve, shape (n, features); NaN where unknown."""
    found = evidences(curves, redshift, redshift_err, mw_ebv, survey)
    known = {name: found[name].to_numpy() for name in found}
    evidence = np.stack([known[f"evidence_{kind}"] for kind in bank.CLASSES])
    gain = np.stack([known[f"gain_{kind}"] for kind in bank.CLASSES])
    best = evidence.max(axis=0)
    total = best + np.log(np.exp(evidence - best).sum(axis=0))
    columns: list[Floats] = []
    for number in range(1, len(bank.CLASSES)):
        columns += [evidence[number] - evidence[0], gain[number] - gain[0]]
    columns += list(evidence - total)
    columns += list((known["null_chi2"] - 2 * gain) / np.maximum(known["n_points"], 1))
    columns += [known[f"{name}_{kind}"] for kind in bank.CLASSES for name in _BEST]
    columns += [known["stretch_SNIa"], gain.max(axis=0), redshift, redshift_err, *_counts(curves)]
    with np.errstate(over="ignore"):
        made = np.column_stack(columns).astype(np.float32)
    return np.where(np.isfinite(made), made, np.float32(np.nan))


def _counts(curves: Curves) -> list[Floats]:
    detected = curves.is_detection
    seen = np.zeros((curves.n, len(BANDS)), bool)
    seen[curves.row[detected], curves.band[detected]] = True
    snr = np.zeros(curves.n)
    np.maximum.at(snr, curves.row[detected], (curves.flux_njy / curves.flux_err_njy)[detected])
    return [
        curves.count(detected).astype(float),
        seen.sum(axis=1).astype(float),
        curves.last(detected) - curves.first(detected),
        snr,
    ]
