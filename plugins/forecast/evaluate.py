"""Measure the forecast: ``python -m tom_alerce_like.plugins.forecast.evaluate DATA``.

Every real SN Ia is cut after each of its nights (so many at random, all count alike), and the points of the next ten
nights, which the forecast has not seen, are compared with it. Five parts, split by object: what is learned of SNe Ia
is learned on the other four. The other populations come from simulations, and no real object of another kind is used
to learn. A point is compared with the forecast of its measured magnitude: the distribution of the true one, widened by
the point's own error (`points.true_error`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves, sets
from tom_alerce_like.plugins.classifiers.measures import with_intervals
from tom_alerce_like.plugins.forecast import mixture
from tom_alerce_like.plugins.forecast.cuts import Cuts, every_night
from tom_alerce_like.plugins.forecast.forecast import CHANCES
from tom_alerce_like.plugins.forecast.forecast import shipped as shipped_populations
from tom_alerce_like.plugins.forecast.points import Points, newest, true_error
from tom_alerce_like.plugins.forecast.transient import Transients

Floats = NDArray[np.float64]

SET = "ztf_bts_snia"
PARTS, SEED, CUTS_PER_OBJECT = 5, 20261120, 2
#: Real objects of other kinds; what is learned of them comes from simulations alone.
OTHERS = (
    *("slsn_gomez2024", "tde_manyTDE", "osc_2010_2014", "osc_2020_2024"),
    *("sdss_s82_rrlyrae", "asas_variables"),
)
HORIZONS_DAYS = (1, 3, 7, 10)
_CHUNK, _STEP_MAG = 64, 0.005
#: ZTF's alerts hold no fainter points than this (98 of 100 are brighter): a forecast below it cannot be contradicted.
ZTF_DEPTH_MAG = 20.6
#: A band rises or declines where its forecast changes by more than this in the three days after the cut.
_FLAT_MAG = 0.09
_FAINT_MAG = 19.8


def unseen(data: Path, per_object: int = CUTS_PER_OBJECT, name: str = SET) -> pd.DataFrame:
    """Return `compared` of the real SNe Ia, each forecast by populations that did not see it."""
    from tom_alerce_like.plugins.forecast import train

    _there(data, name)
    curves, is_ztf = train.real_curves(data)
    part = np.random.default_rng(SEED).permutation(curves.n) % PARTS
    simulated = shipped_populations().populations[1:]
    tables = []
    for number in range(PARTS):
        rows = np.flatnonzero((part == number) & (is_ztf if name == SET else ~is_ztf))
        made = Transients([train.real(curves, is_ztf, np.flatnonzero(part != number)), *simulated])
        tables.append(compared(every_night(curves.take(rows), per_object=per_object), made, name == SET, rows))
    return pd.concat(tables, ignore_index=True)


def shipped(data: Path, per_object: int = CUTS_PER_OBJECT, name: str = SET) -> pd.DataFrame:
    """Return `compared` of the set ``name`` of the folder ``data``, forecast by the shipped populations."""
    _there(data, name)
    cuts = every_night(Curves.of(sets.real(data, name)), per_object=per_object)
    return compared(cuts, shipped_populations(), name == SET)


def _there(data: Path, name: str) -> None:
    file = data / "lightcurves" / "objects.parquet"
    if not file.is_file():
        raise FileNotFoundError(f"{file} is not there")
    if name not in set(pd.read_parquet(file, columns=["set"])["set"]):
        raise InputError(f"{file} has no objects of the set {name}")


def compared(cuts: Cuts, transients: Transients, is_ztf: bool, names: NDArray[np.int64] | None = None) -> pd.DataFrame:
    """Return a row for each point that followed a cut.

    ``object_id``, ``n_known`` (detections until the cut), ``ahead_days``, ``band``, ``mag``, ``last_mag``, ``is_next``,
    ``chance`` of being brighter than the point was; ``bright``, ``median``, ``faint`` of the point's measurement;
    ``true_width`` (half the 68 per cent interval of the true magnitude); ``surprise`` (negative log density per mag);
    ``crps`` (mag); ``detectable`` (the chance of being brighter than `ZTF_DEPTH_MAG`); ``slope`` (of the forecast at
    the cut, mag per day); ``p_variable``.
    """
    ztf = np.full(cuts.known.n, is_ztf)
    known = newest(cuts.known, mixture.MAX_POINTS, ztf)
    error = true_error(cuts.mag_err, cuts.is_forced, ztf[cuts.cut])
    starts = np.searchsorted(cuts.cut, np.arange(cuts.known.n + 1))
    parts = []
    for first in range(0, cuts.known.n, _CHUNK):
        rows = np.arange(first, min(first + _CHUNK, cuts.known.n))
        which = slice(starts[rows[0]], starts[rows[-1] + 1])
        parts.append(_judge(known.of(rows), cuts, which, first, error[which], transients))
    judged = pd.concat(parts, ignore_index=True)
    owner = cuts.owner if names is None else names[cuts.owner]
    about = {
        "object_id": owner[cuts.cut].astype(str),
        "n_known": cuts.known.count(cuts.known.is_detection)[cuts.cut],
        "ahead_days": cuts.ahead_days,
        "band": np.array(list(BANDS))[cuts.band],
        "mag": cuts.mag,
        "last_mag": cuts.last_mag,
        "is_next": cuts.is_next,
    }
    return pd.DataFrame(about).join(judged)


def _judge(points: Points, cuts: Cuts, which: slice, first: int, error: Floats, transients: Transients) -> pd.DataFrame:
    cut = cuts.cut[which] - first
    place = np.arange(len(cut)) - np.searchsorted(cut, cut)
    # two places more: the forecast now and three days on, in the band of the next point
    shape = len(points), int(place.max(initial=0)) + 3
    day, band = np.zeros(shape), np.zeros(shape, np.int64)
    mag, err = np.zeros(shape), np.ones(shape)
    at = cut, place
    day[at], band[at] = cuts.mjd[which] - points.first_mjd[cut], cuts.band[which]
    mag[at], err[at] = mixture.mag_of(10 ** ((31.4 - cuts.mag[which]) / 2.5)), error
    now = points.day.max(axis=1)
    day[:, -2:], band[:, -2:] = now[:, None] + np.array([0.0, 3.0]), band[:, :1]
    made = mixture.of(points, day, band, transients)
    bright, median, faint = made.quantiles(CHANCES, err)
    true = made.quantiles((CHANCES[0], 0.5, CHANCES[2]))
    density = (made.below(mag + _STEP_MAG, err) - made.below(mag - _STEP_MAG, err)) / (2 * _STEP_MAG)
    slope = (true[1][:, -1] - true[1][:, -2]) / 3
    return pd.DataFrame(
        {
            "chance": made.below(mag, err)[at],
            "bright": bright[at],
            "median": median[at],
            "faint": faint[at],
            "true_width": (true[2] - true[0])[at] / 2,
            "surprise": -np.log(density[at] + 1e-9),
            "crps": _crps(made, mag, err)[at],
            "detectable": made.below(np.full(shape, ZTF_DEPTH_MAG), err)[at],
            "slope": slope[cut],
            "p_variable": made.p_variable[cut],
        }
    )


def _crps(made: mixture.Mixture, mag: Floats, err: Floats) -> Floats:
    """Return the continuous ranked probability score: twice the mean quantile loss (Gneiting and Raftery 2007)."""
    chances = np.linspace(0.05, 0.95, 10)
    levels = made.quantiles(tuple(chances), err)
    losses = [(mag - level) * (chance - (mag < level)) for chance, level in zip(chances, levels, strict=True)]
    return 2 * np.mean(losses, axis=0)


def figures(data: Path, scores: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return the figures of the model card, each with its 95 per cent interval, objects resampled."""
    columns = {name: scores[name].to_numpy() for name in scores if name != "object_id"}

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        return measured(columns, rows, weight)

    return with_intervals(measure, scores["object_id"], np.ones(len(scores)), 200)


