"""Measure the map on simulated fields: ``python -m tom_alerce_like.plugins.hosts.heatmap.evaluate``.

Seeds that the training never used. ``--simulator benchmarks.host_fields.sky`` takes fields of another simulator.
"""

from __future__ import annotations

import argparse
from itertools import pairwise

import numpy as np
import pandas as pd
from django.utils.module_loading import import_string

from tom_alerce_like.plugins.hosts.evaluate import interval
from tom_alerce_like.plugins.hosts.heatmap.lessons import host_arcsec
from tom_alerce_like.plugins.hosts.heatmap.serve import located, probability
from tom_alerce_like.plugins.hosts.simulate.sky import Sky

SIMULATOR = "tom_alerce_like.plugins.hosts.simulate.sky"
SEED, FIELDS, AT_ONCE = 300_000, 2000, 100
#: The map is asked how probable it is that its answer lies within this of the truth.
RIGHT_ARCSEC = 2.0
BINS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)


def answers(made: Sky) -> pd.DataFrame:
    """Return one row a field: errors of the place, with and without the image's middle of light, P, and the truth."""
    answer = probability(made.fields)
    place, peak = located(made.fields, answer), answer.peaks(1)[0][:, 0]
    there, known = host_arcsec(made), np.nan_to_num(place)
    return pd.DataFrame(
        {
            "error_arcsec": np.hypot(*(place - there).T),
            "peak_error_arcsec": np.hypot(*(peak - there).T),
            "probability": answer.mass(np.arange(len(answer)), known[:, 0], known[:, 1], RIGHT_ARCSEC),
            "none": answer.none,
            "offset_arcsec": np.hypot(*there.T),
            "mag": made.truth["host_mag"].to_numpy(float),
            "hostless": made.truth["is_hostless"].to_numpy(bool),
        }
    )


def auc(score: pd.Series, positive: pd.Series) -> float:
    """Return the probability that a positive case has a higher score than another one."""
    rank = score.rank().to_numpy()[positive.to_numpy()]
    n = len(rank)
    return float((rank.mean() - (n + 1) / 2) / (len(score) - n)) if 0 < n < len(score) else float("nan")


def auc_interval(table: pd.DataFrame, draws: int = 1000) -> str:
    """Return the AUC of ``none`` for fields without a host, with a 95 per cent bootstrap interval."""
    rng = np.random.default_rng(SEED)
    drawn = (table.iloc[rng.integers(0, len(table), len(table))] for _ in range(draws))
    low, high = np.nanpercentile([auc(part["none"], part["hostless"]) for part in drawn], [2.5, 97.5])
    return f"{auc(table['none'], table['hostless']):.4f} [{low:.4f}, {high:.4f}] ({table['hostless'].sum()} hostless)"


def report(table: pd.DataFrame) -> None:
    """Print the figures of docs/modules/hosts_heatmap.md."""
    bright = table[table["mag"] < 22]
    parts = {
        "m < 22": bright,
        "m < 22, offset 5 to 10": bright[bright["offset_arcsec"].between(5, 10)],
        "m < 22, offset > 10": bright[bright["offset_arcsec"] > 10],
        "22 < m < 23.4": table[table["mag"].between(22, 23.4)],
    }
    for name, part in parts.items():
        error = part["error_arcsec"]
        print(f"{name}: median {error.median():.3f}, peak of the map {part['peak_error_arcsec'].median():.3f} arcsec")
        for limit in (1, 2, 5):
            peak = int((part["peak_error_arcsec"] < limit).sum())
            print(f"  within {limit}: {interval(int((error < limit).sum()), len(part))}; peak of the map {peak}")
    print("AUC of none:", auc_interval(table))
    right, said = table["error_arcsec"] < RIGHT_ARCSEC, table["probability"]
    gaps = 0.0
    for low, high in pairwise(BINS):
        there = (said > low) & (said <= high)
        print(
            f"  P in ({low}, {high}], mean {said[there].mean():.3f}: right", interval(right[there].sum(), there.sum())
        )
        gaps += abs(right[there].sum() - said[there].sum())
    print(f"expected calibration error {gaps / len(table):.4f}")
    wrong = table["hostless"] & (table["none"] < 0.5)
    print("hostless, none < 0.5:", interval(int(wrong.sum()), int(table["hostless"].sum())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulator", default=SIMULATOR, help="dotted path of a function of n and seed")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("-n", type=int, default=FIELDS)
    options = parser.parse_args()
    simulated = import_string(options.simulator)
    starts = range(0, options.n, AT_ONCE)
    report(pd.concat([answers(simulated(AT_ONCE, options.seed + n)) for n in starts], ignore_index=True))


if __name__ == "__main__":
    main()
