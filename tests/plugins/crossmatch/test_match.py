"""Pairs on the sphere are those that astropy finds, whatever the place."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord, search_around_sky
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.plugins.crossmatch.match import crossmatch
from tom_alerce_like.plugins.crossmatch.matches import Matches
from tom_alerce_like.plugins.hosts.sources.index import SkyIndex
from tom_alerce_like.sky import separation_arcsec

ARCSEC = 1 / 3600
#: Places in a field of some arcsec about RA 0, a pole, or anywhere.
offsets = st.floats(-20, 20).map(lambda arcsec: arcsec * ARCSEC)
lists = st.lists(st.tuples(offsets, offsets), max_size=12)
centres = st.sampled_from([(0.0, 0.0), (359.9999, 50.0), (123.4, 90.0), (10.0, -90.0), (180.0, -89.999), (45.0, 30.0)])


def places(centre: tuple[float, float], moved: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Return positions that are moved from a centre as on a map: at a pole they lie on all sides of it."""
    lon, lat = np.radians(centre)
    east = np.array([-np.sin(lon), np.cos(lon), 0])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    x, y = np.radians(np.array(moved).reshape(-1, 2)).T[:, :, None]
    there = up + x * east + y * np.cross(up, east)
    ra = np.degrees(np.arctan2(there[:, 1], there[:, 0])) % 360
    return ra, np.degrees(np.arctan2(there[:, 2], np.hypot(there[:, 0], there[:, 1])))


def by_astropy(places: SkyCoord, sources: SkyCoord, radius_arcsec: float) -> set[tuple[int, int]]:
    if not len(places) or not len(sources):
        return set()
    found = search_around_sky(places, sources, radius_arcsec * u.arcsec)
    return set(zip(found[0].tolist(), found[1].tolist(), strict=True))


@given(centres, lists, lists, st.floats(0.01, 30))
def test_pairs_are_those_of_astropy(centre, some, others, radius_arcsec):
    mine, theirs = places(centre, some), places(centre, others)
    pairs = crossmatch(*mine, SkyIndex(*theirs), radius_arcsec)
    found = set(zip(pairs["row"].tolist(), pairs["catalogue_row"].tolist(), strict=True))
    wanted = by_astropy(*(SkyCoord(*one, unit="deg") for one in (mine, theirs)), radius_arcsec)
    # at the radius itself rounding decides
    edge = [separation_arcsec(mine[0][a], mine[1][a], theirs[0][b], theirs[1][b]) for a, b in found ^ wanted]
    assert np.allclose(edge, radius_arcsec, atol=1e-7)


@given(centres, lists, lists, st.floats(0.01, 30))
def test_the_nearest_is_the_first_of_all(centre, some, others, radius_arcsec):
    mine, theirs = places(centre, some), places(centre, others)
    pairs = crossmatch(*mine, SkyIndex(*theirs), radius_arcsec)
    nearest = crossmatch(*mine, SkyIndex(*theirs), radius_arcsec, nearest_only=True)
    pd.testing.assert_frame_equal(nearest, pairs.drop_duplicates("row").reset_index(drop=True))
    assert pairs.equals(pairs.sort_values(["row", "separation_arcsec", "catalogue_row"], ignore_index=True))
    apart = separation_arcsec(
        *(axis[pairs["row"]] for axis in mine), *(axis[pairs["catalogue_row"]] for axis in theirs)
    )
    assert np.allclose(pairs["separation_arcsec"], apart, rtol=0, atol=1e-7)


def test_a_place_that_is_none_has_no_pairs():
    index = SkyIndex([10.0, np.nan], [20.0, 20.0])
    pairs = crossmatch([np.nan, 10.0], [20.0, 20.0], index, 1.0)
    assert pairs[["row", "catalogue_row"]].to_numpy().tolist() == [[1, 0]]
    assert crossmatch([], [], index, 1.0).empty


@pytest.mark.data
def test_pairs_with_a_large_catalogue_are_those_of_astropy(data):
    galaxies = pd.read_parquet(data / "catalogues" / "glade_plus_bright.parquet", columns=["ra_deg", "dec_deg"])
    random = np.random.default_rng(5)
    ra, dec = random.uniform(0, 360, 3000), np.degrees(np.arcsin(random.uniform(-1, 1, 3000)))
    near = galaxies.sample(3000, random_state=5)
    ra = np.append(ra, near["ra_deg"] + random.normal(0, 3, 3000) * ARCSEC) % 360
    dec = np.append(dec, np.clip(near["dec_deg"] + random.normal(0, 3, 3000) * ARCSEC, -90, 90))
    pairs = crossmatch(ra, dec, SkyIndex(galaxies["ra_deg"], galaxies["dec_deg"]), 20.0)
    sky = SkyCoord(galaxies["ra_deg"].to_numpy(), galaxies["dec_deg"].to_numpy(), unit="deg")
    wanted = by_astropy(SkyCoord(ra, dec, unit="deg"), sky, 20.0)
    assert len(wanted) > 3000
    assert set(zip(pairs["row"].tolist(), pairs["catalogue_row"].tolist(), strict=True)) == wanted


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 9), cells, cells), max_size=8))
def test_matches_are_unpacked_as_they_were_packed(lines):
    table = pd.DataFrame([line[2:] for line in lines], columns=["name", "1 row"], dtype="str")
    row = np.array([line[0] for line in lines], dtype=np.int64)
    made = Matches.ordered(row, np.array([line[1] for line in lines], dtype=float), table)
    again = Matches.unpacked(made.packed())
    assert again.row.tolist() == made.row.tolist() == sorted(row.tolist())
    assert again.separation_arcsec.tolist() == made.separation_arcsec.tolist()
    assert again.table.to_numpy().tolist() == made.table.to_numpy().tolist()
    assert [*again.table.columns] == ["name", "1 row"]
