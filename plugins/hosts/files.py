"""Fields in an npz file, read a few at a time: images need not fit in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.hosts.fields import Fields


class FieldsFile:
    """An npz file of places: ``ra_deg`` and ``dec_deg`` (n,); optional ``images`` (n, size, size), or (size, size) of
    one place, ``z`` and ``id``.

    Raises `InputError` when it cannot be read or lacks places.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            with np.load(self.path, allow_pickle=False) as file:
                small = {name: file[name] for name in file.files if name != "images"}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise InputError(f"{self.path} cannot be read: {error}") from error
        if "ra_deg" not in small or "dec_deg" not in small:
            raise InputError(f"{self.path} has no ra_deg and dec_deg")
        self.ra_deg, self.dec_deg = (np.atleast_1d(small[name]).astype(float) for name in ("ra_deg", "dec_deg"))
        self.redshift = np.atleast_1d(small.get("z", np.full(len(self.ra_deg), np.nan))).astype(float)
        self.id = np.atleast_1d(small.get("id", np.arange(len(self.ra_deg))))
        if not len(self.ra_deg) == len(self.dec_deg) == len(self.redshift) == len(self.id):
            raise InputError(f"{self.path}: its arrays have different lengths")

    def parts(self, at_once: int) -> Iterator[tuple[slice, Fields | None]]:
        """Give (rows, fields) in order, so many at a time; no fields where the file has no images."""
        images = self._images(at_once)
        for start in range(0, len(self.ra_deg), at_once):
            rows = slice(start, min(start + at_once, len(self.ra_deg)))
            pixels = next(images, None)
            yield (
                rows,
                None if pixels is None else Fields(pixels, self.ra_deg[rows], self.dec_deg[rows], self.redshift[rows]),
            )

    def _images(self, at_once: int) -> Iterator[NDArray[np.float32]]:
        with zipfile.ZipFile(self.path) as archive:
            if "images.npy" not in archive.namelist():
                return
            with archive.open("images.npy") as file:
                shape, dtype = self._header(file)
                for start in range(0, shape[0], at_once):
                    part = np.empty((min(at_once, shape[0] - start), *shape[1:]), np.float32)
                    for image in part:
                        raw = file.read(image.size * dtype.itemsize)
                        if len(raw) < image.size * dtype.itemsize:
                            raise InputError(f"{self.path}: its images end too early")
                        image[:] = np.frombuffer(raw, dtype).reshape(image.shape)
                    yield part

    def _header(self, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
        version = npy.read_magic(file)
        shape, fortran, dtype = (npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0)(file)
        # one place may have its image alone
        shape = (1, *shape) if len(shape) == 2 and len(self.ra_deg) == 1 else shape
        problem = _problem(shape, fortran, dtype, len(self.ra_deg))
        if problem:
            raise InputError(f"{self.path}: {problem}")
        return shape, dtype


def _problem(shape: tuple[int, ...], fortran: bool, dtype: np.dtype[Any], n: int) -> str:
    """Return what is wrong with an array of images, or nothing."""
    if dtype.kind not in "fiu":
        return f"images must be real numbers, not {dtype}"
    if len(shape) != 3 or shape[0] != n:
        return f"images must be one image a place, ({n}, size, size), not {shape}"
    if shape[1] != shape[2]:
        return f"images must be squares with the transient at the centre, not {shape[1]} x {shape[2]}"
    if fortran:
        return "images must be in C order: save np.ascontiguousarray(images)"
    return ""
