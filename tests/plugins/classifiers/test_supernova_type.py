"""Which kind of supernova: the laws of modules, what templates say of light curves made from them, and its figures."""

import numpy as np
import pandas as pd
import pytest

from tests.conformance.module import ModuleConformance
from tom_alerce_like import taxonomy
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.sets import table
from tom_alerce_like.plugins.classifiers.supernova_type import SupernovaType, bank, evaluate, lessons, observe
from tom_alerce_like.plugins.classifiers.supernova_type.classifier import SURVEYS, VERSION, WEIGHTS, seen
from tom_alerce_like.plugins.classifiers.supernova_type.evidence import COLUMNS, evidences, farther
from tom_alerce_like.plugins.classifiers.supernova_type.features import NAMES
from tom_alerce_like.plugins.classifiers.supernova_type.redshifts import candidates
from tom_alerce_like.serving import notes

MJD = 61000.0
Z = float(bank.REDSHIFTS[30])


def observed(kind, n=1, survey="LSST", noise_njy=100.0, every_days=3.0, seed=0, redshift=Z):
    """Return an alert table of n supernovae that are each a member of the bank, all of one class."""
    rng = np.random.default_rng(seed)
    templates = bank.load(survey)
    node = int(np.abs(bank.REDSHIFTS - redshift).argmin())
    members = rng.choice(np.flatnonzero(templates.kind == bank.CLASSES.index(kind)), n)
    body = templates.flux_njy[node].reshape(6, len(bank.PHASES_DAYS), -1)
    days = np.arange(-40, 90, every_days)
    band = np.arange(len(days)) % 3 + 1
    points = []
    for number, member in enumerate(members):
        rest = days / (1 + bank.REDSHIFTS[node])
        phases = [np.interp(rest, bank.PHASES_DAYS, body[one, :, member], left=0, right=0) for one in range(6)]
        flux = np.array(phases)[band, np.arange(len(days))] + noise_njy * rng.standard_normal(len(days))
        points.append(
            pd.DataFrame(
                {
                    "object_id": f"SN{number}",
                    "mjd": MJD + days,
                    "band": np.array(list("ugrizy"))[band],
                    "flux_njy": flux,
                    "flux_err_njy": noise_njy,
                    "is_detection": flux > 5 * noise_njy,
                }
            )
        )
    made = table(pd.concat(points), pd.DataFrame({"object_id": [f"SN{number}" for number in range(n)]}), survey)
    return made.assign(host_redshift=bank.REDSHIFTS[node], host_redshift_err=0.02)


class TestSupernovaType(ModuleConformance):
    @pytest.fixture
    def module(self):
        return SupernovaType()

    @pytest.fixture
    def alerts(self):
        parts = [observed(kind, 3, survey, seed=1) for kind in bank.CLASSES for survey in ("LSST", "ZTF")]
        made = pd.concat(parts, ignore_index=True)
        made["object_id"] = [f"SN{number}" for number in range(len(made))]
        made.loc[::4, "host_redshift"] = np.nan
        return made

    def test_probabilities_of_a_judged_row_sum_to_one(self, module, alerts):
        scores = module.score(alerts).dropna()
        assert len(scores) > 20
        np.testing.assert_allclose(scores.sum(axis=1), 1)

    def test_its_name_says_that_it_presupposes_a_supernova(self, module):
        assert taxonomy.is_conditional(module.name) and not taxonomy.names_the_class(module.name)


@pytest.mark.parametrize("kind", bank.CLASSES)
@pytest.mark.parametrize("survey", ["LSST", "ZTF"])
def test_a_member_of_the_bank_is_recognised(kind, survey):
    said = found(observed(kind, 12, survey))
    evidence = said[[f"evidence_{name}" for name in bank.CLASSES]]
    assert (evidence.to_numpy().argmax(axis=1) == bank.CLASSES.index(kind)).mean() >= 0.75


