"""Labelled light curves on disk as alert tables, one row per object, for training and for measuring.

Every table has, beside the columns of the alert table, ``label`` and whatever truth its set knows. Raises
`FileNotFoundError` where a set's files are missing. The folder's own README says where each set comes from.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.photometry import flux_from_mag
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.curves.curves import BANDS

#: nJy for a flux of 1 at SNANA's zero point of 27.5.
FLUXCAL_NJY = 10 ** ((31.4 - 27.5) / 2.5)
PLASTICC = {
    6: "Microlensing",
    15: "TDE",
    16: "E",
    42: "SNII",
    52: "SNIax",
    53: "LPV",
    62: "SNIbc",
    64: "KN",
    65: "M-dwarf",
    67: "SNIa-91bg",
    88: "AGN",
    90: "SNIa",
    92: "RRL",
    95: "SLSN",
}
#: Filters of other telescopes stand for the survey band that is nearest in wavelength.
NEAREST = dict(zip(("B", "V", "G", "R", "C", "w", "I", "Y", "cyan", "orange"), "ggrrrriygr", strict=True))
NEAREST |= {"asas_V": "g", "B.uvot": "g", "U.uvot": "u"}
NEAREST |= {f"{survey}_{band}": band for survey in ("ztf", "ps1", "sdss") for band in "ugriz"}
NEAREST |= {f"{band}.{survey}": band for survey in ("ztf", "ps", "sdss") for band in "ugriz"}
#: Objects of two sets nearer than this are one; compilations give it up to the set that looked at it itself.
SAME_ARCSEC = 2.5
COMPILED = "osc_"
#: Error in magnitudes where a set states none.
UNSTATED_MAG_ERR = 0.1


def table(points: pd.DataFrame, objects: pd.DataFrame, survey: str) -> pd.DataFrame:
    """Return an alert table with one row for each of ``objects`` (column object_id), in their order.

    ``points`` has object_id, mjd, band, flux_njy, flux_err_njy, is_detection, and optionally mag, mag_err, is_forced.
    """
    row = pd.Index(objects["object_id"]).get_indexer(pd.Index(points["object_id"]))
    points = points.assign(row=row)[row >= 0].sort_values(["row", "mjd"], kind="stable")
    flux = points["flux_njy"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        mag = 31.4 - 2.5 * np.log10(flux)
        mag_err = 2.5 / np.log(10) * points["flux_err_njy"].to_numpy(float) / flux
    for name, values in (("mag", mag), ("mag_err", mag_err)):
        if name not in points:
            points[name] = np.where(points["is_detection"], values, np.nan)
    if "is_forced" not in points:
        points["is_forced"] = False
    newest = points.groupby("row")["mjd"].max().reindex(range(len(objects))).to_numpy()
    made = frame(
        {
            "survey": [survey] * len(objects),
            "object_id": objects["object_id"].astype(str).to_list(),
            "mjd": newest,
            "lightcurve": lightcurve.nest(points, len(objects)),
        }
    )
    return made.drop(columns="lightcurve").assign(lightcurve=made["lightcurve"])


def plasticc_train(data: Path) -> pd.DataFrame:
    """Return PLAsTiCC's training set (simulated; 7,848 objects of the 14 classes `PLASTICC`).

    Its fluxes are freed from the dust of the Milky Way already, other sets' are not; ``mw_ebv`` says of how much.
    """
    return _plasticc(data / "plasticc", "train_lightcurves", "train_metadata", "target", "detected_bool")


def plasticc_test(data: Path) -> pd.DataFrame:
    """Return a sample of the supernovae (SNIa, SNII, SNIbc) of PLAsTiCC's test set."""
    return _plasticc(data / "plasticc", "test_sn_lightcurves", "test_sn_metadata", "true_target", "detected_bool")


def _plasticc(folder: Path, points: str, objects: str, target: str, detected: str) -> pd.DataFrame:
    about = pd.read_parquet(folder / f"{objects}.parquet")
    flat = pd.read_parquet(folder / f"{points}.parquet")
    flat = flat.assign(
        band=np.array(list(BANDS))[flat["passband"].astype(int)],
        flux_njy=flat["flux"] * FLUXCAL_NJY,
        flux_err_njy=flat["flux_err"] * FLUXCAL_NJY,
        is_detection=flat[detected] > 0,
        is_forced=True,
        object_id=flat["object_id"].astype("int64"),
    )
    about = about.assign(object_id=about["object_id"].astype("int64"))
    made = table(flat, about, "LSST")
    spectroscopic = about["hostgal_specz"].to_numpy(float)
    photometric = about["hostgal_photoz"].to_numpy(float)
    error = about["hostgal_photoz_err"].to_numpy(float)
    extragalactic = photometric > 0
    extra = {
        "ra_deg": about["ra"],
        "dec_deg": about["decl"],
        "host_redshift": np.where(extragalactic, photometric, np.nan),
        "host_redshift_err": np.where(extragalactic, error, np.nan),
        "host_spec_redshift": np.where(spectroscopic > 0, spectroscopic, np.nan),
        "is_galactic": ~extragalactic,
        "is_deep": about[next(name for name in ("ddf_bool", "ddf") if name in about)] > 0,
        "mw_ebv": about["mwebv"],
        "label": about[target].map(PLASTICC),
    }
    return made.assign(**{name: np.asarray(values) for name, values in extra.items()})


