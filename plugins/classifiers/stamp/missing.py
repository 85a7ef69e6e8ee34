"""What alerts look like when a broker's reply holds less than the packet did: for training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.stamp import features as seen
from tom_alerce_like.plugins.classifiers.stamp import measurements

Features = NDArray[np.float32]
#: How often a group is missing, a single feature, and everything but the pixels.
LOST_GROUP, LOST_FEATURE, LOST_PACKET = 0.15, 0.1, 0.1
_GROUPS = list(seen.GROUPS.values())
_GROUP_OF = [next(number for number, group in enumerate(_GROUPS) if name in group) for name in seen.NAMES]
_IN_PACKET = np.array([name in measurements.NAMES for name in seen.NAMES])


def struck_out(features: Features, rng: np.random.Generator) -> Features:
    """Return a copy in which groups and single features are missing, as in the replies of brokers."""
    lost = rng.random((len(features), len(_GROUPS))) < LOST_GROUP
    only_pixels = rng.random((len(features), 1)) < LOST_PACKET
    gone = np.where(only_pixels, _IN_PACKET, lost[:, _GROUP_OF])
    return np.where(gone | (rng.random(features.shape) < LOST_FEATURE), np.float32(np.nan), features)
