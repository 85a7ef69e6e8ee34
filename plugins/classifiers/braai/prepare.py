"""The cutouts of ZTF alerts as braai was shown them, which is not how our own modules see them.

Each stamp has 0 for NaN, is divided by its norm, and then padded to 63 x 63 pixels at the bottom and the right with
1e-9. Duev et al. 2019, MNRAS 489, 3582, arXiv:1907.11259; the norm of each row and the order of the steps are those
of the network's example notebook, and were verified on alerts (docs/modules/braai.md).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.alerts.cutouts import Pixels
from tom_alerce_like.plugins.classifiers.pixels import KINDS, SIZE_PX, decoded

COLUMNS = ("survey", "cutouts")
_PADDING = np.float32(1e-9)


def triplets(alerts: pd.DataFrame, by_row: bool) -> Pixels:
    """Return science, template and difference of each alert, shape (n, 3, 63, 63).

    All NaN where braai cannot judge: other surveys than ZTF, a stamp that is missing, broken or larger than 63 pixels.
    """
    made = np.full((len(alerts), len(KINDS), SIZE_PX, SIZE_PX), np.nan, np.float32)
    if "cutouts" not in alerts:
        return made
    stored = alerts["cutouts"].array.__arrow_array__().to_pylist()
    for row, (survey, images) in enumerate(zip(alerts["survey"], stored, strict=True)):
        if survey == "ZTF":
            stamps = [stamp for kind in KINDS if (stamp := decoded((images or {}).get(kind))) is not None]
            if len(stamps) == len(KINDS) and max(max(stamp.shape) for stamp in stamps) <= SIZE_PX:
                made[row] = [_padded(normalised(stamp, by_row)) for stamp in stamps]
    return made


def normalised(stamp: Pixels, by_row: bool) -> Pixels:
    """Return a stamp with 0 for NaN over the norm of each of its rows, or over that of the whole stamp.

    In float32 on purpose: some templates have pixels of 3.4e38, whose square is infinite then, and ZTF's own scores
    show that the whole row becomes 0.
    """
    known = np.nan_to_num(stamp)
    with np.errstate(over="ignore", under="ignore"):
        norm = np.sqrt(np.sum(known * known, axis=1 if by_row else None, keepdims=True))
        return known / np.where(norm == 0, np.float32(1), norm)


def _padded(stamp: Pixels) -> Pixels:
    canvas = np.full((SIZE_PX, SIZE_PX), _PADDING)
    canvas[: stamp.shape[0], : stamp.shape[1]] = stamp
    return canvas
