"""Cutouts of alerts: FITS bytes to arrays, and arrays to PNG for pages.

Only what cutouts are made of is read (images, gzipped or not; FITS standard 4.0, sections 3, 4.4 and 5), which is many
times faster than a general FITS library.
"""

from __future__ import annotations

import io
import math
import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tom_alerce_like.alerts.inflate import GZIP_MAGIC, inflated
from tom_alerce_like.exceptions import AlertFormatError

Pixels = NDArray[np.float32]

#: A cutout that inflates to more is an attack, not a cutout.
MAX_BYTES = 16 * 2**20
#: How much the stretch lifts faint pixels: 1 is nearly linear.
SOFTENING = 5.0

_BLOCK = 2880
_CARD = 80
_TYPES = {"8": "u1", "16": "i2", "32": "i4", "64": "i8", "-32": "f4", "-64": "f8"}
_DTYPES = {bitpix: np.dtype(name).newbyteorder(">") for bitpix, name in _TYPES.items()}
_SCALING = (("BSCALE", "1"), ("BZERO", "0"))
_UNSCALED = (1.0, 0.0)
_N_SEEN = 8
_KEYWORD = re.compile(rb"(BITPIX|NAXIS\d*|PCOUNT|GCOUNT|BSCALE|BZERO) *= *([-+.\dED]+)")
_STARTS = (b"SIMPLE  =", b"XTENSION=")
_END = b"END".ljust(_CARD)


class _Unit(NamedTuple):
    """What the header of a header-data unit says; ``shape`` has the slowest axis first, lengths are in bytes."""

    shape: tuple[int, ...]
    is_image: bool
    bitpix: str
    scaling: tuple[float, float]
    header_length: int
    length: int


def decode(data: bytes | memoryview, number: int = 0) -> Pixels:
    """Return the first image in FITS bytes, gzipped or not, as an array (ny, nx) of float32.

    ``number`` asks for a later one: LSST packets hold the uncertainty (1) and the PSF (2) after the cutout itself.
    Shape and NaN are kept as the survey made them. Raises `AlertFormatError` for bytes that are truncated, hold no
    such image or inflate to more than `MAX_BYTES`.
    """
    raw = inflated(data, MAX_BYTES) if bytes(data[:2]) == GZIP_MAGIC else bytes(data)
    try:
        return _image(raw, number)
    except (KeyError, ValueError, OverflowError) as error:
        raise AlertFormatError(f"a cutout is truncated or not FITS: {error}") from error


def _image(raw: bytes | bytearray, number: int) -> Pixels:
    start = 0
    while start < len(raw):
        unit = _unit_at(raw, start)
        if unit.is_image:
            if number == 0:
                return _pixels(raw, start + unit.header_length, unit)
            number -= 1
        start += unit.length
    raise ValueError("no such image in it")


class _Seen:
    """The last headers: all stamps of a survey without a WCS have the same one."""

    units: tuple[tuple[bytes, _Unit], ...] = ()


def _unit_at(raw: bytes | bytearray, start: int) -> _Unit:
    for header, unit in _Seen.units:
        if raw.startswith(header, start):
            return unit
    end = raw.find(_END, start)
    while end >= 0 and (end - start) % _CARD:
        end = raw.find(_END, end + 1)
    if end < 0 or not raw.startswith(_STARTS, start):
        raise ValueError("no header")
    header = bytes(raw[start : end + _CARD])
    unit = _unit(header)
    _Seen.units = ((header, unit), *_Seen.units[: _N_SEEN - 1])
    return unit


def _unit(header: bytes) -> _Unit:
    cards = {one[1].decode(): one[2].decode() for one in _KEYWORD.finditer(header) if one.start() % _CARD == 0}
    shape = tuple(int(cards[f"NAXIS{axis}"]) for axis in range(int(cards["NAXIS"]), 0, -1))
    if any(length < 0 for length in shape):
        raise ValueError("a negative axis")
    count = int(cards.get("GCOUNT", 1)) * (int(cards.get("PCOUNT", 0)) + math.prod(shape))
    size = max(abs(int(cards["BITPIX"])) // 8 * count, 0) if shape else 0
    scale, zero = (float(cards.get(key, default).replace("D", "E")) for key, default in _SCALING)
    start = _padded(len(header))
    is_image = len(shape) == 2 and all(shape)
    return _Unit(shape, is_image, cards["BITPIX"], (scale, zero), start, start + _padded(size))


def _padded(length: int) -> int:
    return -(-length // _BLOCK) * _BLOCK


def _pixels(raw: bytes | bytearray, start: int, unit: _Unit) -> Pixels:
    dtype = _DTYPES[unit.bitpix]
    ny, nx = unit.shape
    if start + dtype.itemsize * ny * nx > len(raw):
        raise ValueError("its pixels end too early")
    stored: NDArray[Any] = np.ndarray(unit.shape, dtype, raw, start)
    if unit.bitpix == "-32" and unit.scaling == _UNSCALED:
        return stored.astype(np.float32)
    scale, zero = unit.scaling
    with np.errstate(over="ignore", invalid="ignore"):
        return (stored if unit.scaling == _UNSCALED else stored * scale + zero).astype(np.float32)


def to_png(array: Pixels, size_px: int = 126, *, percentiles: tuple[float, float] = (1.0, 99.7)) -> bytes:
    """Return a grey PNG whose longer side is ``size_px``, first row at the bottom, asinh between two percentiles.

    Pixels without a value are transparent.
    """
    grey = _stretched(np.asarray(array, dtype=float), percentiles)
    alpha = np.where(np.isfinite(array), 255, 0)
    image = Image.fromarray(np.dstack([grey, alpha]).astype(np.uint8)[::-1])
    scale = size_px / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    png = io.BytesIO()
    image.resize(size, Image.Resampling.NEAREST).save(png, "PNG")
    return png.getvalue()


def _stretched(array: NDArray[np.float64], percentiles: tuple[float, float]) -> NDArray[np.float64]:
    finite = array[np.isfinite(array)]
    if not finite.size:
        return np.zeros(array.shape)
    low, high = np.percentile(finite, percentiles)
    scaled = (np.nan_to_num(array, nan=low, posinf=high, neginf=low) - low) / max(high - low, np.finfo(float).tiny)
    return 255 * np.arcsinh(SOFTENING * np.clip(scaled, 0, 1)) / np.arcsinh(SOFTENING)
