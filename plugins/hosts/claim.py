"""When a galaxy counts as the host, and not only as the likeliest of the candidates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: How many times likelier than none of the candidates it must be, from half of the hosts that people chose
#: (docs/modules/hosts.md): a false host costs more than a missing one, since a wrong redshift decides what a telescope
#: is pointed at.
ODDS = 3.0


def claimed(probability: ArrayLike, none: ArrayLike) -> NDArray[np.bool_]:
    """Return where the best candidate's probability suffices, given that of none; False for NaN."""
    return np.asarray(probability, float) > ODDS * np.asarray(none, float)
