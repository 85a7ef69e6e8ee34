"""Prints the figures of the model card and draws its pictures: ``... forecast.report DATA [--pictures FOLDER]``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves, sets
from tom_alerce_like.plugins.classifiers.measures import show
from tom_alerce_like.plugins.forecast import evaluate
from tom_alerce_like.plugins.forecast.forecast import forecast

_COLOURS = {"g": "#1b9e77", "r": "#d62728"}
_SHOWN_AFTER = (2, 4, 8, 16)
_CUTS_OF_OTHERS = 2


def line(name: str, found: pd.DataFrame) -> None:
    """Print what a set of another kind shows, in one line."""
    columns = {column: found[column].to_numpy() for column in found if column != "object_id"}
    said = evaluate.measured(columns, np.arange(len(found)), np.ones(len(found)))
    wanted = ("coverage_68", "coverage_95", "half_width_mag", "mae_3d_mag")
    shown = [f"{word} {said[f'forecast_{word}']:.3f}" for word in wanted]
    objects, variable = found["object_id"].nunique(), found["p_variable"].mean()
    persistence = said["persistence_mae_3d_mag"]
    print(f"{name} ({objects} objects): {', '.join(shown)}, persistence {persistence:.3f}, p_variable {variable:.2f}")


def calibration(found: pd.DataFrame, path: Path) -> None:
    """Draw how often points fall where, and how error and width grow with time."""
    plot = _plot()
    figure, (left, right) = plot.subplots(1, 2, figsize=(9, 3.4))
    following = found[found["is_next"]]
    left.hist(following["chance"], 20, (0, 1), density=True, color="#9bbcd6", edgecolor="white")
    left.axhline(1, color="black", lw=1, ls="--")
    left.set(xlabel="chance that the forecast gave to being brighter", ylabel="density of next points")
    seen = found[found["last_mag"].notna()]
    days = np.arange(1, 11)
    near = [seen[(seen["ahead_days"] - day).abs() < 0.5] for day in days]
    right.plot(
        days, [(one["mag"] - one["median"]).abs().mean() for one in near], "o-", color="#0072b2", label="forecast"
    )
    right.plot(
        days, [(one["mag"] - one["last_mag"]).abs().mean() for one in near], "s-", color="#d55e00", label="last value"
    )
    width = [((one["faint"] - one["bright"]) / 2).median() for one in near]
    right.plot(days, width, "--", color="#555555", label="half the 68 % interval (median)")
    right.set(xlabel="days after the last known point", ylabel="mean absolute error (mag)", ylim=(0, None))
    right.legend(frameon=False, fontsize=8)
    _save(figure, path)


def examples(data: Path, path: Path) -> None:
    """Draw forecasts of one real SN Ia after some of its detections, and what came."""
    plot = _plot()
    table = sets.real(data, evaluate.SET)
    count = Curves.of(table).count(Curves.of(table).is_detection)
    one = table.iloc[[int(np.flatnonzero((count > 35) & (count < 45))[0])]]
    curves = Curves.of(one)
    figure, axes = plot.subplots(1, len(_SHOWN_AFTER), figsize=(11, 3.2), sharey=True)
    for axis, n in zip(axes, _SHOWN_AFTER, strict=True):
        known = curves.after(n)
        last = float(known.mjd.max())
        made = forecast(one.assign(lightcurve=_until(one, last)), 10, "gr")
        for band, colour in _COLOURS.items():
            rows = made[made["band"] == band]
            axis.fill_between(
                rows["mjd"] - curves.mjd[0], rows["mag_bright"], rows["mag_faint"], color=colour, alpha=0.2
            )
            axis.plot(rows["mjd"] - curves.mjd[0], rows["mag"], color=colour)
            mine = (curves.band == BANDS.index(band)) & (curves.mjd < last + 11)
            for which, face in ((mine & (curves.mjd <= last), colour), (mine & (curves.mjd > last), "white")):
                style = {"mfc": face, "mec": colour, "ecolor": colour, "ms": 4, "lw": 1, "fmt": "o"}
                axis.errorbar(curves.mjd[which] - curves.mjd[0], curves.mag[which], curves.mag_err[which], **style)
        axis.set(title=f"after {n} detections", xlabel="days")
    axes[0].set_ylabel("magnitude (AB)")
    axes[0].invert_yaxis()
    _save(figure, path)


def _until(one: pd.DataFrame, mjd: float) -> pd.Series:
    points = [point for point in one["lightcurve"].iloc[0] if point["mjd"] <= mjd]
    return pd.Series([points], index=one.index, dtype=one["lightcurve"].dtype)


def _plot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def speed(data: Path) -> float:
    """Return objects per second of processor time, two bands and ten nights."""
    table = sets.real(data, evaluate.SET)
    forecast(table.iloc[:64], bands="gr")
    start = time.process_time()
    forecast(table, bands="gr")
    return len(table) / (time.process_time() - start)


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    found = evaluate.unseen(asked.data)
    show(evaluate.figures(asked.data, found))
    line("foundation_snia", evaluate.unseen(asked.data, _CUTS_OF_OTHERS, "foundation_snia"))
    for name in evaluate.OTHERS:
        line(name, evaluate.shipped(asked.data, _CUTS_OF_OTHERS, name))
    print(f"{speed(asked.data):.0f} objects/s")
    if asked.pictures:
        calibration(found, asked.pictures / "forecast_calibration.png")
        examples(asked.data, asked.pictures / "forecast_examples.png")


if __name__ == "__main__":
    main()
