"""A straight line between "not at all" and "fully"."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tom_alerce_like.plugins.priority.criterion import Values


def ramp(x: ArrayLike, zero: float, one: float) -> Values:
    """Return 0 at and beyond ``zero``, 1 at and beyond ``one``, linear between, NaN for NaN; either may be larger."""
    return np.clip((np.asarray(x, float) - zero) / (one - zero), 0, 1)
