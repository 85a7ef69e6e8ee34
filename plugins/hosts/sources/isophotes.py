"""From the isophotes in which nearby galaxies are catalogued to half-light ellipses and r magnitudes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Half of 0.1 arcmin, in which HyperLEDA and GLADE+ give the logarithm of the diameter.
HALF_UNIT_ARCSEC = 3.0
#: Half-light radius over that of the isophote of 25 mag per square arcsec in B, chosen so that transients lie in these
#: galaxies as they do in an exponential disc; and how much fainter B is than r for a galaxy of usual colour.
HALF_LIGHT, B_MINUS_R_MAG = 0.34, 1.1


def number(values: pd.Series, below: float) -> NDArray[np.float64]:
    """Return floats; catalogues write 9.99 or 999 for what they do not know."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(numbers < below, numbers, np.nan)
