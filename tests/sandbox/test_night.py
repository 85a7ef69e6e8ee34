"""The simulated night: the same for the same seed and date, and fit to be observed."""

from __future__ import annotations

import gzip
import io
import re
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.plugins.hosts.plane import to_plane
from tom_alerce_like.plugins.hosts.sources.stamps import Stamp, image
from tom_alerce_like.sandbox import candidate, opinions, sky, stamps
from tom_alerce_like.sandbox.galaxies import catalogue, semi_axes_arcsec
from tom_alerce_like.sandbox.night import KINDS, Night
from tom_alerce_like.sandbox.photometry import EXPLOSIONS, distance_modulus_mag, redshift_of

DAY = date(2026, 11, 20)
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@pytest.fixture(scope="module")
def night() -> Night:
    return Night(seed=1, day=DAY, n_objects=300)


@pytest.fixture(scope="module")
def big_night() -> Night:
    return Night(seed=1, day=DAY, n_objects=800)


@given(seed=st.integers(0, 10**6), day=days)
@settings(max_examples=8, deadline=None)
def test_the_same_seed_and_date_give_the_same_night(seed, day):
    one, two = (Night(seed, day, n_objects=14) for _ in range(2))
    assert [source.object_id for source in one.sources] == [source.object_id for source in two.sources]
    assert all(np.array_equal(a.visits, b.visits) for a, b in zip(one.sources, two.sources, strict=True))
    pd.testing.assert_frame_equal(one.galaxies, two.galaxies)
    assert all(opinions.alerce(a) == opinions.alerce(b) for a, b in zip(one.sources, two.sources, strict=True))


def test_another_seed_or_date_gives_another_night():
    positions = {
        Night(seed, day, n_objects=5).sources[0].truth.ra_deg
        for seed, day in [(1, DAY), (2, DAY), (1, date(2026, 11, 21))]
    }
    assert len(positions) == 3


@given(seed=st.integers(0, 10**6), day=days)
@settings(max_examples=8, deadline=None)
def test_laws_of_every_night(seed, day):
    night = Night(seed, day, n_objects=14)
    sun = sky.sun(night.mjd)
    assert len({source.object_id for source in night.sources}) == 14
    for source in night.sources:
        visits, truth = source.visits, source.truth
        assert (np.diff(visits["mjd"]) > 0).all() and visits["mjd"][-1] < night.mjd
        assert night.mjd - source.detections["mjd"][-1] < 5
        assert len(np.unique(visits["alert_id"])) == len(visits)
        snr = np.abs(source.detections["flux_njy"] / source.detections["flux_err_njy"])
        assert (snr > 5).all()
        assert sky.separation_deg(truth.ra_deg, truth.dec_deg, *sun) > 95
        if truth.kind in EXPLOSIONS:
            assert abs(sky.galactic_latitude_deg(truth.ra_deg, truth.dec_deg)) > 20
            assert (source.detections["mjd"] > truth.explosion_mjd).all()


def test_every_kind_is_there_and_most_are_young(night):
    counts = Counter(source.truth.kind for source in night.sources)
    assert set(counts) == set(KINDS) and sum(counts.values()) == 300
    novae = [source for source in night.sources if source.truth.kind in EXPLOSIONS]
    ages = [night.mjd - source.detections["mjd"][0] for source in novae]
    assert np.median(ages) < 15
    assert sum(source.truth.host is None for source in novae) > 0
    assert {len(source.detections) <= 2 for source in night.sources if source.truth.kind == "asteroid"} == {True}


def test_names_have_the_form_of_real_names_and_say_that_they_are_simulated(night):
    assert all(re.fullmatch(r"ZTF26sim[a-z]{4}", source.object_id) for source in night.of("ZTF"))
    assert all(re.fullmatch(r"99\d{16}", source.object_id) for source in night.of("LSST"))
    assert len(night.of("LSST")) == 50
    assert all(name.startswith("SIMJ") for name in catalogue(night.galaxies)["HyperLEDA"])


def test_hosts_lie_where_their_light_is(night):
    ratios = []
    for source in night.sources:
        if source.truth.kind in EXPLOSIONS and source.truth.host is not None:
            galaxy = source.truth.host.iloc[0]
            distance = sky.separation_deg(
                source.truth.ra_deg, source.truth.dec_deg, galaxy["ra_deg"], galaxy["dec_deg"]
            )
            assert galaxy["z"] == pytest.approx(source.truth.redshift)
            ratios.append(distance * 3600 / semi_axes_arcsec(galaxy)[0])
    assert 0.1 < np.median(ratios) < 0.7 and max(ratios) <= 2.0


def test_the_catalogue_has_the_columns_of_glade(night, data, tmp_path):
    night.write_galaxies(tmp_path / "galaxies.parquet")
    ours = pd.read_parquet(tmp_path / "galaxies.parquet")
    real = pd.read_parquet(data / "catalogues" / "glade_plus_bright.parquet")
    assert list(ours.columns) == list(real.columns)
    assert ours.dtypes.to_dict() == real.dtypes.to_dict()


