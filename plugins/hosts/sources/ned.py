"""NED: names and redshifts of galaxies."""

from __future__ import annotations

import pandas as pd

from tom_alerce_like.plugins.hosts.sources.tap import TapCatalogue

COLUMNS = ("prefname", "ra", "dec", "z", "zunc", "zflag")
#: What NED writes for how a redshift was measured.
KIND = {"PHOT": "photo", "SPEC": "spec"}


class NedCatalogue(TapCatalogue):
    """Objects that NED holds for galaxies; it gives no sizes here."""

    name = "NED"
    url = "https://ned.ipac.caltech.edu/tap/sync"
    release = "objdir"
    frame = "J2000"
    radius_arcsec = 60.0
    completeness = 0.8
    depth_mag = 17.0

    def _told(self, where: str) -> pd.DataFrame:
        adql = f"SELECT {', '.join(COLUMNS)} FROM NEDTAP.objdir WHERE prefphytype='G' AND ({where})"  # noqa: S608
        told = self._query(adql, COLUMNS)
        return pd.DataFrame(
            {
                "id": told["prefname"],
                "name": told["prefname"],
                "ra_deg": told["ra"],
                "dec_deg": told["dec"],
                "redshift": told["z"],
                "redshift_err": told["zunc"],
                "redshift_kind": told["zflag"].str.strip().map(KIND),
                "p_star": 0.0,
            }
        )
