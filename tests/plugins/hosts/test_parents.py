"""What is part of what."""

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.plugins.hosts.parents import wholes

NAN = np.nan


def candidates(*rows: dict) -> pd.DataFrame:
    """A galaxy and what lies in it: all at one place, the first being the parent of the others."""
    usual = {"row": 0, "in_catalogue": True, "p_star": 0.0, "a_arcsec": 1.0, "redshift": NAN, "redshift_err": NAN}
    usual |= {"redshift_kind": "", "redshift_pull": NAN, "north_arcsec": 0.0, "parent_mag": 4.0, "parent_size": 2.0}
    usual |= {"parent": 0, "parent_dlr": 0.5}
    table = pd.DataFrame([usual | {"east_arcsec": 10.0 * at} | row for at, row in enumerate(rows)])
    table.loc[0, ["parent", "parent_dlr"]] = [-1, 6.0]
    return table


def z(value: float, err: float = NAN, kind: str = "spec", **others) -> dict:
    return {"redshift": value, "redshift_err": err, "redshift_kind": kind, **others}


LIKELY = np.array([0.3, 0.4])


@pytest.mark.parametrize(
    ("galaxy", "knot", "probability", "is_part"),
    [
        ({}, {}, LIKELY, True),
        (z(0.02), {}, LIKELY, True),
        (z(0.02), z(0.021), LIKELY, True),
        (z(0.02), z(0.3), LIKELY, False),
        (z(0.02), z(0.3, 0.03, "photo"), LIKELY, False),
        (z(0.02, 0.01, "photo"), z(0.3, 0.03, "photo"), LIKELY[::-1], False),
        (z(0.02), z(0.1, 0.04, "photo"), LIKELY[::-1], True),
        (z(0.02), z(0.12, 0.04, "photo"), LIKELY[::-1], True),
        (z(0.02), z(0.12, 0.04, "photo"), LIKELY, False),
        (z(0.02, redshift_pull=8.0), z(0.1, 0.04, "photo", redshift_pull=0.5), LIKELY, False),
        (z(0.02, redshift_pull=0.1), z(0.1, 0.04, "photo", redshift_pull=2.0), LIKELY[::-1], True),
    ],
)
def test_a_part_has_no_redshift_of_its_own(galaxy, knot, probability, is_part):
    assert wholes(candidates(galaxy, knot), probability).tolist() == [0, 0 if is_part else 1]


@pytest.mark.parametrize(("other", "are_one"), [(0.1, True), (0.5, False), (NAN, True)])
def test_two_redshifts_next_to_each_other_are_two_galaxies(other, are_one):
    table = candidates(z(0.1), z(other, east_arcsec=0.6, parent=-1))
    assert (len(set(wholes(table, LIKELY))) == 1) is are_one


def test_no_redshift_is_handed_on_by_one_without():
    # a knot within a blend without a redshift within a galaxy
    table = candidates(z(0.02), {}, z(0.3, parent=1))
    assert wholes(table, np.array([0.5, 0.2, 0.1])).tolist() == [0, 0, 2]
