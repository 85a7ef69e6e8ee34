"""Fluxes that spectral templates have in each band, on a grid of redshift, colour and phase."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.cosmology import distance_modulus_mag

Floats = NDArray[np.float32]
SPECTRA = Path(__file__).parent / "weights" / "spectra.npz"
LEARNED = SPECTRA.with_name("learned.npz")
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


def normal(body: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a spectrum (phase, wavelength) moved and scaled: its maximum in B is 1, at phase 0."""
    blue = body[:, (WAVELENGTHS > 3900) & (WAVELENGTHS < 4900)].mean(axis=1)
    peak = PHASES_DAYS[blue.argmax()]
    moved = [np.interp(PHASES_DAYS + peak, PHASES_DAYS, column, left=0.0) for column in body.T]
    return np.transpose(moved) / blue.max()


def stored(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a file."""
    with np.load(path, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def learned_objects() -> list[str]:
    """Return the objects of PLAsTiCC's training set that became templates."""
    return [str(name).split()[2] for name in stored(LEARNED)["names"]]


@cache
def load(survey: str, learned: bool = True) -> Bank:
    """Return the bank for the filters of a survey, made once per process (about 0.2 s)."""
    kept, members = stored(SPECTRA), all_members(learned)
    spectra = np.stack([member.spectrum for member in members])
    response = _responses(kept["filters"].astype(float)[list(OF_SURVEY[survey])])
    flux = np.einsum("zbl,kpl->zbpk", response, spectra, optimize=True)
    absolute = np.array([member.absolute for member in members])
    apparent = absolute[None] + distance_modulus_mag(REDSHIFTS)[:, None]
    flux *= 10 ** (-0.4 * (apparent - 31.4))[:, None, None, :]
    kind = np.array([member.kind for member in members])
    # tiny fluxes would be slow numbers without being any light
    flat = np.where(flux > 1e-3, flux, 0).reshape(len(REDSHIFTS), -1, len(members)).astype(np.float32)
    names = ("log_weight", "absolute", "scatter", "colour", "stretch")
    numbers = (np.array([getattr(member, name) for member in members], np.float32) for name in names)
    return Bank(flat, flat**2, kind, *numbers)


def _responses(filters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what turns rest-frame spectra (f_lambda, 1 at 4,400 Angstrom) into mean f_nu of bands, shape (z, b, l)."""
    made = np.zeros((len(REDSHIFTS), len(filters), len(WAVELENGTHS)))
    for number, redshift in enumerate(REDSHIFTS):
        seen = WAVELENGTHS * (1 + redshift)
        through = np.stack([np.interp(seen, OBSERVED, one, left=0, right=0) for one in filters])
        share = through / np.maximum(through.sum(axis=1, keepdims=True), 1e-9)
        made[number] = share * (WAVELENGTHS / 4400) ** 2 * (1 + redshift)
    return made


class Member(NamedTuple):
    """A spectrum of a template with a colour; see `Bank` for its numbers."""

    spectrum: NDArray[np.float64]
    kind: int
    absolute: float
    scatter: float
    log_weight: float
    colour: float
    stretch: float


def all_members(learned: bool) -> list[Member]:
    """Return the members of the bank by class, with or without the learned ones."""
    kept = stored(SPECTRA)
    names, bodies = list(kept["names"]), list(kept["surfaces"].astype(float))
    if learned:
        more = stored(LEARNED)
        names, bodies = names + list(more["names"]), bodies + list(more["surfaces"].astype(float))
    law, dust = kept["colour_law"].astype(float), kept["extinction"].astype(float)
    made = []
    for kind, (absolute, scatter) in ABSOLUTE.items():
        of_kind = [
            (name.split(), body) for name, body in zip(names, bodies, strict=True) if name.startswith(kind + " ")
        ]
        number = CLASSES.index(kind)
        for words, body in of_kind:
            if kind == "SNIa":
                stretch = float(words[1])
                for colour, weight in COLOURS:
                    seen = body * 10 ** (-0.4 * colour * law)
                    bright = absolute - ALPHA * stretch + BETA * colour
                    log_weight = np.log(weight * STRETCH_WEIGHTS[stretch])
                    made.append(Member(seen, number, bright, scatter, log_weight, colour, stretch))
            else:
                dusts = EXTINCTIONS if kind != "SLSN" and words[1] != "learned" else ((0.0, 1.0),)
                for extinction, weight in dusts:
                    seen = body * 10 ** (-0.4 * extinction * dust)
                    log_weight = np.log(weight / len(of_kind))
                    made.append(Member(seen, number, absolute, scatter, log_weight, extinction, np.nan))
    return made
