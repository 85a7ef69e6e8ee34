"""Runs the peers that are packages of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.host_peers.legacy import legacy_surveys
from tom_alerce_like.plugins.hosts.fields import Fields

Floats = NDArray[np.float64]

FOLDER = Path(os.environ.get("HOST_PEERS") or Path(sys.prefix) / "host_peers")
_TIMEOUT_S = 1800
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def delight(fields: Fields, folder: Path) -> Floats | None:
    """Return how far the host lies from the transient by DELIGHT (Förster et al. 2022): (n, 2) east, north, arcsec.

    NaN where it finds no source. ``folder`` is for files on the way. None where it is not installed.
    """
    if not _installed("delight"):
        return None
    np.save(folder / "images.npy", fields.images)
    np.save(folder / "places.npy", np.column_stack([fields.ra_deg, fields.dec_deg]))
    _run("delight", folder)
    return np.load(folder / "delight.npy")


def prost(fields: Fields, catalogue: pd.DataFrame, folder: Path, absmag: bool = False) -> Floats | None:
    """Return the hosts by Prost: (n, 2) right ascension and declination, degrees, NaN where it chooses none.

    It gets the catalogue in place of its query of the Legacy Surveys, with the same selection (no point sources, a
    redshift needed), and the priors of its documentation: of the offset, and with ``absmag`` of the luminosity too.
    ``folder`` is for files on the way. None where it is not installed.
    """
    if not _installed("prost"):
        return None
    np.save(folder / "places.npy", np.column_stack([fields.ra_deg, fields.dec_deg]))
    legacy_surveys(catalogue).to_csv(folder / "galaxies.csv", index=False)
    _run("prost", folder, *(["absmag"] if absmag else []))
    return np.load(folder / "prost.npy")


def _installed(peer: str) -> bool:
    there = (FOLDER / peer / "bin" / "python").exists()
    if not there:
        print(f"{peer} is not in {FOLDER / peer}: its figures come with make .venv/peers", flush=True)
    return there


def _run(peer: str, folder: Path, *extra: str) -> None:
    script = Path(__file__).parent / f"{peer}_script.py"
    environment = os.environ | dict.fromkeys(_ONE_THREAD, "1") | {"TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "Agg"}
    # without our own packages
    environment.pop("PYTHONPATH", None)
    command = [str(FOLDER / peer / "bin" / "python"), str(script), str(folder), *extra]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{peer} stopped with {done.returncode}: {done.stderr[-2000:]}")
