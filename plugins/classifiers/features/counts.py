"""How many points of which kind there are, and over which time."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Points, at


def columns(points: Points) -> dict[str, Floats]:
    """Return numbers of points, signal to noise and time spans, per band and over all bands."""
    curves, detected = points.curves, points.is_detection
    everything = np.ones(len(points.key), bool)
    n_points = points.sum(everything.astype(float))
    n_detections = points.sum(detected.astype(float))
    snr = points.flux / points.error
    days = np.append(points.days, np.nan)
    span = days[points.last(detected)] - days[points.first(detected)]
    brightest = points.brightest()
    made: dict[str, Floats] = {}
    for b, band in enumerate(points.bands):
        made |= {
            f"{band}_n_points": n_points[b],
            f"{band}_n_detections": n_detections[b],
            f"{band}_detected_fraction": n_detections[b] / n_points[b],
            f"{band}_detected_days": span[b],
            f"{band}_max_snr": at(snr, brightest[b]),
        }
    first, last = curves.first(curves.is_detection), curves.last(curves.is_detection)
    made["n_detections"] = n_detections.sum(0)
    made["n_points"] = n_points.sum(0)
    made["detected_days"] = last - first
    return made
