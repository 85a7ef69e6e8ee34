"""The rest of the model card: counts, and pictures of what is judged otherwise than drb does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.pictures import confusion, stamps
from tom_alerce_like.plugins.classifiers.real_bogus.known import THRESHOLD, Known

#: How many of the worst disagreements are drawn, half of each sign.
DRAWN = 8


def tell(scores: pd.DataFrame) -> None:
    """Print counts of both scores on either side of 0.5, and how far they are apart."""
    print(len(scores), "alerts of", scores["object_id"].nunique(), "objects")
    print(_counts(scores))
    print("difference:", (scores["real"] - scores["drb"]).abs().quantile([0.5, 0.9, 0.99]).round(3).to_dict())


def draw(data: Path, scores: pd.DataFrame, folder: Path) -> None:
    """Draw the counts, and the stamps of the worst disagreements."""
    confusion(_counts(scores), folder / "real_bogus_confusion.png", rows="drb", columns="real_bogus")
    known = Known.read(data).alerts.merge(scores[["alert_id", "real"]], on="alert_id")
    excess = (known["real"] - known["drb"]).where((known["real"] >= THRESHOLD) != (known["drb"] >= THRESHOLD))
    order = excess.dropna().sort_values().index
    worst = known.loc[[*order[: DRAWN // 2], *order[-DRAWN // 2 :]]].drop_duplicates("alert_id")
    captions = [f"{row.object_id} drb {row.drb:.2f} ours {row.real:.2f}" for row in worst.itertuples()]
    stamps(worst, captions, folder / "real_bogus_wrong.png")


def _counts(scores: pd.DataFrame) -> pd.DataFrame:
    sides = [np.where(scores[name] >= THRESHOLD, "real", "bogus") for name in ("drb", "real")]
    table = pd.crosstab(pd.Series(sides[0], name="drb"), pd.Series(sides[1], name="ours"))
    return table.reindex(index=["real", "bogus"], columns=["real", "bogus"], fill_value=0)
