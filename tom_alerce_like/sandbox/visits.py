"""When a survey looks, how deep, and what it measures there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.sandbox.photometry import Array, flux_njy

#: One row per look at a place. Fluxes are those of the difference image, in nJy.
VISIT = np.dtype(
    [
        ("mjd", "f8"),
        ("band", "U1"),
        ("flux_njy", "f8"),
        ("flux_err_njy", "f8"),
        ("forced_njy", "f8"),
        ("limiting_mag", "f8"),
        ("is_detection", "?"),
        ("alert_id", "i8"),
        ("ra_deg", "f8"),
        ("dec_deg", "f8"),
        ("real_bogus", "f8"),
        ("fwhm_arcsec", "f8"),
    ]
)
DETECTION_SNR = 5.0


@dataclass(frozen=True)
class Survey:
    """How a survey looks at the sky. ``depth_mag`` is the 5 sigma limit of a visit in each band."""

    name: str
    depth_mag: dict[str, float]
    share: dict[str, float]
    cadence_d: float
    dec_range_deg: tuple[float, float]
    peak_mag: tuple[float, float]
    seeing_arcsec: float
    jitter_arcsec: float
    history_d: float


SURVEYS = {
    "ZTF": Survey(
        name="ZTF",
        depth_mag={"g": 20.8, "r": 20.6},
        share={"g": 0.5, "r": 0.5},
        cadence_d=2.0,
        dec_range_deg=(-25.0, 70.0),
        peak_mag=(17.0, 19.6),
        seeing_arcsec=2.2,
        jitter_arcsec=0.12,
        history_d=180.0,
    ),
    "LSST": Survey(
        name="LSST",
        depth_mag={"u": 23.8, "g": 24.5, "r": 24.3, "i": 23.9, "z": 23.3, "y": 22.3},
        share={"u": 0.05, "g": 0.2, "r": 0.25, "i": 0.25, "z": 0.15, "y": 0.1},
        cadence_d=3.0,
        dec_range_deg=(-65.0, 0.0),
        peak_mag=(19.0, 22.0),
        seeing_arcsec=0.9,
        jitter_arcsec=0.03,
        history_d=60.0,
    ),
}


def schedule(survey: Survey, last_mjd: float, span_d: float, rng: np.random.Generator) -> NDArray[np.void]:
    """Return empty visits over ``span_d`` days up to ``last_mjd``: two a night, a quarter of the nights lost."""
    nights = np.arange(0, span_d, survey.cadence_d)
    nights = nights[(rng.random(len(nights)) > 0.25) | (nights == 0)]
    night_mjd = last_mjd - nights + np.where(nights > 0, rng.uniform(-0.08, 0.08, len(nights)), 0)
    mjd = np.sort(np.concatenate([night_mjd - 0.025, night_mjd]))
    visits = np.zeros(len(mjd), VISIT)
    visits["mjd"] = mjd
    visits["band"] = _bands(survey, len(mjd), rng)
    depth = np.array([survey.depth_mag[band] for band in visits["band"]])
    visits["limiting_mag"] = depth + np.clip(rng.normal(0, 0.3, len(mjd)), -0.7, 0.6)
    visits["fwhm_arcsec"] = survey.seeing_arcsec * np.exp(rng.normal(0, 0.15, len(mjd)))
    return visits


def _bands(survey: Survey, n: int, rng: np.random.Generator) -> NDArray[np.str_]:
    names = list(survey.depth_mag)
    if len(names) == 2:
        return np.array([names[(index + index // 2) % 2] for index in range(n)], dtype="U1")
    return rng.choice(names, n, p=list(survey.share.values())).astype("U1")


def measure(visits: NDArray[np.void], true_njy: Array, rng: np.random.Generator) -> None:
    """Fill in measured fluxes: background noise to the depth of the visit, and 1.5 per cent of the flux."""
    background = flux_njy(visits["limiting_mag"]) / DETECTION_SNR
    visits["flux_err_njy"] = np.hypot(background, 0.015 * true_njy)
    visits["flux_njy"] = true_njy + rng.normal(0, 1, len(visits)) * visits["flux_err_njy"]
    visits["forced_njy"] = visits["flux_njy"] + rng.normal(0, 0.3, len(visits)) * background
    # a source is detected where it is, not where the noise alone is high: no detections without a source
    seen = np.abs(visits["flux_njy"]) > DETECTION_SNR * visits["flux_err_njy"]
    visits["is_detection"] = seen & (np.abs(true_njy) > 3 * background)
