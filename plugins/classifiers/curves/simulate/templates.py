"""Supernovae from sncosmo's templates: their light in every band on a grid of redshifts and phases.

Ia: SALT3 (Kenworthy+2021, doi:10.3847/1538-4357/ac30d8) with drawn stretch and colour, Hsiao+2007 (doi:10.1086/518232).
Core collapse: Vincenzi+2019 (doi:10.1093/mnras/stz2448), corrected for the host's dust, and Sako+2011
(doi:10.1088/0004-637X/738/2/162). Needs the extra ``train``.
"""

from __future__ import annotations

import atexit
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import (
    Ints,
    Light,
    njy,
    reddened,
    redshifts,
)

#: Names of the templates of each type.
SOURCES = {
    "SNIa": ("salt3", "hsiao"),
    "SNII": (
        "v19-2013fs-corr",
        "v19-2009n-corr",
        "v19-2009kr-corr",
        "s11-2004hx",
        "s11-2005lc",
        "s11-2005gi",
        "s11-2006jl",
    ),
    "SNIIn": ("v19-2008fq-corr", "v19-2006aa-corr", "v19-2010al-corr", "v19-2009ip-corr"),
    "SNIbc": (
        *(
            "v19-2011ei-corr",
            "v19-2006t-corr",
            "v19-2005bf-corr",
            "v19-2004gv-corr",
            "v19-2007y-corr",
            "v19-2004fe-corr",
        ),
        *("v19-2013ge-corr", "v19-1998bw-corr", "v19-2006aj-corr", "v19-2009bb-corr", "v19-2012ap-corr"),
        *("s11-2005hl", "s11-2005hm", "s11-2006fo", "s11-2006jo"),
    ),
}
#: Absolute magnitude at maximum and its scatter: Richardson+2014, doi:10.1088/0004-6256/147/5/118.
PEAK_MAG = {"SNIa": (-19.2, 0.3), "SNII": (-16.8, 1.0), "SNIIn": (-18.5, 1.1), "SNIbc": (-17.6, 0.9)}
REDSHIFTS = {"ZTF": np.geomspace(0.005, 0.2, 9), "LSST": np.geomspace(0.01, 1.0, 14)}
PHASES = np.concatenate([np.arange(-25, 30, 1.0), np.arange(30, 130, 4.0)])
_BANDPASSES = {"ZTF": {1: "ztfg", 2: "ztfr", 3: "ztfi"}, "LSST": {b: f"lsst{name}" for b, name in enumerate("ugrizy")}}
#: Wavelengths are summed at this step, in Angstrom.
_STEP = 20.0
#: Folder of SALT3, and how often it is drawn.
_SALT = "salt3-f22"
SALT_DRAWS = 40


@contextmanager
def unpacked(data: Path) -> Iterator[Path]:
    """Give the folder's templates, unpacked. Raises `FileNotFoundError` where they are missing."""
    yield _unpacked(data / "simulation" / "sncosmo_data.tar.xz")


@cache
def _unpacked(packed: Path) -> Path:
    """Unpack once per process, for as long as it lives: sncosmo remembers the first folder that it was given."""
    with tarfile.open(packed) as archive:
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        archive.extractall(folder, filter="data")
    models = Path(folder) / "sncosmo_data" / "models" / "salt3"
    with tarfile.open(models / f"{_SALT}.tar.gz") as salt:
        salt.extractall(models, filter="data")
    return Path(folder) / "sncosmo_data"


