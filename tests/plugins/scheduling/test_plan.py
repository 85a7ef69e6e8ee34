"""The greedy solver, its checker, and plans of real nights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.scheduling import load
from tom_alerce_like.plugins.scheduling.greedy import solve
from tom_alerce_like.plugins.scheduling.instance import Assignment, Instance, problems, runs, value
from tom_alerce_like.plugins.scheduling.plan import BLOCK_COLUMNS, plan
from tom_alerce_like.plugins.scheduling.sites import OCS_SITES, Site
from tom_alerce_like.plugins.scheduling.visibility import LIMITS, altitude, dark_time, observable

MJD = 61364.7


@st.composite
def instances(draw):
    n, n_sites, n_slots = draw(st.integers(0, 8)), draw(st.integers(1, 3)), draw(st.integers(1, 12))
    duration = draw(arrays(np.int64, n, elements=st.integers(1, 4)))
    seen = draw(arrays(bool, (n, n_sites, n_slots)))
    feasible = np.array([runs(row, int(length)) for row, length in zip(seen, duration, strict=True)], bool)
    weight = draw(arrays(float, n, elements=st.floats(0.01, 100)))
    return Instance(weight, duration, feasible.reshape(n, n_sites, n_slots))


@settings(max_examples=200, deadline=None)
@given(instances())
def test_every_answer_is_valid_and_maximal(instance):
    answer = solve(instance)
    assert problems(instance, answer) == []
    free = np.ones(instance.feasible.shape[1:], bool)
    for request in answer.scheduled:
        free[answer.site[request], answer.slot[request] : answer.slot[request] + instance.duration[request]] = False
    for request in np.flatnonzero(answer.site < 0):
        assert not (instance.feasible[request] & runs(free, int(instance.duration[request]))).any()


@given(arrays(bool, st.tuples(st.integers(1, 3), st.integers(1, 15))), st.integers(1, 5))
def test_runs_begin_where_all_following_are_true(mask, length):
    found = runs(mask, length)
    for (row, slot), begins in np.ndenumerate(found):
        piece = mask[row, slot : slot + length]
        assert begins == (len(piece) == length and piece.all())


def test_the_checker_sees_what_is_wrong():
    instance = Instance(np.ones(2), np.array([2, 2]), np.array([[[1, 1, 0, 0]], [[1, 1, 1, 0]]], bool))
    assert problems(instance, Assignment(np.array([0, 0]), np.array([0, 2]))) == []
    assert "share slot 1" in problems(instance, Assignment(np.array([0, 0]), np.array([0, 1])))[0]
    assert "cannot start" in problems(instance, Assignment(np.array([0, -1]), np.array([2, -1])))[0]


@pytest.mark.parametrize(
    ("name", "at_least"), [("100x1", 1175), ("500x1", 2054), ("500x10", 10168), ("2000x10", 18975)]
)
def test_frozen_nights_reach_what_they_reached(data, name, at_least):
    instance = load(data / "scheduling" / f"{name}.json.gz")
    answer = solve(instance)
    assert problems(instance, answer) == []
    assert value(instance, answer) >= at_least


def requests(n: int, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "target_id": np.arange(100, 100 + n),
            "ra_deg": random.uniform(0, 360, n),
            "dec_deg": random.uniform(-60, 60, n),
            "value": random.uniform(0.1, 1, n),
            "duration_s": random.choice([250.0, 900.0, 3700.0], n),
        }
    )


def test_a_plan_keeps_the_limits_for_each_whole_block():
    asked = requests(150)
    blocks = plan(asked, OCS_SITES, MJD)
    assert len(blocks) > 50 and list(blocks.columns) == list(BLOCK_COLUMNS)
    assert blocks["target_id"].is_unique
    by_name = {site.name: site for site in OCS_SITES}
    for block in blocks.merge(asked, on="target_id").itertuples():
        site = by_name[block.site]
        times = np.linspace(block.start_mjd, block.end_mjd, 9)
        assert (block.end_mjd - block.start_mjd) * 86400 >= block.duration_s - 1e-3
        assert dark_time(site, MJD)[0] <= block.start_mjd and block.end_mjd <= dark_time(site, MJD)[1] + 1e-6
        assert observable([block.ra_deg], [block.dec_deg], site, times).all()
        assert altitude(block.ra_deg, block.dec_deg, site, times).min() >= 30 - 1e-6
    for _, one_site in blocks.groupby("site"):
        assert (one_site["start_mjd"].to_numpy()[1:] >= one_site["end_mjd"].to_numpy()[:-1] - 1e-9).all()


def test_requests_that_cannot_be_used_are_left_out():
    asked = requests(4)
    asked.loc[0, "ra_deg"] = np.nan
    asked.loc[1, "value"] = np.nan
    asked.loc[2, "value"] = 0.0
    assert set(plan(asked, OCS_SITES, MJD)["target_id"]) <= {103}
    assert plan(asked.iloc[:0], OCS_SITES, MJD).empty
    assert plan(asked, [], MJD).empty
    assert plan(asked, [Site("South Pole", 0, -90)], 61391.0).empty


def test_a_request_longer_than_the_night_is_left_out():
    asked = requests(3).assign(duration_s=200_000.0)
    assert plan(asked, OCS_SITES, MJD).empty


def test_another_solver_can_decide():
    def nothing(instance: Instance) -> Assignment:
        none = np.full(len(instance.weight), -1)
        return Assignment(none, none)

    assert plan(requests(5), OCS_SITES, MJD, solve=nothing, limits=LIMITS).empty


def test_where_there_is_room_each_target_is_seen_well():
    asked = []

    def watched(instance: Instance) -> Assignment:
        asked.append(instance)
        return solve(instance)

    blocks = plan(requests(20), OCS_SITES, MJD, solve=watched)
    instance = asked[0]

    def mean_excess(answer: Assignment) -> float:
        lost = [instance.loss[row, answer.site[row], answer.slot[row]] for row in answer.scheduled]
        least = [instance.loss[row][instance.feasible[row]].min() for row in answer.scheduled]
        return float(np.mean(np.subtract(lost, least)))

    blind = solve(Instance(instance.weight, instance.duration, instance.feasible))
    assert len(blocks) == len(blind.scheduled) > 10
    assert mean_excess(solve(instance)) < 0.05 < mean_excess(blind)


def test_a_site_that_is_busy_is_left_alone():
    night = dark_time(OCS_SITES[3], MJD)
    taken = pd.DataFrame({"site": [OCS_SITES[3].name], "start_mjd": [night[0] + 0.05], "end_mjd": [night[1] - 0.05]})
    blocks = plan(requests(300), OCS_SITES[3:4], MJD, taken=taken)
    assert len(blocks)
    assert ((blocks["end_mjd"] <= night[0] + 0.05 + 1e-9) | (blocks["start_mjd"] >= night[1] - 0.05 - 1e-9)).all()