def test_the_best_member_has_redshift_time_and_brightness_of_the_supernova():
    said = found(observed("SNIa", 12))
    assert (said["redshift_SNIa"] - Z).abs().median() < 0.1
    assert (said["magnitude_SNIa"] + 19.25).abs().median() < 0.5
    assert said["n_points"].eq(44).all() and list(said) == list(COLUMNS)


def test_dust_of_the_milky_way_is_taken_off():
    plain = observed("SNIa", 4)
    dusty = plain.assign(mw_ebv=0.3)
    difference = found(dusty)["magnitude_SNIa"] - found(plain)["magnitude_SNIa"]
    assert (difference < -0.3).all()


def test_nothing_known_gives_nothing():
    empty = table(
        pd.DataFrame({name: [] for name in ("object_id", "mjd", "band", "flux_njy", "flux_err_njy", "is_detection")}),
        pd.DataFrame({"object_id": ["SN0"]}),
        "LSST",
    )
    assert found(empty.assign(host_redshift=0.3))["evidence_SNIa"].isna().all()


def test_a_spectroscopic_redshift_leaves_few_candidates_and_none_leaves_many():
    redshift, error = np.array([0.3, 0.3, np.nan]), np.array([0.001, 0.1, np.nan])
    pairs = candidates(redshift, error, np.ones(3, bool))
    few, more, most = np.bincount(pairs.row)
    assert few < more < most


def test_the_weights_are_small_and_say_what_they_are():
    assert sum(path.stat().st_size for path in WEIGHTS.parent.iterdir()) < 2.5e6
    known = notes(WEIGHTS)
    assert known["version"] == VERSION
    assert all(0.5 < float(known[f"temperature_{survey}"]) < 2 for survey in SURVEYS)


def test_one_feature_for_each_name():
    made = observed("SNII", 2)
    assert seen(made, Curves.of(made)).shape == (2, len(NAMES))


def test_missing_data_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="plasticc"):
        evaluate.shipped(tmp_path)


def surfaces(made, kind):
    redshift, ebv = np.full(len(made), Z), np.zeros(len(made))
    return list(lessons.surfaces(Curves.of(made), redshift, ebv, pd.Series([kind] * len(made))))


def test_a_surface_gives_the_light_curve_that_it_was_made_from():
    made = observed("SNIa", 3, noise_njy=20)
    templates = bank.load("LSST", learned=False)
    curves = Curves.of(made)
    for row, surface in enumerate(surfaces(made, "SNIa")):
        one = curves.select(curves.row == row)
        days = np.arange(-6, 16, 3.0)
        drawn = lessons.flux_at(surface, templates, 30, np.full(len(days), 2), days)
        assert 0.8 < drawn.max() / one.flux_njy[one.band == 2].max() < 1.3


@pytest.mark.parametrize("survey", ["LSST", "ZTF"])
def test_copies_are_light_curves_of_their_owners(survey):
    rng = np.random.default_rng(0)
    mjd = np.arange(MJD, MJD + 300, 2.0)
    visits = [(mjd, np.arange(len(mjd)) % 6, np.full(len(mjd), 150.0))]
    near = np.full(60, 0.3)
    sky = observe.Sky(visits, np.array([0.02]), near, near + 0.02, near / 10)
    made = observe.copies(surfaces(observed("SNIa", 4), "SNIa"), 3, survey, sky, rng)
    assert len(made.curves) == len(made.owner) > 4 and set(made.owner) <= set(range(4))
    assert (made.curves.count(made.curves.is_detection) > 0).all()
    assert np.isnan(made.curves.limit_mag).all() == (survey == "LSST")


def found(made):
    columns = (made[name].to_numpy(float) for name in ("host_redshift", "host_redshift_err", "mw_ebv"))
    return evidences(Curves.of(made), *columns, made["survey"].to_numpy())


def test_supernovae_nearer_than_the_bank_are_moved_out_to_it():
    first = bank.REDSHIFTS[0]
    scale = farther(np.array([np.nan, 0.5, first, first / 10]))
    assert scale[:3].tolist() == [1, 1, 1] and scale[3] == pytest.approx(0.01, rel=0.05)