@dataclass(frozen=True)
class Templates:
    """Fluxes of the templates ``names`` at absolute magnitude 0: (template, redshift, band, phase), in nJy."""

    survey: str
    names: tuple[str, ...]
    fluxes: Floats

    @classmethod
    def of(cls, folder: Path, survey: str, names: Sequence[str], rng: np.random.Generator) -> Templates:
        """Read templates from a folder in the layout of sncosmo's data."""
        variants = [one for name in names for one in [name] * (SALT_DRAWS if name == "salt3" else 1)]
        made = [_fluxes(folder, survey, name, rng) for name in variants]
        return cls(survey, tuple(variants), np.array(made))

    def light(self, template: Ints, z: Floats, peak_mag: Floats) -> Light:
        """Return the light of objects with these numbers of templates, redshifts and absolute magnitudes."""
        grid = REDSHIFTS[self.survey]
        place = np.interp(np.log(z), np.log(grid), np.arange(len(grid)))
        # fluxes between two redshifts of the grid are those at the nearest, at the distance of the object
        nearest = np.rint(place).astype(np.int64)
        scale = 10 ** (-0.4 * (peak_mag + distance_modulus_mag(z) - distance_modulus_mag(grid[nearest])))

        def flux(row: Ints, days: Floats, band: Ints) -> Floats:
            phase = days / (1 + z[row])
            at = np.interp(phase, PHASES, np.arange(len(PHASES)))
            low = np.minimum(at.astype(np.int64), len(PHASES) - 2)
            curves = self.fluxes[template[row], nearest[row], band]
            between = np.take_along_axis(curves, np.stack([low, low + 1], 1), axis=1)
            value = between[:, 0] + (at - low) * (between[:, 1] - between[:, 0])
            return np.where((phase >= PHASES[0]) & (phase <= PHASES[-1]), value * scale[row], 0.0)

        return flux

    def draw(self, n: int, kind: str, largest_z: float, rng: np.random.Generator) -> tuple[Light, Floats]:
        """Return the light of n supernovae of a type (day 0 is maximum), and their redshifts."""
        chosen = np.flatnonzero(np.isin(self.names, SOURCES[kind]))
        names = np.array(self.names)[chosen]
        # each template counts the same, however often it was drawn
        weight = np.array([1 / (names == name).sum() for name in names])
        template = rng.choice(chosen, n, p=weight / weight.sum())
        z = np.maximum(redshifts(n, largest_z, rng), 1.01 * REDSHIFTS[self.survey][0])
        mag, scatter = PEAK_MAG[kind]
        light = self.light(template, z, mag + scatter * rng.standard_normal(n))
        return reddened(light, rng.exponential(0.05, n)), z


def _fluxes(folder: Path, survey: str, name: str, rng: np.random.Generator) -> Floats:
    import sncosmo

    grid = REDSHIFTS[survey]
    made = np.zeros((len(grid), 6, len(PHASES)))
    with sncosmo.conf.set_temp("data_dir", str(folder)):
        source = _source(folder, name)
        if name == "salt3":
            source.set(x1=rng.normal(0, 1), c=rng.normal(0, 0.1))
        known = (source.minphase() <= PHASES) & (source.maxphase() >= PHASES)
        rest = np.arange(max(source.minwave(), 1000.0), min(source.maxwave(), 11500.0), _STEP)
        flux = source.flux(PHASES[known], rest).clip(min=0)
        at_10_pc = _jansky(sncosmo.get_bandpass("bessellb"), rest, flux, 0.0).max()
        for band, bandpass in _BANDPASSES[survey].items():
            passed = sncosmo.get_bandpass(bandpass)
            made[:, band, known] = [_jansky(passed, rest, flux, z) for z in grid]
    dimmed = 10 ** (-0.4 * distance_modulus_mag(grid)) * njy(np.array(0.0)) / at_10_pc
    return made * dimmed[:, None, None]


@cache
def _source(folder: Path, name: str) -> Any:
    """Return a template; to read one from text takes a second."""
    import sncosmo

    if name == "salt3":
        return sncosmo.SALT3Source(str(folder / "models" / "salt3" / _SALT))
    return sncosmo.get_source(name)


def _jansky(bandpass: Any, rest: Floats, flux: Floats, z: float) -> Floats:
    """Return the mean flux per frequency through a band, in units that are the same for all bands and redshifts."""
    wave = np.arange(bandpass.minwave(), bandpass.maxwave(), _STEP)
    passed = bandpass(wave)
    at = np.clip((wave / (1 + z) - rest[0]) / _STEP, 0, len(rest) - 1.001)
    low = at.astype(int)
    inside = (wave >= rest[0] * (1 + z)) & (wave <= rest[-1] * (1 + z))
    shifted = (flux[:, low] * (1 - at + low) + flux[:, low + 1] * (at - low)) * inside / (1 + z)
    return (shifted * wave * passed).sum(axis=1) / (passed / wave).sum()
