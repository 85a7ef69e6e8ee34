"""Populations: what is learned, that forecasts from it are honest, and how real light curves are cut to measure it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.plugins.forecast.curves import supernova, table
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.forecast import evaluate, train
from tom_alerce_like.plugins.forecast.basis import KNOTS_DAYS, N_KNOTS, PEAK_DAYS, places
from tom_alerce_like.plugins.forecast.cuts import every_night
from tom_alerce_like.plugins.forecast.forecast import WEIGHTS, shipped
from tom_alerce_like.plugins.forecast.points import newest
from tom_alerce_like.plugins.forecast.transient import Transients, read, write


def drawn(n: int, seed: int = 0) -> list[list[tuple[float, str, float]]]:
    """Return light curves of real SNe Ia as the first population draws them, without the noise of points."""
    rng, one = np.random.default_rng(seed), shipped().populations[0]
    found = []
    for _ in range(n):
        z = rng.standard_normal(one.loading.shape[1])
        curve = one.mean + one.loading @ z
        peak = rng.choice(PEAK_DAYS, p=np.exp(one.log_prior) / np.exp(one.log_prior).sum())
        day, band = np.sort(rng.uniform(0, 45, 24)), rng.integers(1, 3, 24)
        day[0] = 0
        knots, weights = places(band, day - peak)
        mag = (weights * curve[knots]).sum(axis=1) + 0.05 * rng.standard_normal(24)
        found.append([(61000 + d, "ugrizy"[b], m) for d, b, m in zip(day, band, mag, strict=True)])
    return found


def test_a_curve_goes_through_its_knots_and_on_in_a_straight_line():
    magnitudes = np.concatenate([np.arange(N_KNOTS) ** 1.5, np.zeros(5 * N_KNOTS)])
    phase = np.concatenate([KNOTS_DAYS, [KNOTS_DAYS[-1] + 10, 1000.0, -1000.0]])
    knots, weights = places(np.zeros(len(phase), int), phase)
    values = (weights * magnitudes[knots]).sum(axis=1)
    assert np.allclose(values[:N_KNOTS], magnitudes[:N_KNOTS])
    slope = (magnitudes[N_KNOTS - 1] - magnitudes[N_KNOTS - 2]) / (KNOTS_DAYS[-1] - KNOTS_DAYS[-2])
    assert values[N_KNOTS] == pytest.approx(magnitudes[N_KNOTS - 1] + 10 * slope)
    assert np.isfinite(values).all()


def test_forecasts_of_a_known_population_are_honest():
    cuts = every_night(Curves.of(table(*drawn(80))), per_object=2)
    found = evaluate.compared(cuts, Transients(shipped().populations[:1]), True)
    said = evaluate.measured({n: found[n].to_numpy() for n in found}, np.arange(len(found)), np.ones(len(found)))
    assert 0.6 < said["forecast_coverage_68"] < 0.78
    assert said["forecast_mae_3d_mag"] < 0.7 * said["persistence_mae_3d_mag"]
    assert abs(said["forecast_bias_mag"]) < 0.1


def test_what_is_learned_is_what_was_drawn():
    curves = Curves.of(table(*drawn(40)))
    model = train.learned(curves, 1.0, np.ones(curves.n, bool))
    one = shipped().populations[0]
    g = slice(N_KNOTS, 2 * N_KNOTS)
    assert np.abs(model.mean[g] - one.mean[g])[4:13].max() < 0.6
    again = train.learned(curves, 1.0, np.ones(curves.n, bool))
    assert np.array_equal(model.mean, again.mean), "seeded"
    assert np.linalg.eigvalsh(model.covariance).min() > -1e-9


def test_weights_survive_being_written(tmp_path):
    populations = shipped().populations
    write(populations, tmp_path / "weights" / "populations.json")
    again = read(tmp_path / "weights" / "populations.json")
    assert [one.name for one in again] == [one.name for one in populations]
    assert all(np.allclose(a.table, b.table) for a, b in zip(again, populations, strict=True))
    assert WEIGHTS.stat().st_size < 200_000 and set(json.loads(WEIGHTS.read_text())) == {"populations"}


def test_cuts_are_after_nights_and_know_nothing_of_what_follows():
    points = [(61000.1, "g", 19.0), (61000.2, "r", 19.1), (61003.1, "g", 18.5), (61005.0, "r", 18.4)]
    points += [(61030.0, "g", 20.0)]
    cuts = every_night(Curves.of(table([], points)))
    assert list(cuts.owner) == [1, 1]
    assert [list(cuts.known.take(np.array([i])).mag.round(1)) for i in range(2)] == [[19.0, 19.1], [19.0, 19.1, 18.5]]
    assert list(zip(cuts.cut, cuts.ahead_days.round(1), cuts.band, cuts.is_next, strict=True)) == [
        (0, 2.9, 1, True),
        (0, 4.8, 2, True),
        (1, 1.9, 2, True),
    ]
    assert list(cuts.last_mag.round(1)) == [19.0, 19.1, 19.1]


def test_cuts_may_be_chosen_at_random():
    curves = Curves.of(table(supernova(30), supernova(30)))
    everything, some = every_night(curves), every_night(curves, per_object=3)
    assert len(everything.owner) > 30 and list(np.bincount(some.owner)) == [3, 3]
    assert len(every_night(Curves.of(table([]))).owner) == 0


def test_points_are_evenly_chosen_with_the_first_and_the_last():
    curves = Curves.of(table(supernova(40), supernova(-10)))
    points = newest(curves, 99, np.ones(2, bool))
    few = points.spread_out(5)
    assert few.day[0, 0] == points.day[0, 0] and few.day[0, -1] == points.day[0].max()
    assert list(few.weight.sum(axis=1)) == [5, 2] and few.width == 5
    assert list(points.last(3).day[0]) == list(points.day[0, -3:])


def test_a_folder_without_the_set_is_said(tmp_path):
    for measure in (evaluate.shipped, evaluate.unseen):
        with pytest.raises(FileNotFoundError, match="lightcurves"):
            measure(tmp_path)


@pytest.mark.data
def test_real_supernovae_fall_within_their_intervals(data):
    some = Curves.of(sets.real(data, evaluate.SET).iloc[:100])
    found = evaluate.compared(every_night(some, per_object=1), shipped(), True)
    figures = evaluate.figures(data, found)
    assert 0.6 < figures["forecast_coverage_68"][0] < 0.8
    assert figures["forecast_mae_3d_mag"][2] < figures["persistence_mae_3d_mag"][1]