def elasticc(data: Path) -> pd.DataFrame:
    """Return the objects of ELAsTiCC (simulated; SNIa and SNII) with all their photometry.

    The columns z_true, peak_mjd_true and peakmag_* are truth: they are for measuring only.
    """
    folder = data / "elasticc_sim"
    about = pd.read_parquet(folder / "objects.parquet").rename(columns={"diaObjectId": "object_id"})
    flat = pd.read_parquet(folder / "photometry.parquet").rename(
        columns={"diaObjectId": "object_id", "psFlux": "flux_njy", "psFluxErr": "flux_err_njy"}
    )
    flat["band"] = flat["band"].str.lower()
    made = table(flat, about, "LSST")
    zphot = about["hostgal_zphot"].to_numpy(float)
    spectroscopic = about["hostgal_zspec"].to_numpy(float)
    extra = {
        "ra_deg": about["ra"],
        "dec_deg": about["dec"],
        "host_redshift": np.where(zphot > 0, zphot, np.nan),
        "host_redshift_err": np.where(zphot > 0, about["hostgal_zphot_err"], np.nan),
        "host_spec_redshift": np.where(spectroscopic > 0, spectroscopic, np.nan),
        "host_offset_arcsec": np.where(about["hostgal_snsep"] >= 0, about["hostgal_snsep"], np.nan),
        "mw_ebv": about["mwebv"],
        "label": about["class_name"],
        "z_true": about["z_true"],
    }
    return made.assign(**{name: np.asarray(values) for name, values in extra.items()})


def fink_scores(data: Path) -> pd.DataFrame:
    """Return what Fink said of ELAsTiCC's alerts: object_id, alert_id, mjd and its scores."""
    scores = pd.read_parquet(data / "elasticc_sim" / "fink_scores_by_alert.parquet")
    scores = scores.rename(columns={"diaObjectId": "object_id", "diaSourceId": "alert_id"})
    return scores.astype({"object_id": str, "alert_id": str})


def real(data: Path, *sets: str) -> pd.DataFrame:
    """Return real light curves of the named sets of ``lightcurves/`` (all of them without a name).

    Bands of other telescopes become the nearest of u g r i z y; points in bands without one are left out. Columns
    set, sublabel, label_quality, redshift and period_days are the set's own. An object of two sets is given once.
    """
    folder = data / "lightcurves"
    about = _once(pd.read_parquet(folder / "objects.parquet"))
    flat = pd.concat(
        [pd.read_parquet(folder / f"photometry_{name}.parquet") for name in ("supernovae_tde_kn", "variable_stars")]
    )
    if sets:
        about, flat = about[about["set"].isin(sets)], flat[flat["set"].isin(sets)]
    about = about.assign(key=about["set"] + " " + about["object_id"].astype(str)).drop_duplicates("key")
    flat = flat.assign(object_id=flat["set"] + " " + flat["object_id"].astype(str))
    flat["band"] = flat["band"].replace(NEAREST)
    limit = flat["is_upper_limit"].fillna(False).astype(bool).to_numpy()
    error = flat["mag_err"].where(flat["mag_err"] > 0, UNSTATED_MAG_ERR)
    of_mag, of_error = flux_from_mag(flat["mag"].to_numpy(float), error.to_numpy(float))
    flux = np.where(flat["flux_uJy"].notna(), flat["flux_uJy"] * 1000, np.where(limit, np.nan, of_mag))
    flux_err = np.where(flat["flux_err_uJy"].notna(), flat["flux_err_uJy"] * 1000, np.where(limit, np.nan, of_error))
    with np.errstate(invalid="ignore", divide="ignore"):
        # sets that state fluxes are forced photometry: a detection is 5 sigma
        detected = ~limit & (np.isnan(flat["flux_uJy"].to_numpy(float)) | (flux > 5 * flux_err))
    flat = flat.assign(
        flux_njy=flux,
        flux_err_njy=flux_err,
        is_detection=detected,
        mag=np.where(np.isnan(flat["mag"]), 31.4 - 2.5 * np.log10(np.where(flux > 0, flux, np.nan)), flat["mag"]),
    )
    flat["mag_err"] = 2.5 / np.log(10) * flat["flux_err_njy"] / flat["flux_njy"].where(flat["flux_njy"] > 0)
    made = table(flat, about.assign(object_id=about["key"]), "ZTF")
    extra = ["set", "label", "sublabel", "label_quality", "redshift", "period_days"]
    places = {"ra_deg": about["ra"].to_numpy(float), "dec_deg": about["dec"].to_numpy(float)}
    return made.assign(**places, **{name: about[name].to_numpy() for name in extra})


def _once(about: pd.DataFrame) -> pd.DataFrame:
    """Return the objects without those that are near one of another set, in their order."""
    place = np.deg2rad(about[["ra", "dec"]].to_numpy(float))
    known = np.flatnonzero(np.isfinite(place).all(axis=1))
    ra, dec = place[known].T
    vectors = np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
    pairs = known[KDTree(vectors).query_pairs(np.deg2rad(SAME_ARCSEC / 3600), output_type="ndarray")]
    names = about["set"].to_numpy()
    compiled = np.char.startswith(names.astype(str), COMPILED)
    pairs = pairs[names[pairs[:, 0]] != names[pairs[:, 1]]]
    first_goes = compiled[pairs[:, 0]] & ~compiled[pairs[:, 1]]
    gone = np.where(first_goes, pairs[:, 0], pairs[:, 1])
    return about.drop(index=about.index[gone])
