"""VizieR: shapes of HyperLEDA and redshifts of GLADE+."""

from __future__ import annotations

import pandas as pd

from tom_alerce_like.plugins.hosts.sources.isophotes import B_MINUS_R_MAG, HALF_LIGHT, HALF_UNIT_ARCSEC, number
from tom_alerce_like.plugins.hosts.sources.tap import TapCatalogue

#: What GLADE+ writes for how a distance was measured.
KIND = {"1": "photo", "3": "spec"}
LEDA = ("PGC", "RAJ2000", "DEJ2000", "logD25", "logR25", "PA")
GLADE = ("PGC", "Bmag", "zhelio", "e_zhelio", "f_dL")


class VizierCatalogue(TapCatalogue):
    """Shapes of HyperLEDA (VII/237) and redshifts of GLADE+ (VII/291) at CDS, joined by PGC number."""

    name = "VizieR"
    url = "https://tapvizier.cds.unistra.fr/TAPVizieR/tap/sync"
    release = "VII/237+VII/291"
    position = ("RAJ2000", "DEJ2000")
    radius_arcsec = 600.0
    completeness = 0.16
    depth_mag = 16.0

    def _told(self, where: str) -> pd.DataFrame:
        leda = f'SELECT {", ".join(LEDA)} FROM "VII/237/pgc" WHERE {where}'  # noqa: S608
        glade = f'SELECT {", ".join(GLADE)} FROM "VII/291/gladep" WHERE PGC IS NOT NULL AND ({where})'  # noqa: S608
        both = self._query(leda, LEDA).merge(self._query(glade, GLADE).drop_duplicates("PGC"), on="PGC", how="left")
        a_arcsec = HALF_LIGHT * HALF_UNIT_ARCSEC * 10 ** number(both["logD25"], below=9)
        return pd.DataFrame(
            {
                "id": both["PGC"],
                "name": "PGC " + both["PGC"],
                "ra_deg": both["RAJ2000"],
                "dec_deg": both["DEJ2000"],
                "mag_r": number(both["Bmag"], below=99) - B_MINUS_R_MAG,
                "a_arcsec": a_arcsec,
                "b_arcsec": a_arcsec / 10 ** number(both["logR25"], below=9),
                "pa_deg": number(both["PA"], below=360),
                "redshift": both["zhelio"],
                "redshift_err": both["e_zhelio"],
                "redshift_kind": both["f_dL"].map(KIND),
                "p_star": 0.0,
            }
        )
