"""Pan-STARRS1 DR2 at MAST: magnitudes, moments and how point-like a source is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from tom_alerce_like import http
from tom_alerce_like.plugins.hosts.catalogue import Floats
from tom_alerce_like.plugins.hosts.sources.ellipse import from_moments
from tom_alerce_like.plugins.hosts.sources.service import OnlineCatalogue, table

COLUMNS = (
    *("objID", "raStack", "decStack", "rPSFMag", "rKronMag"),
    *("rmomentR1", "rmomentXX", "rmomentXY", "rmomentYY"),
)
_ROWS = 20000
#: Half-light radius over the first radial moment of an exponential disc.
HALF_LIGHT = 0.84
#: PSF minus Kron magnitude between stars and galaxies (PS1 archive's documentation); how sharp that is: assumed.
BORDER_MAG, SHARPNESS_MAG = 0.05, 0.03


class PanStarrsCatalogue(OnlineCatalogue):
    """Stacked detections of Pan-STARRS1 DR2, north of declination -30; it gives no redshifts."""

    name = "Pan-STARRS1"
    url = "https://catalogs.mast.stsci.edu/api/v0.1/panstarrs/dr2/stack.csv"
    release = "ps1_dr2"
    radius_arcsec = 120.0
    completeness = 0.8
    depth_mag = 21.5
    places_per_query = 1

    def _asked(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        query = {
            **{"ra": f"{ra_deg[0]:.7f}", "dec": f"{dec_deg[0]:.7f}", "radius": f"{radius_arcsec / 3600:.7f}"},
            **{"primaryDetection": 1, "nDetections.gt": 1, "pagesize": _ROWS, "columns": COLUMNS},
        }
        _, body = http.fetch(self.session, "GET", self.url, params=query)
        told = table(body, COLUMNS, self.name)
        number = {name: _known(told[name]) for name in COLUMNS[1:]}
        ratio, pa = _shape(number["rmomentXX"], number["rmomentYY"], number["rmomentXY"])
        a = HALF_LIGHT * number["rmomentR1"] / np.sqrt(np.where(np.isfinite(ratio), ratio, 1.0))
        return pd.DataFrame(
            {
                "id": told["objID"],
                "name": "PSO " + told["objID"],
                "ra_deg": number["raStack"],
                "dec_deg": number["decStack"],
                "mag_r": number["rKronMag"],
                "a_arcsec": a,
                "b_arcsec": a * ratio,
                "pa_deg": pa,
                "p_star": expit((BORDER_MAG - (number["rPSFMag"] - number["rKronMag"])) / SHARPNESS_MAG),
            }
        )


def _known(values: pd.Series) -> Floats:
    """Return floats; the archive writes -999 for what it does not know."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(numbers > -900, numbers, np.nan)


def _shape(xx: Floats, yy: Floats, xy: Floats) -> tuple[Floats, Floats]:
    """Return axis ratio and position angle of moments (arcsec squared); NaN where these are of no ellipse."""
    # pixels of the stacks go west, our moments go east
    a, b, pa = from_moments(xx, yy, -xy)
    real = (b > 0) & np.isfinite(a)
    return np.where(real, b / np.where(real, a, 1.0), np.nan), np.where(real, pa, np.nan)