def measured(table: dict[str, NDArray], rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
    """Return figures of rows of `compared`, each with its weight."""
    one = {name: values[rows] for name, values in table.items()}
    inside = (one["chance"] > CHANCES[0]) & (one["chance"] < CHANCES[2])
    error, persistence = np.abs(one["mag"] - one["median"]), np.abs(one["mag"] - one["last_mag"])
    following, has_last = one["is_next"], np.isfinite(one["last_mag"])

    def mean(values: NDArray, which: NDArray[np.bool_]) -> float:
        total = weight[which].sum()
        return float((values[which] * weight[which]).sum() / total) if total else float("nan")

    near = {days: has_last & (np.abs(one["ahead_days"] - days) < 0.5) for days in HORIZONS_DAYS}
    found = {
        "forecast_coverage_68": mean(inside, following),
        "forecast_coverage_95": mean((one["chance"] > 0.025) & (one["chance"] < 0.975), following),
        "forecast_half_width_mag": mean((one["faint"] - one["bright"]) / 2, following & np.isfinite(one["faint"])),
        "forecast_surprise_nats": mean(one["surprise"], following),
        "forecast_crps_mag": mean(one["crps"], following),
        "forecast_bias_mag": mean(one["mag"] - one["median"], following),
    }
    # a faint object's points are those that came out bright: among what was detected the chances shift
    if_seen = one["chance"] / np.maximum(one["detectable"], one["chance"])
    found["forecast_coverage_68_if_seen"] = mean((if_seen > CHANCES[0]) & (if_seen < CHANCES[2]), following)
    for name, which in (("bright", one["median"] < _FAINT_MAG), ("faint", one["median"] >= _FAINT_MAG)):
        found[f"forecast_coverage_68_{name}"] = mean(inside, following & which)
        found[f"forecast_bias_{name}_mag"] = mean(one["mag"] - one["median"], following & which)
    for days, which in near.items():
        found[f"forecast_mae_{days}d_mag"] = mean(error, which)
        found[f"persistence_mae_{days}d_mag"] = mean(persistence, which)
        found[f"forecast_coverage_68_{days}d"] = mean(inside, which)
    for band in "griz":
        found[f"forecast_coverage_68_{band}"] = mean(inside, following & (one["band"] == band))
        found[f"forecast_mae_3d_{band}_mag"] = mean(error, near[3] & (one["band"] == band))
        found[f"persistence_mae_3d_{band}_mag"] = mean(persistence, near[3] & (one["band"] == band))
    for name, which in phases(one["slope"]).items():
        found[f"forecast_coverage_68_{name}"] = mean(inside, following & which)
        found[f"forecast_mae_3d_{name}_mag"] = mean(error, near[3] & which)
        found[f"persistence_mae_3d_{name}_mag"] = mean(persistence, near[3] & which)
    for low, high in ((1, 1), (2, 2), (3, 4), (5, 7), (8, 11), (12, 19), (20, np.inf)):
        which = following & (one["n_known"] >= low) & (one["n_known"] <= high)
        found[f"forecast_coverage_68_n{low}"] = mean(inside, which)
        found[f"forecast_mae_n{low}_mag"] = mean(error, which & has_last)
        found[f"persistence_mae_n{low}_mag"] = mean(persistence, which & has_last)
        found[f"forecast_half_width_n{low}_mag"] = mean((one["faint"] - one["bright"]) / 2, which)
    return {name: value for name, value in found.items() if np.isfinite(value)}


def phases(slope: Floats) -> dict[str, NDArray[np.bool_]]:
    """Tell which forecasts rise, stay and decline."""
    step = _FLAT_MAG / 3
    return {"rising": slope < -step, "peak": np.abs(slope) <= step, "decline": slope > step}
