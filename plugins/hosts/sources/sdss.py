"""SDSS DR18: shapes, spectroscopic and photometric redshifts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like import http
from tom_alerce_like.plugins.hosts.catalogue import Floats
from tom_alerce_like.plugins.hosts.sources.service import OnlineCatalogue, table

_SELECT = {
    **{"id": "p.objID", "ra_deg": "p.ra", "dec_deg": "p.dec", "type": "p.type", "mag_r": "p.modelMag_r"},
    **{"fracdev": "p.fracDeV_r", "dev_r": "p.deVRad_r", "dev_ab": "p.deVAB_r", "dev_phi": "p.deVPhi_r"},
    **{"exp_r": "p.expRad_r", "exp_ab": "p.expAB_r", "exp_phi": "p.expPhi_r"},
    **{"z_spec": "s.z", "z_spec_err": "s.zErr", "zwarning": "s.zWarning", "z_phot": "z.z", "z_phot_err": "z.zErr"},
}
#: What SDSS writes for galaxies and stars, and how probable a star then is: an assumption.
P_STAR = {"3": 0.05, "6": 0.9}


class SdssCatalogue(OnlineCatalogue):
    """Primary sources of SDSS DR18, with the shape of the better of its two models."""

    name = "SDSS"
    url = "https://skyserver.sdss.org/dr18/SkyServerWS/SearchTools/SqlSearch"
    release = "sdss_dr18"
    radius_arcsec = 120.0
    completeness = 0.6
    depth_mag = 21.5

    def _asked(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        near = " UNION ".join(
            f"SELECT objID FROM dbo.fGetNearbyObjEq({ra:.7f}, {dec:.7f}, {radius_arcsec / 60:.7f})"  # noqa: S608
            for ra, dec in zip(ra_deg, dec_deg, strict=True)
        )
        columns = ", ".join(f"{value} AS {name}" for name, value in _SELECT.items())
        joined = "LEFT JOIN SpecObj AS s ON s.bestObjID = p.objID LEFT JOIN Photoz AS z ON z.objID = p.objID"
        sql = f"SELECT {columns} FROM ({near}) AS n JOIN PhotoObj AS p ON p.objID = n.objID {joined}"  # noqa: S608
        _, body = http.fetch(self.session, "GET", self.url, params={"cmd": sql, "format": "csv"})
        told = table(body, tuple(_SELECT), self.name)
        like_dev = pd.to_numeric(told["fracdev"], errors="coerce") > 0.5
        r, ratio, pa = (told[f"dev_{name}"].where(like_dev, told[f"exp_{name}"]) for name in ("r", "ab", "phi"))
        star = told["type"].map(P_STAR)
        return pd.DataFrame(
            {
                **told[["id", "ra_deg", "dec_deg", "mag_r", "z_phot", "z_phot_err"]],
                "name": "SDSS " + told["id"],
                "a_arcsec": pd.to_numeric(r, errors="coerce").where(told["type"] != "6"),
                "ba": ratio,
                "pa_deg": pa,
                "p_star": star.fillna(np.nan),
                "z_spec": told["z_spec"].where(told["zwarning"] == "0"),
                "z_spec_err": told["z_spec_err"],
            }
        )
