"""The laws of a galaxy catalogue for hosts.

Inherit from `CatalogueConformance` and give fixtures ``catalogue``, ``places`` (right ascensions and declinations in
degrees, with at least one galaxy within the catalogue's radius) and ``broken`` (one of the kind that cannot answer).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.plugins.hosts.catalogue import COLUMNS, NUMBERS, Catalogue
from tom_alerce_like.plugins.hosts.dlr import offset


class CatalogueConformance:
    """Every law of a catalogue, each a test."""

    @pytest.fixture
    def catalogue(self) -> Catalogue:
        raise NotImplementedError("give the catalogue in a fixture of this name")

    @pytest.fixture
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError("give places with galaxies in a fixture of this name")

    @pytest.fixture
    def broken(self) -> Catalogue:
        raise NotImplementedError("give a catalogue that cannot answer in a fixture of this name")

    @pytest.fixture
    def found(self, catalogue, places) -> pd.DataFrame:
        found = catalogue.cone(*places, catalogue.radius_arcsec)
        assert len(found)
        return found

    def test_it_says_what_it_is(self, catalogue):
        assert catalogue.name and catalogue.radius_arcsec > 0 and 0 < catalogue.completeness < 1
        assert 10 < catalogue.depth_mag < 30

    def test_columns_and_types(self, catalogue, found):
        assert tuple(found.columns) == COLUMNS
        assert all(found[name].dtype == float for name in NUMBERS)
        assert set(found["catalogue"]) == {catalogue.name}
        assert set(found["redshift_kind"]) <= {"spec", "photo", ""}
        assert (found["id"] != "").all() and (found["name"] != "").all()

    def test_a_galaxy_comes_once_for_a_place(self, found):
        assert not found.duplicated(["row", "id"]).any()

    def test_galaxies_lie_within_the_radius(self, catalogue, places, found):
        ra, dec = (axis[found["row"]] for axis in places)
        apart, _ = offset(ra, dec, found["ra_deg"], found["dec_deg"])
        assert (apart <= catalogue.radius_arcsec * (1 + 1e-9)).all()

    def test_shapes_are_ellipses(self, found):
        assert not (found["b_arcsec"] > found["a_arcsec"] * (1 + 1e-9)).any()
        assert not (found[["a_arcsec", "b_arcsec"]] <= 0).any(axis=None)

    def test_probabilities_and_redshifts_can_be(self, found):
        p_star = found["p_star"].dropna()
        assert ((p_star >= 0) & (p_star <= 1)).all()
        assert (found["redshift"].dropna() > -0.05).all() and (found["redshift_err"].dropna() > 0).all()
        assert found.loc[found["redshift"].isna(), "redshift_kind"].eq("").all()

    def test_one_that_cannot_answer_raises_our_own_error(self, broken):
        with pytest.raises(AlerceLikeError):
            broken.cone(np.array([10.0]), np.array([20.0]), broken.radius_arcsec)

    def test_many_places_give_what_single_places_give(self, catalogue, places, found):
        single = [
            catalogue.cone(ra, dec, catalogue.radius_arcsec).assign(row=row)
            for row, (ra, dec) in enumerate(zip(*(axis.reshape(-1, 1) for axis in places), strict=True))
        ]
        sorted_by = ["row", "id"]
        pd.testing.assert_frame_equal(
            found.sort_values(sorted_by, ignore_index=True),
            pd.concat(single).astype({"row": found["row"].dtype}).sort_values(sorted_by, ignore_index=True),
        )

    def test_no_places_and_unknown_places_give_nothing(self, catalogue, places):
        nothing = catalogue.cone(np.empty(0), np.empty(0), catalogue.radius_arcsec)
        assert nothing.empty and tuple(nothing.columns) == COLUMNS
        assert catalogue.cone(np.array([np.nan]), np.array([np.nan]), catalogue.radius_arcsec).empty
