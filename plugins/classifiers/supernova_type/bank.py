"""Fluxes that spectral templates have in each band, on a grid of redshift, colour and phase."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SPECTRA = Path(__file__).parent / "weights" / "spectra.npz"
CLASSES = ("SNIa", "SNII", "SNIbc", "SLSN")
#: Rest-frame days from the maximum in B, and rest-frame wavelengths in Angstrom.
STEP_DAYS = 3.0
PHASES_DAYS = np.arange(-21.0, 109.0, STEP_DAYS)
WAVELENGTHS = np.exp(np.arange(np.log(1000.0), np.log(11200.0), 0.02))
#: Observed wavelengths of the filters' transmissions, and the filters in the order of u g r i z y.
OBSERVED = np.arange(3000.0, 11200.0, 20.0)
FILTERS = ("lsstu", "lsstg", "lsstr", "lssti", "lsstz", "lssty", "ztfg", "ztfr", "ztfi")
#: Bands of a survey: ZTF has g, r, i of its own.
OF_SURVEY = {"LSST": (0, 1, 2, 3, 4, 5), "ZTF": (0, 6, 7, 8, 4, 5)}
#: Redshifts, closer together where they are small.
REDSHIFTS = 0.06 * np.expm1(np.arange(0.16, 3.72, 0.06))
#: Colours of SN Ia, extinctions A_V of the hosts of core-collapse supernovae, with their weights a priori.
COLOURS = ((-0.18, 0.12), (-0.09, 0.3), (0.0, 0.3), (0.1, 0.18), (0.22, 0.08), (0.4, 0.02))
EXTINCTIONS = ((0.0, 0.5), (0.5, 0.33), (1.3, 0.17))
STRETCH_WEIGHTS = {-2.5: 0.08, -1.25: 0.25, 0.0: 0.37, 1.25: 0.3}
#: Absolute magnitudes in B at maximum, before dust, and their scatter. Richardson et al. 2014,
#: doi:10.1088/0004-6256/147/5/118; of SN Ia the relation of Tripp 1998 is in `_members`.
ABSOLUTE = {"SNIa": (-19.25, 0.15), "SNII": (-17.1, 1.1), "SNIbc": (-17.6, 0.9), "SLSN": (-21.7, 0.7)}
ALPHA, BETA = 0.14, 3.1


@dataclass(frozen=True)
class Bank:
    """Fluxes in nJy for the absolute magnitude a priori, shape (redshifts, bands * phases, members).

    One member is a template with a colour: ``kind`` is the number of its class, ``log_weight`` its weight a priori
    within the class, ``absolute`` its absolute magnitude in B, ``colour`` and ``stretch`` its own (stretch NaN but for
    SN Ia).
    """

    flux_njy: Floats
    square_njy2: Floats
    kind: NDArray[np.int64]
    log_weight: Floats
    absolute: Floats
    scatter: Floats
    colour: Floats
    stretch: Floats


def distance_modulus(redshift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distance moduli in a flat universe with H0 = 70 km/s/Mpc and a matter density of 0.3."""
    grid = np.linspace(0, 5, 2001)
    inverse = 1 / np.sqrt(0.3 * (1 + grid) ** 3 + 0.7)
    comoving = np.concatenate([[0], np.cumsum((inverse[1:] + inverse[:-1]) / 2) * grid[1]]) * 299792.458 / 70
    return 5 * np.log10(np.maximum(np.interp(redshift, grid, comoving) * (1 + redshift), 1e-3)) + 25


@cache
def load(survey: str) -> Bank:
    """Return the bank for the filters of a survey, made once per process (about 0.2 s)."""
    with np.load(SPECTRA, allow_pickle=False) as stored:
        kept = {name: stored[name] for name in stored.files}
    members = _members(kept)
    spectra = np.stack([member[0] for member in members])
    response = _responses(kept["filters"].astype(float)[list(OF_SURVEY[survey])])
    flux = np.einsum("zbl,kpl->zbpk", response, spectra, optimize=True)
    absolute = np.array([member[2] for member in members])
    apparent = absolute[None] + distance_modulus(REDSHIFTS)[:, None]
    flux *= 10 ** (-0.4 * (apparent - 31.4))[:, None, None, :]
    rest = np.array([[member[index] for member in members] for index in (1, 3, 4, 5, 6)])
    kind, scatter, log_weight, colour, stretch = rest
    # tiny fluxes would be slow numbers without being any light
    flat = np.where(flux > 1e-3, flux, 0).reshape(len(REDSHIFTS), -1, len(members)).astype(np.float32)
    floats = (np.asarray(x, np.float32) for x in (log_weight, absolute, scatter, colour, stretch))
    return Bank(flat, flat**2, kind.astype(np.int64), *floats)


def _responses(filters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what turns rest-frame spectra (f_lambda, 1 at 4,400 Angstrom) into mean f_nu of bands, shape (z, b, l)."""
    made = np.zeros((len(REDSHIFTS), len(filters), len(WAVELENGTHS)))
    for number, redshift in enumerate(REDSHIFTS):
        seen = WAVELENGTHS * (1 + redshift)
        through = np.stack([np.interp(seen, OBSERVED, one, left=0, right=0) for one in filters])
        share = through / np.maximum(through.sum(axis=1, keepdims=True), 1e-9)
        made[number] = share * (WAVELENGTHS / 4400) ** 2 * (1 + redshift)
    return made


def _members(
    kept: dict[str, NDArray[np.generic]],
) -> list[tuple[NDArray[np.float64], float, float, float, float, float, float]]:
    """Return spectra, number of the class, absolute magnitude, scatter, log weight, colour and stretch of members."""
    made = []
    names = [str(name) for name in kept["names"]]
    counts = {kind: sum(name.startswith(kind + " ") for name in names) for kind in CLASSES}
    for name, body in zip(names, kept["surfaces"].astype(float), strict=True):
        kind = name.split()[0]
        absolute, scatter = ABSOLUTE[kind]
        if kind == "SNIa":
            stretch = float(name.split()[1])
            for colour, weight in COLOURS:
                seen = body * 10 ** (-0.4 * colour * kept["colour_law"].astype(float))
                bright = absolute - ALPHA * stretch + BETA * colour
                weighted = np.log(weight * STRETCH_WEIGHTS[stretch])
                made.append((seen, 0.0, bright, scatter, weighted, colour, stretch))
        else:
            dusts = EXTINCTIONS if kind != "SLSN" else EXTINCTIONS[:1]
            total = sum(weight for _, weight in dusts)
            for dust, weight in dusts:
                seen = body * 10 ** (-0.4 * dust * kept["extinction"].astype(float))
                weighted = np.log(weight / total / counts[kind])
                made.append((seen, float(CLASSES.index(kind)), absolute, scatter, weighted, dust, np.nan))
    return made
