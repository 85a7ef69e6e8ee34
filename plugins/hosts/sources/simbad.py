"""SIMBAD: names, sizes and redshifts of galaxies."""

from __future__ import annotations

import numpy as np
import pandas as pd
from astropy.constants import c

from tom_alerce_like.plugins.hosts.sources.isophotes import HALF_LIGHT
from tom_alerce_like.plugins.hosts.sources.tap import TapCatalogue

COLUMNS = (
    *("main_id", "ra", "dec", "galdim_majaxis", "galdim_minaxis", "galdim_angle"),
    *("rvz_redshift", "rvz_err", "rvz_type", "rvz_nature"),
)
#: Half of an arcmin, in which the diameters are given.
_HALF_ARCMIN = 30.0


class SimbadCatalogue(TapCatalogue):
    """Galaxies of SIMBAD, of all kinds. A redshift without an error is not taken: many of these are wrong."""

    name = "SIMBAD"
    url = "https://simbad.cds.unistra.fr/simbad/sim-tap/sync"
    release = "basic"
    radius_arcsec = 300.0
    completeness = 0.5
    depth_mag = 17.0

    def _told(self, where: str) -> pd.DataFrame:
        adql = f"SELECT {', '.join(COLUMNS)} FROM basic WHERE otype = 'G..' AND ({where})"  # noqa: S608
        told = self._query(adql, COLUMNS)
        redshift, err = _redshift(told)
        size = {name: pd.to_numeric(told[f"galdim_{name}"], errors="coerce") for name in ("majaxis", "minaxis")}
        return pd.DataFrame(
            {
                "id": told["main_id"],
                "name": told["main_id"].str.split().str.join(" "),
                "ra_deg": told["ra"],
                "dec_deg": told["dec"],
                "a_arcsec": HALF_LIGHT * _HALF_ARCMIN * size["majaxis"],
                "b_arcsec": HALF_LIGHT * _HALF_ARCMIN * size["minaxis"],
                "pa_deg": told["galdim_angle"],
                "redshift": redshift,
                "redshift_err": err,
                "redshift_kind": told["rvz_nature"].str[0].map({"s": "spec", "p": "photo"}),
                "p_star": 0.0,
            }
        )


def _redshift(told: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return redshifts that have an error, and the errors; that of a velocity is in km/s."""
    redshift, err = (pd.to_numeric(told[name], errors="coerce") for name in ("rvz_redshift", "rvz_err"))
    speed = told["rvz_type"].isin(["v", "c"])
    err = err.where(~speed, err / c.to_value("km/s") * (1 + redshift))
    return redshift.where(err > 0, np.nan), err
