"""Hosts that people chose, and redshifts of supernovae that spectra gave: the associator against reality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.figure import figure
from benchmarks.host_simulated import fraction
from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.hosts import evaluate
from tom_alerce_like.plugins.hosts.redshift import mixture

TRIALS, WRONG_MAG = 1000, 1.0


def chosen_hosts(data: Path) -> None:
    """Print how often the galaxy that people chose before machines proposed any comes first, and false claims."""
    table = evaluate.against_people(data)
    known, absent = table[table["known"]], table[~table["known"]]
    fraction("real_right", known["first"])
    fraction("real_claimed_and_right", known["right"])
    fraction("real_false_claim", absent["claimed"])


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


#: Probability of the host that people chose.
SURE = 0.98


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
