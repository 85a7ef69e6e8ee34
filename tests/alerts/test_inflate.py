"""Gzip as zlib inflates it, whatever libdeflate says of damaged or unusual streams."""

import gzip
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.alerts.inflate import inflated
from tom_alerce_like.exceptions import AlertFormatError

MAX_BYTES = 100_000
RAW = bytes(range(256)) * 20
GOOD = gzip.compress(RAW, mtime=0)


def of_zlib(data):
    """Return the first member, or None where it is damaged or too large."""
    inflater = zlib.decompressobj(31)
    try:
        raw = inflater.decompress(data, MAX_BYTES)
    except zlib.error:
        return None
    return raw if inflater.eof else None


def ours(data):
    try:
        return bytes(inflated(data, MAX_BYTES))
    except AlertFormatError:
        return None


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        memoryview(GOOD),
        gzip.compress(b""),
        gzip.compress(bytes(MAX_BYTES)),
        GOOD + GOOD,
        GOOD + gzip.compress(b"short"),
        gzip.compress(b"short") + GOOD,
        GOOD + bytes(8),
        GOOD + b"\xff" * 8,
        GOOD[:-4] + struct.pack("<I", 7),
    ],
    ids=[
        "good",
        "view",
        "empty",
        "largest",
        "twice",
        "short second",
        "short first",
        "zeros after",
        "noise after",
        "wrong length",
    ],
)
def test_the_first_member_is_inflated_or_refused_as_by_zlib(data):
    assert ours(data) == of_zlib(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "does not end"),
        (b"\x1f\x8b", "does not end"),
        (b"no gzip at all", "not gzip"),
        (GOOD[:-20], "does not end"),
        (GOOD[:-8] + bytes(4) + GOOD[-4:], "not gzip"),
        (gzip.compress(bytes(MAX_BYTES + 1)), "more than 100000 bytes"),
    ],
)
def test_what_is_wrong_is_said(data, reason):
    with pytest.raises(AlertFormatError, match=reason):
        inflated(data, MAX_BYTES)


@given(st.binary(max_size=12), st.integers(0, len(GOOD)), st.integers(0, 12))
def test_damaged_streams_are_judged_as_by_zlib(noise, place, gap):
    damaged = GOOD[:place] + noise + GOOD[place + gap :]
    assert ours(damaged) == of_zlib(damaged)
