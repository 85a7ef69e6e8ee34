"""What the columns of a survey's table mean in ours."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import ConfigurationError, InputError
from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.ellipse import from_components, tidied
from tom_alerce_like.plugins.hosts.sources.spellings import Survey, position

#: Probability of being a star by the kind of model that fitted best: an assumption, not a measurement. At the faint
#: end many galaxies are best fitted by a point.
TYPES = {"PSF": 0.9, "REX": 0.1, "EXP": 0.01, "DEV": 0.01, "SER": 0.01, "COMP": 0.01, "SIMP": 0.1}
#: Copies of a Gaia star or of a part of a large galaxy, without a flux of their own.
DUPLICATE = "DUP"
#: Redshifts and magnitudes beyond are codes for what is not known, or something else under that name.
REDSHIFTS, MAGNITUDES = (-0.05, 12.0), (-5.0, 40.0)


def understood(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a survey's table with the columns `catalogue.COLUMNS`, ``name`` in that of the catalogue.

    Only a right ascension and a declination (degrees, J2000) are required, under any of the `spellings.SPELLINGS`;
    sizes are half-light semi-axes in arcsec, ``flux_r`` is in nanomaggies. A spectroscopic redshift is preferred to a
    photometric one. Raises `ConfigurationError` for a table without places.
    """
    survey = Survey(table)
    try:
        position([str(column) for column in table.columns])
    except InputError as error:
        raise ConfigurationError(f"{name}: {error}; name them ra_deg and dec_deg") from error
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
    repeated = np.zeros(len(survey.table), bool)
    if survey.column("id") is not None:
        source_id = survey.text("id")
        same = pd.DataFrame({"id": source_id, "ra": survey.number("ra"), "dec": survey.number("dec")}).duplicated()
        repeated |= (same & (source_id != "")).to_numpy()
    if survey.column("type") is not None:
        repeated |= (survey.text("type").str.upper() == DUPLICATE).to_numpy()
    return repeated


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
    if survey.column("type") is None:
        return given
    by_type = survey.text("type").str.upper().map(TYPES).to_numpy(float)
    return np.where(np.isnan(given), by_type, given)


def _redshift(survey: Survey) -> dict[str, object]:
    """Return the best redshift of each source: spectroscopic, then photometric, then of unknown kind."""
    best, err = (np.full(len(survey.table), np.nan) for _ in range(2))
    kind = np.full(len(survey.table), "", dtype=object)
    for meaning, its_kind in (("spec", "spec"), ("phot", "photo"), ("redshift", _said(survey))):
        value, value_err = survey.number(meaning), survey.number(f"{meaning}_err")
        # an exact 0 is a gap that somebody filled
        use = np.isnan(best) & (value > REDSHIFTS[0]) & (value < REDSHIFTS[1]) & (value != 0)
        best, kind = np.where(use, value, best), np.where(use, its_kind, kind)
        err = np.where(use & (value_err > 0), value_err, err)
    return {"redshift": best, "redshift_err": err, "redshift_kind": kind}


def _said(survey: Survey) -> NDArray[np.object_]:
    """Return the kinds of redshift that the table itself gives."""
    if survey.column("redshift_kind") is None:
        return np.full(len(survey.table), "", dtype=object)
    kinds = survey.text("redshift_kind").str.lower().map({"spec": "spec", "photo": "photo", "phot": "photo"})
    return kinds.fillna("").to_numpy(object)


def _labels(survey: Survey) -> dict[str, pd.Series]:
    """Return ids and names: a source without an id, or with one that others have as well, is told by its place.

    Rows would not do: a survey in many files has as many first rows.
    """
    own = survey.text("id" if survey.column("id") is not None else "name")
    shared = (own == "") | own.duplicated(keep=False)
    place = pd.Series(
        [
            f"{ra:.5f}{dec:+.5f}"
            for ra, dec in zip(survey.number("ra")[shared] % 360, survey.number("dec")[shared], strict=True)
        ],
        index=own.index[shared],
        dtype="str",
    )
    unique = own.copy()
    if len(place):
        unique[shared] = (own[shared] + "/" + place).str.removeprefix("/")
        again = unique.groupby(unique).cumcount()
        unique = unique.where(again == 0, unique + "/" + again.astype("str"))
    if survey.column("name") is None:
        return {"id": unique, "name": unique}
    name = survey.text("name")
    return {"id": unique, "name": name.where(name != "", unique)}
