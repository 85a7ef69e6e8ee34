"""Small packets of our own, for what the real ones do not show."""

from __future__ import annotations

import gzip
import io
from typing import Any

import fastavro
import numpy as np
from astropy.io import fits

JD = 2460000.5


def fits_bytes(*arrays: Any, compress: bool = False) -> bytes:
    out = io.BytesIO()
    units = [fits.PrimaryHDU(arrays[0]), *(fits.ImageHDU(array) for array in arrays[1:])]
    fits.HDUList(units).writeto(out)
    return gzip.compress(out.getvalue()) if compress else out.getvalue()


def ztf_packet(**candidate: Any) -> dict[str, Any]:
    stamp = {"fileName": "s.fits.gz", "stampData": fits_bytes(np.ones((3, 4), np.float32), compress=True)}
    return {
        "objectId": "ZTF99aaaaaaa",
        "candid": 2**60 + 1,
        "candidate": {
            "jd": JD,
            "fid": 2,
            "candid": 2**60 + 1,
            "ra": 150.0,
            "dec": -20.0,
            "magpsf": 18.0,
            "sigmapsf": 0.1,
            "isdiffpos": "t",
            "rb": 0.5,
            **candidate,
        },
        "prv_candidates": None,
        "cutoutScience": stamp,
        "cutoutTemplate": stamp,
        "cutoutDifference": None,
    }


def lsst_packet(**source: Any) -> dict[str, Any]:
    return {
        "diaSource": {
            "diaSourceId": 2**60 + 3,
            "diaObjectId": 2**60 + 5,
            "ssObjectId": 0,
            "midpointMjdTai": 61000.0,
            "ra": 10.0,
            "dec": -30.0,
            "band": "r",
            "psfFlux": 1000.0,
            "psfFluxErr": 100.0,
            **source,
        },
        "prvDiaSources": None,
        "prvDiaForcedSources": None,
        "diaObject": None,
    }


def container(packet: Any, codec: str = "null") -> bytes:
    """One record with one number and some bytes, as an Avro object container."""
    schema = {
        "type": "record",
        "name": "alert",
        "fields": [{"name": "objectId", "type": "string"}, {"name": "cutout", "type": "bytes"}],
    }
    out = io.BytesIO()
    fastavro.writer(out, schema, [packet], codec=codec)
    return out.getvalue()
