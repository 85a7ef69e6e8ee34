"""What the columns of a survey's table are called, and what they mean in ours."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.ellipse import from_components, tidied

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
#: Probability of being a star by the kind of model that fitted best: an assumption, not a measurement. At the faint
#: end many galaxies are best fitted by a point.
TYPES = {"PSF": 0.9, "REX": 0.1, "EXP": 0.01, "DEV": 0.01, "SER": 0.01, "COMP": 0.01, "SIMP": 0.1}
#: Copies of a Gaia star or of a part of a large galaxy, without a flux of their own.
DUPLICATE = "DUP"
#: Redshifts below, and magnitudes beyond, are codes for what is not known.
LEAST_REDSHIFT, MAGNITUDES = -0.05, (-5.0, 40.0)


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


def understood(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a survey's table with the columns `catalogue.COLUMNS`, ``name`` in that of the catalogue.

    Only a right ascension and a declination (degrees, J2000) are required, under any of the `SPELLINGS`; sizes are
    half-light semi-axes in arcsec, ``flux_r`` is in nanomaggies. A spectroscopic redshift is preferred to a
    photometric one. Raises `ConfigurationError` for a table without places.
    """
    survey = Survey(table)
    if survey.column("ra") is None or survey.column("dec") is None:
        raise ConfigurationError(f"{name} has no columns ra_deg and dec_deg")
    survey = Survey(table[~_repeated(survey)])
    a, b, pa = _ellipse(survey)
    return galaxies(
        {
            "row": np.zeros(len(survey.table)),
            "ra_deg": survey.number("ra") % 360,
            "dec_deg": np.where(np.abs(survey.number("dec")) <= 90, survey.number("dec"), np.nan),
            "mag": _magnitude(survey),
            "a_arcsec": a,
            "b_arcsec": b,
            "pa_deg": pa,
            "p_star": _p_star(survey),
            **_redshift(survey),
            **_labels(survey),
            "catalogue": [name] * len(survey.table),
        }
    )


def _repeated(survey: Survey) -> NDArray[np.bool_]:
    """Tell which rows say again what another one says."""
    source_id = survey.text("id")
    same = pd.DataFrame({"id": source_id, "ra": survey.number("ra"), "dec": survey.number("dec")}).duplicated()
    return (same & (source_id != "") | (survey.text("type").str.upper() == DUPLICATE)).to_numpy()


def _magnitude(survey: Survey) -> Floats:
    mag, flux = survey.number("mag"), survey.number("flux")
    if survey.column("mag") is None:
        mag = 22.5 - 2.5 * np.log10(np.where(flux > 0, flux, np.nan))
    return np.where((mag > MAGNITUDES[0]) & (mag < MAGNITUDES[1]), mag, np.nan)


def _ellipse(survey: Survey) -> tuple[Floats, Floats, Floats]:
    a = survey.number("a")
    if survey.column("e1") is not None and survey.column("e2") is not None:
        return tidied(*from_components(a, survey.number("e1"), survey.number("e2")))
    b = survey.number("b") if survey.column("b") is not None else a * survey.number("ratio")
    return tidied(a, b, survey.number("pa"))


def _p_star(survey: Survey) -> Floats:
    given = survey.number("p_star") if survey.column("p_star") is not None else 1 - survey.number("p_galaxy")
    given = np.where((given >= 0) & (given <= 1), given, np.nan)
    by_type = survey.text("type").str.upper().map(TYPES).to_numpy(float)
    return np.where(np.isnan(given), by_type, given)


def _redshift(survey: Survey) -> dict[str, object]:
    """Return the best redshift of each source: spectroscopic, then photometric, then of unknown kind."""
    given = survey.text("redshift_kind").str.lower().map({"spec": "spec", "photo": "photo", "phot": "photo"})
    best, err = np.full(len(given), np.nan), np.full(len(given), np.nan)
    kind = np.full(len(given), "", dtype=object)
    for meaning, its_kind in (("spec", "spec"), ("phot", "photo"), ("redshift", given.fillna("").to_numpy())):
        value, value_err = survey.number(meaning), survey.number(f"{meaning}_err")
        use = np.isnan(best) & (value > LEAST_REDSHIFT)
        best, kind = np.where(use, value, best), np.where(use, its_kind, kind)
        err = np.where(use & (value_err > 0), value_err, err)
    return {"redshift": best, "redshift_err": err, "redshift_kind": kind}


def _labels(survey: Survey) -> dict[str, pd.Series]:
    """Return ids and names: a source without an id, or with one that others have as well, is told by its row."""
    own = survey.text("id" if survey.column("id") is not None else "name")
    row = pd.Series(np.arange(len(own)), dtype="int64").astype("str")
    unique = own.where(~own.duplicated(keep=False), own + "/" + row).where(own != "", row)
    name = survey.text("name")
    return {"id": unique, "name": name.where(name != "", unique)}
