"""What answers about hosts are worth: how often right, how honest, and what a wrong one does to the redshift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.figure import figure
from tom_alerce_like.plugins.classifiers.measures import calibration_error
from tom_alerce_like.plugins.hosts.claim import claimed
from tom_alerce_like.plugins.hosts.evaluate import wilson
from tom_alerce_like.plugins.hosts.simulate.sky import Sky
from tom_alerce_like.sky import separation_arcsec

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
RIGHT_ARCSEC, BRIGHT_MAG, FAINT_MAG, FAR_ARCSEC = 2.0, 22.0, 23.4, 10.0
#: A redshift is wrong when it is off by more than this times 1 + z.
WRONG_REDSHIFT = 0.01


@dataclass(frozen=True)
class Answers:
    """Where somebody sees the hosts of n fields (degrees, NaN: nowhere), how surely, and how surely nowhere."""

    ra_deg: Floats
    dec_deg: Floats
    probability: Floats
    none: Floats


def judged(sky: Sky, said: Answers) -> pd.DataFrame:
    """Return one row a field: how far the answer is from the host, and what is true of the field."""
    host = sky.truth
    apart = separation_arcsec(said.ra_deg, said.dec_deg, host["host_ra_deg"], host["host_dec_deg"])
    return pd.DataFrame(
        {
            "error_arcsec": apart,
            "right": apart < RIGHT_ARCSEC,
            "probability": np.nan_to_num(said.probability),
            "none": said.none,
            "mag": host["host_mag"].to_numpy(float),
            "offset_arcsec": host["offset_arcsec"].to_numpy(float),
            "is_hostless": host["is_hostless"].to_numpy(bool),
            "wrong_redshift": wrong_redshift(sky, said),
            "is_its_own": of_its_own(sky, said),
        }
    )


def of_its_own(sky: Sky, said: Answers) -> Bools:
    """Return where the answer is the transient's own galaxy, however faint: those below r = 24.5 count as hostless."""
    own = sky.sources[sky.sources["is_host"].astype(bool)].drop_duplicates("row").set_index("row")
    own = own.reindex(range(len(sky.truth)))
    return np.asarray(separation_arcsec(own["ra_deg"], own["dec_deg"], said.ra_deg, said.dec_deg) < RIGHT_ARCSEC)


def wrong_redshift(sky: Sky, said: Answers) -> Bools:
    """Return where the true redshift of what was chosen is not the host's: the brightest source within 1.5 arcsec."""
    sources, n = sky.sources, len(sky.truth)
    row = sources["row"].to_numpy()
    apart = separation_arcsec(sources["ra_deg"], sources["dec_deg"], said.ra_deg[row], said.dec_deg[row])
    # those close by in the order of brightness, then all others in that of distance
    order = np.where(apart < 1.5, sources["mag"].to_numpy() - 100, apart)
    chosen = sources.assign(order=order).sort_values("order").drop_duplicates("row").set_index("row").reindex(range(n))
    of_star = chosen["is_star"].fillna(True).to_numpy(bool)
    host = sky.truth["host_redshift"].to_numpy(float)
    off = np.abs(chosen["redshift"].to_numpy(float) - host) > WRONG_REDSHIFT * (1 + host)
    return np.asarray(off | of_star | ~np.isfinite(said.ra_deg))


def fraction(name: str, event: Bools | pd.Series, peer: tuple[str, float] | None = None) -> None:
    """Print how often something happened, with the 95 per cent Wilson interval."""
    happened = np.asarray(event, bool)
    if not len(happened):
        print(f"skipped: {name}: no such field", flush=True)
        return
    value, low, high = wilson(int(happened.sum()), len(happened))
    figure(name, value, "fraction", peer)
    figure(f"{name}_low", low, "fraction")
    figure(f"{name}_high", high, "fraction")


def report(table: pd.DataFrame, suffix: str = "") -> None:
    """Print every figure of the associator's answers.

    ``host_right``: the first candidate is the host, however sure; ``host_claimed_and_right``: it is claimed too.
    """
    seen, faint, lost = bright(table), of_faint_hosts(table), table[table["is_hostless"]]
    fraction(f"host_right{suffix}", seen["right"])
    fraction(f"host_right_gt10arcsec{suffix}", far(seen)["right"])
    fraction(f"host_right_faint{suffix}", faint["right"])
    fraction(f"host_right_within_1arcsec{suffix}", seen["error_arcsec"] < 1.0)
    for name, part in (("", seen), ("_faint", faint)):
        fraction(f"host_claimed_and_right{name}{suffix}", part["right"] & claimed(part["probability"], part["none"]))
    fraction(f"wrong_z_from_wrong_host{suffix}", seen["wrong_redshift"])
    figure(f"host_error_median{suffix}", float(seen["error_arcsec"].median()), "arcsec")
    calibrated(table, suffix)
    if len(lost):
        auc = roc_auc_score(table["is_hostless"], table["none"])
        figure(f"hostless_auc{suffix}", float(auc), "fraction")
        both = pd.concat([seen, lost])
        figure(f"hostless_auc_bright{suffix}", float(roc_auc_score(both["is_hostless"], both["none"])), "fraction")
    fraction(f"hostless_false_host{suffix}", lost["probability"] > lost["none"])
    alien = (lost["probability"] > lost["none"]) & ~lost["is_its_own"]
    fraction(f"hostless_false_host_not_its_own{suffix}", alien)
    fraction(f"hostless_false_claim{suffix}", claimed(lost["probability"], lost["none"]))
    fraction(f"hostless_false_host_p99{suffix}", lost["probability"] > 0.99)


def calibrated(table: pd.DataFrame, suffix: str) -> None:
    """Print how far the first candidate's probability and its success differ, and how far they would by chance."""
    certain, right = table["probability"].to_numpy(), table["right"].to_numpy()
    rng, every = np.random.default_rng(0), np.ones(len(table))
    drawn = rng.integers(0, len(table), (300, len(table)))
    spread = [calibration_error(certain[rows], right[rows], every) for rows in drawn]
    figure(f"ece{suffix}", calibration_error(certain, right, every), "fraction")
    figure(f"ece{suffix}_high", float(np.quantile(spread, 0.975)), "fraction")
    perfect = [calibration_error(certain, rng.random(len(table)) < certain, every) for _ in range(300)]
    figure(f"ece_of_perfect_probabilities{suffix}", float(np.mean(perfect)), "fraction")
    figure(f"brier{suffix}", float(((certain - right) ** 2).mean()), "fraction")


def bright(table: pd.DataFrame) -> pd.DataFrame:
    """Return the fields with a host of r < 22."""
    return table[~table["is_hostless"] & (table["mag"] < BRIGHT_MAG)]


def of_faint_hosts(table: pd.DataFrame) -> pd.DataFrame:
    """Return those with one of 22 < r < 23.4."""
    return table[~table["is_hostless"] & table["mag"].between(BRIGHT_MAG, FAINT_MAG)]


def far(table: pd.DataFrame) -> pd.DataFrame:
    """Return those with the transient more than 10 arcsec from the host's centre."""
    return table[table["offset_arcsec"] > FAR_ARCSEC]


def only_right(name: str, table: pd.DataFrame) -> None:
    """Print how often somebody else is right."""
    fraction(name, bright(table)["right"])
    fraction(f"{name}_gt10arcsec", far(bright(table))["right"])
    fraction(f"{name}_faint", of_faint_hosts(table)["right"])
    fraction(f"wrong_z{name.removeprefix('host_right')}", bright(table)["wrong_redshift"])
