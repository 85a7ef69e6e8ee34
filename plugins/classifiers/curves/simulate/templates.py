"""Supernovae from sncosmo's templates: their light in every band on a grid of redshifts and phases.

Ia: SALT3 (Kenworthy+2021, doi:10.3847/1538-4357/ac30d8) with drawn stretch and colour, and Hsiao+2007 (doi:10.1086/518232).
Core collapse: Vincenzi+2019 (doi:10.1093/mnras/stz2448), corrected for the host's dust, and Sako+2011
(doi:10.1088/0004-637X/738/2/162). Needs the extra ``train``.
"""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Ints, distance_modulus

#: Names of the templates of each type.
SOURCES = {
    "SNIa": ("salt3", "hsiao"),
    "SNII": ("v19-2013fs-corr", "v19-2009n-corr", "v19-2009kr-corr", "s11-2004hx", "s11-2005lc", "s11-2005gi", "s11-2006jl"),
    "SNIIn": ("v19-2008fq-corr", "v19-2006aa-corr", "v19-2010al-corr", "v19-2009ip-corr"),
    "SNIbc": (
        *("v19-2011ei-corr", "v19-2006t-corr", "v19-2005bf-corr", "v19-2004gv-corr", "v19-2007y-corr", "v19-2004fe-corr"),
        *("v19-2013ge-corr", "v19-1998bw-corr", "v19-2006aj-corr", "v19-2009bb-corr", "v19-2012ap-corr"),
        *("s11-2005hl", "s11-2005hm", "s11-2006fo", "s11-2006jo"),
    ),
}
#: Absolute magnitude at maximum and its scatter: Richardson+2014, doi:10.1088/0004-6256/147/5/118.
PEAK_MAG = {"SNIa": (-19.2, 0.3), "SNII": (-16.8, 1.0), "SNIIn": (-18.5, 1.1), "SNIbc": (-17.6, 0.9)}
REDSHIFTS = {"ZTF": np.geomspace(0.005, 0.2, 9), "LSST": np.geomspace(0.01, 1.0, 14)}
PHASES = np.concatenate([np.arange(-25, 30, 1.0), np.arange(30, 130, 4.0)])
_BANDPASSES = {"ZTF": {1: "ztfg", 2: "ztfr", 3: "ztfi"}, "LSST": {b: f"lsst{name}" for b, name in enumerate("ugrizy")}}
#: SALT3 is drawn so often.
SALT_DRAWS = 40


@contextmanager
def unpacked(data: Path) -> Iterator[Path]:
    """Unpack the folder's templates for a while. Raises `FileNotFoundError` where they are missing."""
    packed = data / "simulation" / "sncosmo_data.tar.xz"
    with tempfile.TemporaryDirectory() as folder, tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
        yield Path(folder) / "sncosmo_data"


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

    def light(self, template: Ints, z: Floats, peak_mag: Floats) -> Any:
        """Return the light of objects with these numbers of templates, redshifts and absolute magnitudes."""
        grid = REDSHIFTS[self.survey]
        place = np.interp(np.log(z), np.log(grid), np.arange(len(grid)))
        # fluxes between two redshifts of the grid are those at the nearest, at the distance of the object
        nearest = np.rint(place).astype(np.int64)
        scale = 10 ** (-0.4 * (peak_mag + distance_modulus(z) - distance_modulus(grid[nearest])))

        def flux(row: Ints, days: Floats, band: Ints) -> Floats:
            phase = days / (1 + z[row])
            at = np.interp(phase, PHASES, np.arange(len(PHASES)))
            low = np.minimum(at.astype(np.int64), len(PHASES) - 2)
            curves = self.fluxes[template[row], nearest[row], band]
            between = np.take_along_axis(curves, np.stack([low, low + 1], 1), axis=1)
            value = between[:, 0] + (at - low) * (between[:, 1] - between[:, 0])
            return np.where((phase >= PHASES[0]) & (phase <= PHASES[-1]), value * scale[row], 0.0)

        return flux

    def draw(self, n: int, kind: str, largest_z: float, rng: np.random.Generator) -> tuple[Any, Floats]:
        """Return the light of n supernovae of a type (day 0 is maximum), and their redshifts."""
        from tom_alerce_like.plugins.classifiers.curves.simulate.light import reddened, redshifts

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

    os.environ["SNCOSMO_DATA_DIR"] = str(folder)
    sncosmo.conf.data_dir = str(folder)
    model = sncosmo.Model(_source(folder, name))
    if name == "salt3":
        model.set(x1=rng.normal(0, 1), c=rng.normal(0, 0.1))
    bands = _BANDPASSES[survey]
    made = np.zeros((len(REDSHIFTS[survey]), 6, len(PHASES)))
    for number, z in enumerate(REDSHIFTS[survey]):
        model.set(z=z, t0=0)
        model.set_source_peakabsmag(0.0, "bessellb", "ab") if number == 0 else None
        for band, bandpass in bands.items():
            covered = model.bandoverlap(bandpass)
            if covered:
                made[number, band] = model.bandflux(bandpass, PHASES * (1 + z), zp=31.4, zpsys="ab").clip(min=0)
    return made