@given(z=st.floats(0.001, 1.5))
def test_redshift_undoes_the_distance_modulus(z):
    assert float(redshift_of(distance_modulus_mag(z))) == pytest.approx(z, rel=2e-3)


def test_brokers_are_mostly_right(night):
    tops = [(source, next(said for said in opinions.alerce(source) if said.ranking == 1)) for source in night.sources]
    right = [top.class_name == opinions.STAMP_TRUTH.get(s.truth.kind, s.truth.kind) for s, top in tops]
    assert 0.8 < np.mean(right) < 1.0


def test_probabilities_of_a_classifier_add_up(night):
    for source in night.sources[:50]:
        for name in {(said.classifier_name, said.classifier_version) for said in opinions.alerce(source)}:
            said = [one for one in opinions.alerce(source) if (one.classifier_name, one.classifier_version) == name]
            assert sum(one.probability for one in said) == pytest.approx(1, abs=1e-4)
            assert [one.ranking for one in sorted(said, key=lambda one: -one.probability)] == list(
                range(1, len(said) + 1)
            )


def test_stamps_show_the_source(night):
    source = next(source for source in night.of("ZTF") if source.truth.kind == "SNIa")
    brightest = source.detections[np.argmax(source.detections["flux_njy"])]
    packed = stamps.encoded(source, int(brightest["alert_id"]), "difference")
    image = fits.open(io.BytesIO(gzip.decompress(packed)))[0].data
    assert image.shape == (63, 63)
    assert image[29:34, 29:34].max() > 4 * image.std()
    assert packed == stamps.encoded(source, int(brightest["alert_id"]), "difference")


def test_stamps_of_lsst_are_fits_with_error_and_psf(night):
    source = night.of("LSST")[0]
    hdus = fits.open(io.BytesIO(stamps.encoded(source, int(source.detections["alert_id"][0]), "science")))
    assert [hdu.name for hdu in hdus] == ["PRIMARY", "UNCERT", "PSFIMAGE"]
    assert hdus[0].data.shape == (30, 30) and hdus[0].header["BUNIT"] == "nJy"


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_hosts_are_where_the_survey_would_show_them(night, survey):
    """Read as a survey's own stamps are, the template is brightest towards the host."""
    seen = [source for source in night.of(survey) if source.truth.host is not None]
    reach_arcsec = stamps.SIZE_PX[survey] * stamps.PIXEL_ARCSEC[survey] / 2
    n_seen = 0
    for source in seen:
        truth, galaxy = source.truth, source.truth.host.iloc[0]
        east, north = to_plane(galaxy["ra_deg"], galaxy["dec_deg"], truth.ra_deg, truth.dec_deg)
        if not 0.25 < np.hypot(east, north) / reach_arcsec < 0.8 or galaxy["b_mag"] > 21:
            continue
        packed = stamps.encoded(source, int(source.detections["alert_id"][0]), "template")
        shown = np.nan_to_num(image(Stamp(packed, truth.ra_deg, truth.dec_deg), truth.ra_deg, truth.dec_deg))
        row, column = (round(239.5 + axis * 4) for axis in (north, -east))
        assert shown[row, column] > shown[479 - row, 479 - column], (source.object_id, east, north)
        n_seen += 1
    assert n_seen > 1


def test_a_source_has_no_stamps_of_others(night):
    with pytest.raises(KeyError):
        stamps.pixels(night.sources[0], 1)


def test_ztf_turns_the_difference_of_what_faded(night):
    """The sign of a peak is that of the flux for LSST only."""
    signs = set()
    for source in (source for source in night.sources if np.isfinite(source.truth.mean_mag)):
        for visit in source.detections[np.abs(source.detections["flux_njy"]) > 30 * source.detections["flux_err_njy"]]:
            image = stamps.pixels(source, int(visit["alert_id"]))["difference"]
            peak = image.ravel()[np.abs(image).argmax()]
            signs.add((source.truth.survey.name, bool(visit["flux_njy"] > 0), bool(peak > 0)))
    assert signs == {("ZTF", True, True), ("ZTF", False, True), ("LSST", True, True), ("LSST", False, False)}


@pytest.mark.parametrize("kind", candidate.QUANTILES)
def test_alerts_of_a_class_look_like_those_of_the_survey(kind, big_night):
    """The middle of the drawn values lies between the quartiles of the real ones."""
    alike = [s for s in big_night.of("ZTF") if opinions.STAMP_TRUTH.get(s.truth.kind, s.truth.kind) == kind]
    drawn = pd.DataFrame(
        {**candidate.neighbours(s), **candidate.shape(s, int(s.detections["alert_id"][0]))} for s in alike
    )
    for name in set(drawn) - {"magnr", "srmag1"}:  # those of a star are its own
        _, low, _, high, _ = candidate.QUANTILES[kind][name]
        assert low <= drawn[name].median() <= high


def test_a_star_is_its_own_nearest_source(night):
    stars = [source for source in night.of("ZTF") if candidate.has_reference(source)]
    assert stars and all(candidate.neighbours(star)["magnr"] == star.truth.mean_mag for star in stars)
