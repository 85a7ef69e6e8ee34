"""The search tree finds what a look at all pairs finds, wherever on the sky."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord, search_around_sky
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.plugins.hosts.sources.index import SkyIndex
from tom_alerce_like.sky import separation_arcsec


def crowded(rng: np.random.Generator, n: int, around: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Places within half a degree or so of one, which may be a pole."""
    ra, dec = around
    moved = dec - np.copysign(np.abs(rng.normal(0, 0.3, n)), dec)
    return (ra + rng.uniform(-1, 1, n) * np.where(np.abs(moved) > 89, 180, 0.5)) % 360, moved


@pytest.mark.parametrize("around", [(0.0, 0.0), (0.0, 90.0), (180.0, -90.0), (200.0, 60.0)])
@pytest.mark.parametrize("radius_arcsec", [1.0, 200.0])
def test_pairs_are_those_of_astropy(around, radius_arcsec):
    rng = np.random.default_rng(5)
    ra, dec = crowded(rng, 3000, around)
    at_ra, at_dec = crowded(rng, 1500, around)
    at_ra[:300], at_dec[:300] = ra[:300], np.clip(dec[:300] + rng.normal(0, 1e-4, 300), -90, 90)
    place, source, apart = SkyIndex(ra, dec).pairs(at_ra, at_dec, radius_arcsec)
    mine, theirs, expected, _ = search_around_sky(
        SkyCoord(at_ra, at_dec, unit="deg"), SkyCoord(ra, dec, unit="deg"), radius_arcsec * u.arcsec
    )
    assert set(zip(place, source, strict=True)) == set(zip(mine, theirs, strict=True))
    assert len(place) == len(mine) > 100
    order = np.lexsort((source, place))
    np.testing.assert_allclose(apart[order], expected.arcsec[np.lexsort((theirs, mine))], atol=1e-6)


def test_pairs_come_by_place_the_nearest_first():
    rng = np.random.default_rng(6)
    place, _, apart = SkyIndex(*crowded(rng, 3000, (10, 10))).pairs(*crowded(rng, 50, (10, 10)), 600.0)
    assert (np.diff(place) >= 0).all()
    assert (np.diff(apart)[np.diff(place) == 0] >= 0).all()


def test_without_a_place_nothing_is_found():
    index = SkyIndex([np.nan, 10.0, 10.0], [20.0, 20.0, np.inf])
    place, source, apart = index.pairs([10.0, np.nan, 10.0], [np.nan, 20.0, 20.0], 5.0)
    assert (place.tolist(), source.tolist(), apart.tolist()) == ([2], [1], [0.0])
    assert all(len(part) == 0 for part in SkyIndex([], []).pairs([1.0], [1.0], 5.0))
    assert all(len(part) == 0 for part in index.pairs([], [], 5.0))


def test_copies_of_a_source_are_all_found():
    assert len(SkyIndex(np.full(1000, 3.0), np.full(1000, 4.0)).pairs([3.0], [4.0], 0.0)[0]) == 1000


@given(
    ra=st.floats(0, 360, exclude_max=True), dec=st.floats(-90, 90), turn=st.floats(0, 360), apart=st.floats(0.01, 3600)
)
def test_the_radius_is_inclusive_and_sharp(ra, dec, turn, apart):
    other = SkyCoord(ra, dec, unit="deg").directional_offset_by(turn * u.deg, apart * u.arcsec)
    radius = float(separation_arcsec(ra, dec, other.ra.deg, other.dec.deg))
    index = SkyIndex([ra], [dec])
    assert len(index.pairs([other.ra.deg], [other.dec.deg], radius)[0]) == 1
    assert len(index.pairs([other.ra.deg], [other.dec.deg], radius + 1e-6)[0]) == 1
    assert len(index.pairs([other.ra.deg], [other.dec.deg], radius - 1e-6)[0]) == 0
