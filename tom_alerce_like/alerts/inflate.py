"""Gzipped cutouts, inflated: by libdeflate in half the time that zlib takes; what that refuses, zlib judges."""

from __future__ import annotations

import struct
import zlib

import deflate

from tom_alerce_like.exceptions import AlertFormatError

GZIP_MAGIC = b"\x1f\x8b"
_WINDOW = 31
_SIZE = struct.Struct("<I")


def inflated(data: bytes | memoryview, max_bytes: int) -> bytes | bytearray:
    """Return what the first gzip member in ``data`` holds.

    Raises `AlertFormatError` when it is no gzip, does not end, or holds more than ``max_bytes``.
    """
    # the last four bytes tell how much it is, unless something follows the member, or they lie
    size = _SIZE.unpack_from(data, len(data) - _SIZE.size)[0] if len(data) > _SIZE.size else 0
    if not 0 < size <= max_bytes:
        return _by_zlib(data, max_bytes)
    try:
        return deflate.gzip_decompress(data, size)
    except (deflate.DeflateError, ValueError):
        return _by_zlib(data, max_bytes)


def _by_zlib(data: bytes | memoryview, max_bytes: int) -> bytes:
    inflater = zlib.decompressobj(_WINDOW)
    try:
        raw = inflater.decompress(data, max_bytes)
    except zlib.error as error:
        raise AlertFormatError(f"a cutout is not gzip: {error}") from error
    if inflater.unconsumed_tail:
        raise AlertFormatError(f"a cutout inflates to more than {max_bytes} bytes")
    if not inflater.eof:
        raise AlertFormatError("a cutout is truncated: its gzip stream does not end")
    return raw
