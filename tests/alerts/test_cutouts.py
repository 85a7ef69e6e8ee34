"""Cutouts: arrays as astropy reads them, PNG for pages, and bytes that are no cutout."""

import contextlib
import gzip
import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from tom_alerce_like.alerts import cutouts, files
from tom_alerce_like.exceptions import AlertFormatError

from .synthetic import fits_bytes


def of_astropy(data: bytes) -> np.ndarray:
    raw = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fits.open(io.BytesIO(raw)) as units:
            return np.array(units[0].data)


def stamps(folder):
    for batch in files.read(folder):
        for alert in batch.alerts["cutouts"]:
            yield from (data for data in (alert or {}).values() if data is not None)


@pytest.mark.parametrize(("folder", "n_stamps"), [("ztf_alerts", 3225), ("lsst_alerts", 735)])
def test_every_real_cutout_is_astropys_array_bit_for_bit(data, folder, n_stamps):
    seen = 0
    for stamp in stamps(data / folder):
        ours, theirs = cutouts.decode(stamp), of_astropy(stamp)
        assert ours.dtype == np.float32 and ours.shape == theirs.shape
        assert ours.tobytes() == theirs.astype(np.float32).tobytes()
        seen += 1
    assert seen == n_stamps


@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.int16, np.int32, np.int64, np.float32, np.float64, np.uint16]),
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.integers(0, 200),
    ),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_every_kind_of_fits_image_is_read(array, compress):
    np.testing.assert_array_equal(cutouts.decode(fits_bytes(array, compress=compress)), array)


def test_nan_infinity_and_odd_shapes_are_kept():
    array = np.array([[np.nan, np.inf, -np.inf], [0, -1.5, 1e30]], np.float32)
    assert cutouts.decode(fits_bytes(array)).tobytes() == array.tobytes()


def test_an_empty_primary_unit_is_passed_over():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(cutouts.decode(fits_bytes(None, array)), array)


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**20)
    return b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()


GOOD = fits_bytes(np.ones((30, 40), np.float32))
HEADER = GOOD[:2880]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"not an image at all",
        bytes(5760),
        GOOD[:1000],
        GOOD[:3000],
        gzip.compress(GOOD)[:-20],
        b"\x1f\x8b" + bytes(50),
        gzip_bomb(),
        fits_bytes(None),
        fits_bytes(np.ones(7, np.float32)),
        HEADER.replace(b"NAXIS1  =                   40", b"NAXIS1  =          99999999999"),
        HEADER.replace(b"NAXIS1  =                   40", b"NAXIS1  =                  -40"),
        HEADER.replace(b"NAXIS1  =                   40", b"NAXIS1  =                    0") + bytes(2880),
        HEADER.replace(b"BITPIX  =                  -32", b"BITPIX  =                  -31") + bytes(9000),
        HEADER.replace(b"NAXIS1  =", b"NAXISX  =") + bytes(9000),
    ],
)
def test_what_is_no_cutout_is_refused_with_a_reason(bad):
    with pytest.raises(AlertFormatError, match="cutout"):
        cutouts.decode(bad)


@given(st.binary(max_size=200), st.integers(0, len(GOOD) - 1))
@settings(max_examples=200, deadline=None)
def test_damaged_bytes_give_an_array_or_a_refusal_and_nothing_else(noise, place):
    with contextlib.suppress(AlertFormatError):
        assert cutouts.decode(GOOD[:place] + noise + GOOD[place + len(noise) :]).ndim == 2


def of_png(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        assert image.mode == "LA"
        return np.asarray(image)


def test_a_png_has_the_size_asked_for_and_keeps_the_aspect():
    assert of_png(cutouts.to_png(np.random.default_rng(1).normal(size=(21, 63)), 126)).shape == (42, 126, 2)


def test_the_first_row_is_at_the_bottom_and_a_brighter_pixel_is_lighter():
    shown = of_png(cutouts.to_png(np.array([[0.0, 1.0], [2.0, 3.0]]), 2))[..., 0]
    assert shown[1, 0] < shown[1, 1] < shown[0, 0] < shown[0, 1]


def test_a_pixel_without_a_value_is_transparent():
    shown = of_png(cutouts.to_png(np.array([[np.nan, 1.0], [2.0, np.inf]]), 2))
    assert shown[..., 1].tolist() == [[255, 0], [0, 255]]


@pytest.mark.parametrize("value", [np.nan, 0.0, -7.0, np.inf])
def test_a_cutout_of_one_value_is_still_a_picture(value):
    assert of_png(cutouts.to_png(np.full((5, 5), value), 10)).shape == (10, 10, 2)


def test_values_beyond_the_range_of_pixels_are_infinite():
    decoded = cutouts.decode(fits_bytes(np.array([[1e308, -1e308], [0.0, 1.0]])))
    np.testing.assert_array_equal(decoded, [[np.inf, -np.inf], [0, 1]])
    assert of_png(cutouts.to_png(decoded, 2)).shape == (2, 2, 2)


def test_a_length_that_lies_is_no_reason_to_take_memory():
    lie = struct.pack(">I", 2**31)
    with pytest.raises(AlertFormatError):
        cutouts.decode(gzip.compress(GOOD)[:-8] + lie + lie)
