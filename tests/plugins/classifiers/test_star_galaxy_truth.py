"""What Gaia and the labels say of the nearest source, what is measured by it, and real alerts of ZTF and LSST."""

import io

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from tom_alerce_like.alerts import cutouts, files
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.star_galaxy import StarGalaxyClassifier, evaluate, images, psf, report, truth
from tom_alerce_like.plugins.classifiers.star_galaxy.train import Examples, trained

#: A source of PS1 with the colour of the sun, and Gaia at the same place with the G of a point of this colour.
POINT = {
    "nearest_source_arcsec": 0.2,
    "nearest_source_g_mag": 17.5,
    "nearest_source_r_mag": 17.0,
    "nearest_source_i_mag": 16.9,
    "gaia_source_arcsec": 0.25,
    "gaia_source_mag": 16.96,
}
FAINTER = {"gaia_source_mag": 17.6}
ABSENT = {"gaia_source_arcsec": 40.0}
SATURATED = {f"nearest_source_{band}_mag": 13.0 for band in "gri"} | {"gaia_source_mag": 12.9}


@pytest.mark.parametrize(
    ("label", "changed", "expected"),
    [
        ("", {}, "star"),
        ("VS", {}, "star"),
        ("VS", {"gaia_source_mag": 15.0}, "star"),
        ("AGN", {}, ""),
        ("SN", FAINTER, "galaxy"),
        ("", FAINTER, ""),
        ("", FAINTER | {"nearest_source_arcsec": 3.0, "gaia_source_arcsec": 3.1}, "galaxy"),
        ("VS", FAINTER | {"nearest_source_arcsec": 3.0, "gaia_source_arcsec": 3.1}, ""),
        ("AGN", FAINTER, ""),
        ("SN", {"gaia_source_mag": 17.2}, ""),
        ("SN", ABSENT, "galaxy"),
        ("SN", {"gaia_source_arcsec": np.nan}, "galaxy"),
        ("SN", ABSENT | {"nearest_source_arcsec": 6.0}, ""),
        ("asteroid", ABSENT, ""),
        ("", ABSENT, ""),
        ("", {"nearest_source_r_mag": 20.5, "gaia_source_mag": 20.5}, ""),
        ("", SATURATED, ""),
        ("", {"nearest_source_g_mag": np.nan}, ""),
    ],
)
def test_the_truth_follows_its_rules(label, changed, expected):
    row = POINT | changed
    table = frame({name: [value] for name, value in row.items()} | {"object_id": ["one"]}).assign(class_label=label)
    assert truth.labels(table).tolist() == [expected]


def test_the_naive_truth_is_whether_gaia_has_it():
    rows = pd.DataFrame([POINT, POINT | ABSENT, POINT | ABSENT | {"nearest_source_r_mag": 21.0}])
    assert truth.naive(rows).tolist() == ["star", "galaxy", ""]


def made_examples(n: int = 200) -> Examples:
    """Sources of which each piece of evidence tells the truth, with noise."""
    rng = np.random.default_rng(3)
    star = rng.random(n) < 0.6
    sign = np.where(star, 1.0, -1.0)[:, None] + rng.normal(0, 1, (n, 5))
    names = ["score_logit", "excess_width", "chi_log", "core_light", "inner_light"]
    table = pd.DataFrame(sign * [1, -1, -1, 1, 1], columns=names)
    label = np.where(star, "star", "galaxy")
    table = table.assign(label=label, naive=label, object_id=np.arange(n).astype(str), weight=1.0)
    return Examples(table.assign(star_galaxy_score=rng.random(n)), table)


def test_training_finds_what_tells_and_needs_no_small_images():
    given = made_examples()
    for one in (given, Examples(given.alerts, given.images.iloc[:0])):
        made = trained(one)
        assert [len(judge.slopes) for judge in made] == [3, 1, 2, 2]
        for judge in made:
            right = (judge.says(given.alerts) > 0.5) == (given.alerts["label"] == "star")
            assert right.mean() > 0.75


def test_figures_are_of_sources_with_a_label_and_hold_one_half_for_what_is_not_judged(tmp_path):
    given = made_examples()
    given.alerts.loc[:9, ["score_logit", "excess_width", "core_light"]] = np.nan
    given.alerts.loc[10:19, "label"] = ""
    scores = evaluate.scored(given, trained(made_examples()))
    assert (scores.alerts["module"][:10] == 0.5).all()
    made = evaluate.figures(tmp_path, scores)
    for name in ("star_galaxy_auc", "star_galaxy_fallback_auc", "star_galaxy_pixels_auc"):
        value, low, high = made[name]
        assert 0.9 < low <= value <= high <= 1
    assert made["star_galaxy_ps1_score_auc"][0] < 0.65 < made["star_galaxy_auc"][0]
    alone = evaluate.figures(tmp_path, Examples(scores.alerts, scores.images.iloc[:0]))
    assert set(made) - set(alone) == {"star_galaxy_pixels_auc"}


def test_without_alerts_there_is_nothing_to_measure(tmp_path):
    with pytest.raises(FileNotFoundError):
        evaluate.shipped(tmp_path)
    with pytest.raises(FileNotFoundError):
        images.read(tmp_path)


@pytest.mark.data
def test_shipped_weights_tell_real_stars_from_galaxies(data):
    """A check of the way from packet to score, not of accuracy: the regressions have seen these alerts."""
    known = truth.examples(data)
    assert known["label"].value_counts().min() > 30
    for shown in (known, known[["survey", "cutouts", "x_px", "y_px"]]):
        star = StarGalaxyClassifier().score(shown)["star"]
        right = (star > 0.5) == (known["label"] == "star")
        assert star.notna().mean() > 0.95 and right[star.notna()].mean() > 0.95


@pytest.mark.data
def test_the_psf_of_lsst_packets_is_read(data):
    alerts = pd.concat([batch.alerts for batch in files.read(data / "lsst_alerts")], ignore_index=True)
    width = psf.widths_px(alerts)
    assert np.all((width > 0.75) & (width < 1.35)) and np.ptp(width) > 0.3
    template = alerts["cutouts"].iloc[0]["template"]
    with fits.open(io.BytesIO(template)) as units:
        for number, unit in enumerate(units):
            np.testing.assert_array_equal(cutouts.decode(template, number), unit.data.astype(np.float32))
    without = psf.widths_px(alerts.assign(cutouts=alerts["cutouts"].where(alerts.index < 0)))
    assert np.all(without == psf.USUAL_PX["LSST"])


@pytest.mark.data
def test_points_of_lsst_are_stars_though_nothing_was_learnt_of_them(data):
    table = report.lsst(data)
    assert table.loc["point", "objects"] > 30 and table.loc["point", "stars"] >= table.loc["point", "objects"] - 1
    assert table.loc["extended", "stars"] == 0
