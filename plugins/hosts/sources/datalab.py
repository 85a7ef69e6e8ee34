"""Astro Data Lab: the Legacy Surveys with photometric redshifts, and the spectra of DESI."""

from __future__ import annotations

import pandas as pd

from tom_alerce_like.plugins.hosts.sources.tap import TapCatalogue

URL = "https://datalab.noirlab.edu/tap/sync"
_TRACTOR = ("ls_id", "ra", "dec", "type", "flux_r", "shape_r", "shape_e1", "shape_e2")
_PHOTO_Z = ("z_phot_median", "z_phot_std", "z_spec")
_DESI = ("targetid", "mean_fiber_ra", "mean_fiber_dec", "z", "zerr", "spectype")
#: Error of a spectroscopic redshift that the Legacy Surveys took over without one.
_SPEC_ERR = 1e-4


class _DataLab(TapCatalogue):
    url = URL

    def _circle(self, ra_deg: float, dec_deg: float, radius_deg: float) -> str:
        # the service knows its index by this function only; CONTAINS fails on some of its tables
        ra, dec = self.position
        return f"'t' = Q3C_RADIAL_QUERY({ra}, {dec}, {ra_deg:.7f}, {dec_deg:.7f}, {radius_deg:.7f})"


class LegacyCatalogue(_DataLab):
    """Legacy Surveys DR10: shapes, magnitudes and photometric redshifts; point-like sources are kept.

    A half-light radius and ellipticities of the Tractor; a source without a photometric redshift is kept as well.
    """

    name = "Legacy Surveys"
    release = "ls_dr10"
    position = ("t.ra", "t.dec")
    radius_arcsec = 120.0
    completeness = 0.85
    depth_mag = 23.0

    def _told(self, where: str) -> pd.DataFrame:
        columns = ", ".join([*(f"t.{name}" for name in _TRACTOR), *(f"p.{name}" for name in _PHOTO_Z)])
        tables = "ls_dr10.tractor AS t LEFT JOIN ls_dr10.photo_z AS p ON t.ls_id = p.ls_id"
        adql = f"SELECT {columns} FROM {tables} WHERE t.brick_primary = 1 AND ({where})"  # noqa: S608
        return self._query(adql, _TRACTOR + _PHOTO_Z).rename(columns={"ls_id": "id"}).assign(z_spec_err=_SPEC_ERR)


class DesiCatalogue(_DataLab):
    """Spectroscopic redshifts of DESI DR1, of galaxies, quasars and stars whose redshift has no warning."""

    name = "DESI"
    release = "desi_dr1"
    position = ("mean_fiber_ra", "mean_fiber_dec")
    radius_arcsec = 120.0
    completeness = 0.1
    depth_mag = 19.0

    def _told(self, where: str) -> pd.DataFrame:
        adql = f"SELECT {', '.join(_DESI)} FROM desi_dr1.zpix WHERE zwarn = 0 AND ({where})"  # noqa: S608
        told = self._query(adql, _DESI)
        # one that was observed in several programmes has a row for each: the most precise one counts
        order = pd.to_numeric(told["zerr"], errors="coerce").argsort(kind="stable")
        told = told.iloc[order].drop_duplicates("targetid", ignore_index=True)
        star = told["spectype"].str.strip().str.upper() == "STAR"
        return pd.DataFrame(
            {
                "id": told["targetid"],
                "name": "DESI " + told["targetid"],
                "ra_deg": told["mean_fiber_ra"],
                "dec_deg": told["mean_fiber_dec"],
                "z_spec": told["z"].where(~star),
                "z_spec_err": told["zerr"].where(~star),
                "p_star": star.astype(float),
            }
        )
