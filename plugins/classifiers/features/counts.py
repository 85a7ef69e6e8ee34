"""How many points of which kind there are, over which time, and how significant and of which sign they are.

The sign tells variables, which go below their reference too, from what appears where nothing was.
"""

from __future__ import annotations

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Points, at

_SIGNIFICANT = 3.0


def columns(points: Points) -> dict[str, Floats]:
    """Return numbers of points, signal to noise and time spans, per band and over all bands."""
    detected = points.is_detection
    snr = points.flux / points.error
    n_points = points.count
    n_detections = points.sum(detected)
    n_positive, n_negative = points.sum(snr > _SIGNIFICANT), points.sum(snr < -_SIGNIFICANT)
    span = at(points.days, points.last(detected)) - at(points.days, points.first(detected))
    max_snr = at(snr, points.brightest)
    made: dict[str, Floats] = {}
    for b, band in enumerate(points.bands):
        made |= {
            f"{band}_n_points": n_points[b],
            f"{band}_n_detections": n_detections[b],
            f"{band}_detected_fraction": n_detections[b] / n_points[b],
            f"{band}_significant_fraction": (n_positive[b] + n_negative[b]) / n_points[b],
            f"{band}_positive_fraction": n_positive[b] / (n_positive[b] + n_negative[b]),
            f"{band}_detected_days": span[b],
            f"{band}_max_snr": max_snr[b],
        }
    made["n_points"], made["n_detections"] = n_points.sum(0), n_detections.sum(0)
    made["n_bands_detected"] = (n_detections > 0).sum(0)
    made["positive_fraction"] = n_positive.sum(0) / (n_positive.sum(0) + n_negative.sum(0))
    first, last = points.detected_mjd
    made["detected_days"] = last - first
    return made
