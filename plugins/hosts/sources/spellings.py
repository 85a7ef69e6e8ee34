"""What the columns of a survey's table are called."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.hosts.catalogue import Floats

#: Spellings in lower case, the documented one first; the first that a table has counts.
SPELLINGS = {
    "ra": ("ra_deg", "ra", "raj2000", "ra_icrs", "rajdeg", "alpha_j2000", "ramean", "ra_mean", "raj2000_deg"),
    "dec": ("dec_deg", "dec", "dej2000", "de_icrs", "decj2000", "dejdeg", "delta_j2000", "decmean", "dec_mean"),
    "id": ("id", "source_id", "objid", "obj_id", "ls_id", "objectid", "object_id", "targetid"),
    "name": ("name", "main_id", "prefname"),
    "mag": ("mag_r", "mag", "rmag", "r_mag", "r_ab", "rkronmag", "rmeankronmag", "r"),
    "flux": ("flux_r",),
    "a": ("a_arcsec", "r_half_arcsec", "shape_r", "a", "semi_major_arcsec", "r_half", "half_light_radius_arcsec"),
    "b": ("b_arcsec", "b", "semi_minor_arcsec"),
    "ratio": ("ba", "b_a", "axis_ratio", "axisratio", "q"),
    "pa": ("pa_deg", "pa", "position_angle_deg", "position_angle"),
    "e1": ("shape_e1", "e1"),
    "e2": ("shape_e2", "e2"),
    "p_star": ("p_star", "class_star", "prob_star"),
    "p_galaxy": ("p_gal", "p_galaxy", "prob_galaxy"),
    "type": ("type", "morphtype"),
    "spec": ("z_spec", "zspec", "specz", "spec_z", "redshift_spec"),
    "spec_err": ("z_spec_err", "zspec_err", "specz_err", "z_spec_error"),
    "phot": ("z_phot", "z_phot_median", "z_phot_mean", "zphot", "photoz", "photo_z", "redshift_phot"),
    "phot_err": ("z_phot_err", "z_phot_std", "zphot_err", "photoz_err", "z_phot_error"),
    "redshift": ("redshift", "z", "zhelio", "z_helio"),
    "redshift_err": ("redshift_err", "z_err", "zerr", "redshift_error", "e_zhelio", "z_error"),
    "redshift_kind": ("redshift_kind", "z_kind"),
}


class Survey:
    """Looks up columns of a table by what they mean."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._names = {str(name).lower(): name for name in reversed(table.columns)}
        # beside i the name z means a magnitude
        self._hidden = {"z"} if "i" in self._names else set()

    def column(self, meaning: str) -> pd.Series | None:
        """Return the column of this meaning, None where the table has none."""
        names = (name for name in SPELLINGS[meaning] if name in self._names and name not in self._hidden)
        name = next(names, None)
        return None if name is None else self.table[self._names[name]]

    def number(self, meaning: str) -> Floats:
        """Return the column as floats, NaN for what is no finite number."""
        found = self.column(meaning)
        if found is None:
            return np.full(len(self.table), np.nan)
        values = pd.to_numeric(found, errors="coerce").to_numpy(float, na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan)

    def text(self, meaning: str) -> pd.Series:
        """Return the column as texts without blanks around them, empty where there are none."""
        found = self.column(meaning)
        if found is None:
            return pd.Series([""] * len(self.table), dtype="str")
        return found.astype("string").fillna("").astype("str").str.strip().reset_index(drop=True)
