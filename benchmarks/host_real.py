"""Hosts that people chose, and redshifts of supernovae that spectra gave: the associator against reality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.figure import figure
from benchmarks.host_grades import RIGHT_ARCSEC, fraction
from benchmarks.host_simulated import at, best
from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.hosts import evaluate
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods import METHODS
from tom_alerce_like.plugins.hosts.redshift import mixture
from tom_alerce_like.plugins.hosts.sources.stamps import ZTF_PIXELS, Stamp, StampImages
from tom_alerce_like.sky import separation_arcsec

TRIALS, WRONG_MAG = 1000, 1.0
#: Probability of the host that people chose.
SURE = 0.98
#: Half of a stamp is 32 arcsec; a centre at its very edge cannot be found.
IN_STAMP_ARCSEC = 30.0


def chosen_hosts(data: Path) -> None:
    """Print how often the galaxy that people chose before machines proposed any comes first, and false claims.

    On the rows of even number: the closed form's two constants come from the others.
    """
    table = evaluate.against_people(data)[::2]
    known, absent = table[table["known"]], table[~table["known"]]
    fraction("real_right", known["first"])
    fraction("real_claimed_and_right", known["right"])
    fraction("real_false_claim", absent["claimed"])


def stamps(data: Path) -> None:
    """Print how often the host is found in the real template stamp of an alert alone, ours and each method's."""
    hosts, fields = template_stamps(data)
    answers = {"": best(associate(fields.ra_deg, fields.dec_deg, [], fields=fields, top=1), len(fields))}
    answers |= {f"_{name}": at(fields, locate(fields)) for name, locate in METHODS.items()}
    for name, said in answers.items():
        apart = separation_arcsec(said.ra_deg, said.dec_deg, hosts["host_ra"], hosts["host_dec"])
        fraction(f"ztf_stamps_right{name}", apart < RIGHT_ARCSEC)


def template_stamps(data: Path) -> tuple[pd.DataFrame, Fields]:
    """Return objects of ZTF with a host in their stamp that people chose, and the newest template of each."""
    hosts = pd.read_parquet(data / "hosts" / "alerce_hosts.parquet")
    hosts = hosts[hosts["quality"].isin(["A", "B"]) & hosts["sep_arcsec"].lt(IN_STAMP_ARCSEC)].set_index("oid")
    alerts = pd.read_parquet(data / "ztf_alerts" / "alerts_labelled.parquet")
    whole = alerts["stamp_ny"].eq(ZTF_PIXELS) & alerts["stamp_nx"].eq(ZTF_PIXELS)
    alerts = (
        alerts[whole & alerts["objectId"].isin(hosts.index)].sort_values("jd").drop_duplicates("objectId", keep="last")
    )
    place = alerts["ra"].to_numpy(float), alerts["dec"].to_numpy(float)
    on_detector = zip(*(alerts["candidate"].str.get(name) for name in ("xpos", "ypos")), strict=True)
    cut = zip(alerts["cutoutTemplate"], *place, on_detector, strict=True)
    images = StampImages([Stamp(template, ra, dec, *pixel) for template, ra, dec, pixel in cut])
    return hosts.loc[alerts["objectId"]], images.fields(*place, np.full(len(alerts), np.nan)).fields


def distances(data: Path) -> None:
    """Print how often the distance is off by more than 1 mag where the host has a photometric redshift only.

    Spectra of the supernovae (BTS) give the truth; their brightest magnitudes, freed from dust, are known to us.
    """
    rows = with_spectra(data)
    for name, part in (("", rows[rows["host_redshift_kind"] == "phot"]), ("_all_kinds", rows)):
        truth = distance_modulus_mag(part["bts_redshift"])
        face = np.abs(distance_modulus_mag(part["host_redshift"]) - truth) > WRONG_MAG
        said = mixture(candidates(part), np.full(len(part), 1 - SURE), part["peak_mag"])
        off = np.abs(distance_modulus_mag(said.median) - truth) > WRONG_MAG
        fraction(f"dm_error_gt_1mag{name}", off, ("photo_z_at_face_value", float(face.mean())))
        better = [np.mean(face[some]) - np.mean(off[some]) for some in resampled(len(part))]
        for label, value in zip(("low", "high"), np.quantile(better, [0.025, 0.975]), strict=True):
            figure(f"dm_error_gt_1mag{name}_gain_{label}", float(value), "fraction")
        inside = part["bts_redshift"].between(said.low68, said.high68)
        fraction(f"redshift_coverage_68{name}", inside)


def with_spectra(data: Path) -> pd.DataFrame:
    """Return hosts with a redshift of transients that have one of their own, and how bright these became."""
    hosts = pd.read_parquet(data / "hosts" / "alerce_hosts.parquet")
    hosts = hosts[hosts["bts_redshift"].gt(0) & hosts["host_redshift"].gt(0)]
    seen = pd.read_csv(data / "labels" / "bts_transients.csv").drop_duplicates("ZTFID").set_index("ZTFID")
    mag, dust = (pd.to_numeric(seen[name], errors="coerce") for name in ("peakmag", "A_V"))
    return hosts.assign(peak_mag=(mag - dust.fillna(0)).reindex(hosts["oid"]).to_numpy())


def candidates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the chosen hosts as the candidates of an association."""
    return pd.DataFrame(
        {
            "row": np.arange(len(rows)),
            "probability": SURE,
            "mag": np.nan,
            "redshift": rows["host_redshift"].to_numpy(),
            "redshift_err": rows["host_redshift_err"].to_numpy(),
            "redshift_kind": rows["host_redshift_kind"].map({"spec": "spec", "phot": "photo"}).fillna("").to_numpy(),
        }
    )


def resampled(n: int) -> list[np.ndarray]:
    """Return rows drawn again and again, with repetition."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, n, n) for _ in range(TRIALS)]
