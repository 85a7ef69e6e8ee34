"""Columns are found by their names, and angles in every usual spelling."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.coordinates import Angle
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch import csvfile, positions
from tom_alerce_like.plugins.hosts.sources import spellings


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        ("name,ra,dec", (1, 2)),
        ("RA_deg,DEC_deg,z", (0, 1)),
        ("oid,meanra,meandec", (1, 2)),
        ("RAJ2000,DEJ2000,e_RAJ2000", (0, 1)),
        ("RA_ICRS,DE_ICRS", (0, 1)),
        ("#ra,decl", (0, 1)),
        ("host_ra,host_dec,ra,dec", (2, 3)),
        ("ALPHA_J2000,DELTA_J2000", (0, 1)),
        ("Right ascension,Declination", (0, 1)),
        ("dec,ra", (1, 0)),
        ("rate,decay", None),
        ("ra,delta", None),
        ("glon,glat", None),
        ("Source,RA_ICRS,DE_ICRS,pmRA,pmDE", (1, 2)),
        ("RAJ2000,DEJ2000,pmRA,pmDE", (0, 1)),
        ("pmRA,pmDE", None),
        ("id,target_ra,target_dec,ra_err,dec_err", (1, 2)),
        ("ra_err,dec_err,e_RAJ2000,e_DEJ2000,sigmara,sigmadec", None),
        ("oid,meanra,meandec,gRA,gDec", (1, 2)),
        ("gRA,gDec,meanra,meandec", (2, 3)),
        ("ra_rad,dec_rad,s_ra,s_dec", (2, 3)),
        ("raB1950,decB1950", None),
        ("_RAJ2000,_DEJ2000,RAErr,DEErr", (0, 1)),
    ],
)
def test_columns_are_guessed(header, pair):
    assert spellings.positions(header.split(",")) == ([pair] if pair else [])


def test_several_pairs_are_left_to_the_user():
    header = ["host_ra", "host_dec", "x", "sn_ra", "sn_dec"]
    assert spellings.positions(header) == [(0, 1), (3, 4)]
    with pytest.raises(
        InputError, match="several columns may be the position: host_ra and host_dec or sn_ra and sn_dec"
    ):
        spellings.position(header)
    with pytest.raises(InputError, match=r"no columns look like.*: glon, glat"):
        spellings.position(["glon", "glat"])


def test_columns_are_named():
    assert positions.column(["Ra", "RA", "dec"], "RA") == 1 and positions.column(["Ra", "x"], "ra") == 0
    with pytest.raises(InputError, match=r"'z'.*Ra, x"):
        positions.column(["Ra", "x"], "z")


@settings(max_examples=40)
@given(st.floats(0, 359.99), st.floats(-89.99, 89.99), st.sampled_from([":", " ", "hms", "dms"]))
def test_sexagesimal_angles_are_those_of_astropy(ra, dec, kind):
    sep = kind if kind in ": " else "fromunit"
    unit = "deg" if kind == "dms" else "hourangle"
    ra_text = Angle(ra, "deg").to_string(unit=unit, sep=sep, precision=6)
    dec_text = Angle(dec, "deg").to_string(unit="deg", sep=sep, precision=6, alwayssign=True)
    made = positions.degrees(np.array([ra_text], object), 15.0), positions.degrees(np.array([dec_text], object), 1.0)
    assert np.allclose(np.ravel(made), [ra, dec], rtol=0, atol=1e-8)


def test_signs_of_a_declination_near_zero():
    texts = np.array(["-00:00:36", "+0 0 36", "\N{MINUS SIGN}0.01", "00d00m36s"], object)
    assert np.allclose(positions.degrees(texts, 1.0), [-0.01, 0.01, -0.01, 0.01])


def test_bad_rows_are_told_with_their_lines():
    rows = ["good,10,20", "wrapped,-10,20", "north,10,95", "word,abc,1", "empty,,", "far,400,1", "a,b,1,1"]
    rows += ["minutes,10:61:00,1", "infinite,inf,0", "nan,nan,nan", "end,360,-90"]
    content = "\n".join(["name,ra,dec", *rows])
    table = csvfile.read(lambda: io.BytesIO(content.encode()))
    read = positions.read(table, 1, 2, max_problems=5)
    assert read.n_bad == 8 and len(read.ra_deg) == 11
    assert read.problems == [
        "line 4: Dec 95 is beyond 90",
        "line 5: RA 'abc' is no angle",
        "line 6: no position",
        "line 7: RA 400 is not within 0 to 360",
        "line 8: 4 cells for 3 columns",
    ]
    known = np.isfinite(read.ra_deg)
    assert read.ra_deg[known].tolist() == [10, 350, 0] and read.dec_deg[known].tolist() == [20, 20, -90]
    assert np.array_equal(known, np.isfinite(read.dec_deg))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5))
def test_no_text_breaks_the_reading(pairs):
    texts = np.array([ra for ra, _ in pairs], object)
    assert positions.degrees(texts, 15.0).shape == (len(pairs),)
