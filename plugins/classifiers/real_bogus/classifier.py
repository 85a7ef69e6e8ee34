"""The module that serves: three stamps in, one probability out, by ONNX Runtime alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.normalise import filled
from tom_alerce_like.plugins.classifiers.pixels import COLUMNS, KINDS, SIZE_PX, Pixels, triplets
from tom_alerce_like.serving import session

WEIGHTS = Path(__file__).parent / "weights" / "real_bogus.onnx"
WEIGHTS_INT8 = WEIGHTS.with_name("real_bogus_int8.onnx")
VERSION = "1.0"
#: Alerts that are judged at a time: with their inner layers they stay in a processor's cache.
BATCH = 32
_MIDDLE = slice(SIZE_PX // 2 - 4, SIZE_PX // 2 + 5)


class RealBogus:
    """Tells changes of the sky from artefacts of camera and subtraction; docs/modules/real_bogus.md is its model card.

    The same for any orientation of the stamps. An alert is judged when pixels in the middle of its difference are
    there, or in the middle of both other stamps; what is missing is left out.
    """

    name = "real_bogus"
    version = VERSION
    columns = COLUMNS
    classes = ("real",)
    weights = WEIGHTS

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return the probability that each alert is real; NaN where it cannot be judged."""
        real = np.full(len(alerts), np.nan)
        for start in range(0, len(alerts), BATCH):
            real[start : start + BATCH] = probabilities(triplets(alerts.iloc[start : start + BATCH]), self.weights)
        return pd.DataFrame({"real": real}, index=alerts.index)


class RealBogusInt8(RealBogus):
    """The same in 8-bit integers, for streams: nearly twice as fast, and on the same side of 0.5 in 99.5 per cent."""

    version = f"{VERSION}-int8"
    weights = WEIGHTS_INT8


def probabilities(stamps: Pixels, weights: Path = WEIGHTS) -> NDArray[np.float64]:
    """Return the probability that each of the stamps (n, 3, 63, 63) shows something real, NaN where not judged."""
    real = np.full(len(stamps), np.nan)
    for start in range(0, len(stamps), BATCH):
        part = stamps[start : start + BATCH]
        known = judged(part)
        if known.any():
            (logits,) = session(weights).run(["logits"], {"stamps": filled(part[known])})
            real[start : start + BATCH][known] = 1 / (1 + np.exp(-logits[:, 0].astype(float)))
    return real


def judged(stamps: Pixels) -> NDArray[np.bool_]:
    """Tell which stamps show enough of the place of the alert."""
    science, template, difference = (
        np.isfinite(stamps[:, number, _MIDDLE, _MIDDLE]).any(axis=(1, 2)) for number in range(len(KINDS))
    )
    return difference | (science & template)
