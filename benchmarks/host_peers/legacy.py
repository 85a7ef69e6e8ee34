"""Our catalogue's columns as the Legacy Surveys' query of Prost answers them."""

from __future__ import annotations

import numpy as np
import pandas as pd

DEPTH_MAG = 23.9


def legacy_surveys(catalogue: pd.DataFrame) -> pd.DataFrame:
    """Return the galaxies that Prost's query of the Legacy Surveys would select, with the columns that it uses.

    Left out are point sources and what has no redshift. The ellipticities have the sign that gives Prost the right
    position angle.
    """
    has_redshift = (catalogue["z_spec"] > 0) | (catalogue["z_phot"] > 0)
    galaxies = catalogue[(catalogue["a_arcsec"] > 0) & has_redshift].reset_index(drop=True)
    ratio = galaxies["b_arcsec"] / galaxies["a_arcsec"]
    ellipticity, turn = (1 - ratio) / (1 + ratio), np.radians(2 * galaxies["pa_deg"])
    flux, error = 10 ** (0.4 * (22.5 - galaxies["mag_r"])), 10 ** (0.4 * (22.5 - DEPTH_MAG)) / 5
    return pd.DataFrame(
        {
            "objID": np.arange(len(galaxies)),
            "ra": galaxies["ra_deg"],
            "dec": galaxies["dec_deg"],
            "shape_r": galaxies["a_arcsec"],
            "shape_r_ivar": (flux / error / galaxies["a_arcsec"]) ** 2,
            "shape_e1": ellipticity * np.cos(turn),
            "shape_e1_ivar": (flux / error) ** 2,
            "shape_e2": -ellipticity * np.sin(turn),
            "shape_e2_ivar": (flux / error) ** 2,
            "dered_mag_r": galaxies["mag_r"],
            "flux_r": flux,
            "flux_ivar_r": error**-2,
            "z_phot_mean": galaxies["z_phot"],
            "z_phot_std": galaxies["z_phot_err"],
            "z_spec": galaxies["z_spec"].fillna(-99),
        }
    )
