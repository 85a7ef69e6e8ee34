"""The classes of ALeRCE's light-curve classifier, as it names them, and their branches as scores.

Sanchez-Saez et al. 2021, arXiv:2008.03311.
"""

from __future__ import annotations

import pandas as pd

from tom_alerce_like.taxonomy import BRANCHES

CLASSES = tuple(leaf for leaves in BRANCHES.values() for leaf in leaves)


def branches(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the probability of each branch: the sum of its leaves, NaN where nothing was judged."""
    return pd.DataFrame({branch: scores[list(leaves)].sum(axis=1, min_count=1) for branch, leaves in BRANCHES.items()})
