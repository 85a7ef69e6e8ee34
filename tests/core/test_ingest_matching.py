"""An object finds its target by name, by alias, by place."""

import pytest
from tom_targets.models import Target, TargetName

from tests.core.skies import BROKER, alert, batch, names
from tom_alerce_like.ingest import ingest
from tom_alerce_like.ingest.cone import nearest_targets
from tom_alerce_like.models import Alert
from tom_alerce_like.sky import separation_arcsec

pytestmark = pytest.mark.django_db
ARCSEC = 1 / 3600


def target(name: str, ra: float | None = 10.0, dec: float | None = 20.0) -> Target:
    return Target.objects.create(name=name, type="SIDEREAL", ra=ra, dec=dec)


def test_a_target_renamed_by_tns_keeps_updating():
    renamed = target("AT 2026qqq")
    TargetName.objects.create(target=renamed, name="ZTF26qqq")
    summary = ingest(batch(alert("ZTF26qqq", ra_deg=200.0)), source=BROKER)
    assert summary.target_ids == {"ZTF26qqq": renamed.pk}
    assert (summary.targets, summary.datums, summary.errors) == (0, 1, 0)


def test_an_alias_that_the_broker_knows_finds_the_target():
    known = target("SN 2026abc")
    summary = ingest(batch(alert("ZTF26new", ra_deg=200.0), aliases={"ZTF26new": ["SN 2026abc"]}), source=BROKER)
    assert summary.target_ids == {"ZTF26new": known.pk}
    assert names() == {known.pk: {"SN 2026abc", "ZTF26new"}}


def test_the_lsst_id_of_a_ztf_target_becomes_its_alias():
    rows = alert("ZTF26one"), alert("170000000000000001", survey="LSST", ra_deg=150.0 + 0.5 * ARCSEC)
    together = ingest(batch(*rows), source=BROKER)
    assert together.targets == 1
    (found,) = names().values()
    assert found == {"ZTF26one", "170000000000000001"}
    Target.objects.all().delete()
    for row in rows:
        ingest(batch(row), source=BROKER)
    assert list(names().values()) == [found]


def test_an_alias_of_two_targets_is_a_message():
    first, second = target("ZTF26one"), target("ZTF26two", dec=-20.0)
    TargetName.objects.create(target=first, name="AT 2026abc")
    summary = ingest(batch(alert("ZTF26two"), aliases={"ZTF26two": ["AT 2026abc"]}), source=BROKER)
    assert summary.target_ids == {"ZTF26two": second.pk}
    assert summary.errors == 1 and "AT 2026abc" in summary.problems[0]


@pytest.mark.parametrize("alias", ["", "  ", "x" * 101, "a\x00b", "ZTF26one"])
def test_an_alias_that_is_no_other_name_is_left_out(alias):
    assert ingest(batch(alert("ZTF26one"), aliases={"ZTF26one": [alias]}), source=BROKER).errors == 0
    assert not TargetName.objects.exists()


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ((10.0, 20.0), (10.0, 20.0 + 1.4 * ARCSEC), True),
        ((10.0, 20.0), (10.0, 20.0 + 1.6 * ARCSEC), False),
        # at declination 60 degrees an arcsec of the sky is two of right ascension
        ((10.0, 60.0), (10.0 + 2.8 * ARCSEC, 60.0), True),
        ((10.0, 60.0), (10.0 + 3.2 * ARCSEC, 60.0), False),
        ((359.9999, 0.0), (0.0001, 0.0), True),
        ((0.0, -30.0), (360.0, -30.0), True),
        ((-0.0001, 0.0), (0.0001, 0.0), True),
        ((0.0, 90.0), (180.0, 90.0 - 1.0 * ARCSEC), True),
        ((90.0, -90.0 + 0.7 * ARCSEC), (270.0, -90.0 + 0.7 * ARCSEC), True),
        ((0.0, 90.0 - 0.8 * ARCSEC), (180.0, 90.0 - 0.8 * ARCSEC), False),
    ],
)
def test_places(here, there, same):
    known = target("made by hand", *here)
    summary = ingest(batch(alert("ZTF26one", ra_deg=there[0], dec_deg=there[1])), source=BROKER)
    assert (summary.target_ids["ZTF26one"] == known.pk) is same
    Target.objects.all().delete()
    if here[0] >= 0:
        rows = (alert(name, ra_deg=ra, dec_deg=dec) for name, (ra, dec) in (("ZTF26a", here), ("ZTF26b", there)))
        assert (ingest(batch(*rows), source=BROKER).targets == 1) is same


def test_the_radius_of_the_setting(settings):
    settings.TOM_ALERCE_LIKE = {"MATCH_RADIUS_ARCSEC": 30.0}
    known = target("made by hand")
    summary = ingest(batch(alert("ZTF26one", ra_deg=10.0, dec_deg=20.0 + 25 * ARCSEC)), source=BROKER)
    assert summary.target_ids == {"ZTF26one": known.pk}


def test_the_nearest_target_of_several():
    far, near = target("far", dec=20.0 + 1.2 * ARCSEC), target("near", dec=20.0 - 0.3 * ARCSEC)
    target("no place", ra=None, dec=None)
    summary = ingest(batch(alert("ZTF26one", ra_deg=10.0, dec_deg=20.0)), source=BROKER)
    assert summary.target_ids == {"ZTF26one": near.pk} != {"ZTF26one": far.pk}


def test_a_name_counts_more_than_a_place():
    named, near = target("ZTF26one", dec=-70.0), target("near")
    summary = ingest(batch(alert("ZTF26one", ra_deg=near.ra, dec_deg=near.dec)), source=BROKER)
    assert summary.target_ids == {"ZTF26one": named.pk}


def test_more_places_than_one_statement_holds():
    places = [(i * 0.25, -80.0 + i * 0.2) for i in range(700)]
    made = Target.objects.bulk_create(
        Target(name=f"t{i}", type="SIDEREAL", ra=ra, dec=dec) for i, (ra, dec) in enumerate(places)
    )
    rows = [alert(f"ZTF26a{i}", ra_deg=ra, dec_deg=dec) for i, (ra, dec) in enumerate(places)]
    summary = ingest(batch(*rows), source=BROKER)
    assert summary.target_ids == {f"ZTF26a{i}": target.pk for i, target in enumerate(made)}
    assert Alert.objects.count() == 700


def test_no_places_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert nearest_targets(*(batch().alerts[name].to_numpy() for name in ("ra_deg", "dec_deg")), 1.5) == {}


def test_separations_agree_with_astropy():
    from astropy.coordinates import angular_separation

    places = [(0.0, 0.0), (359.9999, 0.0001), (12.0, 89.9999), (200.0, -89.9999), (83.0, 22.0), (263.0, -22.0)]
    for a in places:
        for b in places:
            ours = separation_arcsec(*a, *b)
            theirs = angular_separation(*(x / 57.29577951308232 for x in (*a, *b))) * 206264.80624709636
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-7)
