"""Adds spectra learned from the training set of PLAsTiCC to the bank: ``python -m ...supernova_type.learned DATA``.

The best observed supernovae of each core-collapse class, their surfaces (`lessons.Surface`) drawn on the bank's
wavelengths, are grouped by shape; of each group the one in the middle becomes a template. They are already reddened by
their hosts, so the bank reddens them no further. Simulated light curves, no truth but class and spectroscopic redshift.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.supernova_type import bank, lessons

Floats = NDArray[np.float64]
SEED = 20261120
#: Templates of each class.
GROUPS = {"SNII": 16, "SNIbc": 16, "SLSN": 5}
#: What a template must have: so many points of this signal to noise, in so many bands.
POINTS, SNR, BANDS = 25, 5.0, 4


def spectrum(surface: lessons.Surface, body: Floats) -> Floats:
    """Return the flux density (phase, wavelength) of a surface whose member of the bank has the spectrum ``body``."""
    days, log = np.meshgrid(bank.PHASES_DAYS / lessons.LENGTH_DAYS, np.log(bank.WAVELENGTHS) / lessons.LENGTH_LOG)
    place = np.column_stack([days.T.ravel(), log.T.ravel()])
    missed = lessons.matern(place, surface.position) @ (surface.amplitude * surface.solution)
    missed = missed.reshape(body.shape)
    seen = body + (lessons.AMPLITUDE * body + lessons.FLOOR * body.max(axis=0)) * missed * (body > 0)
    return np.maximum(seen, 0)


def chosen(data: Path) -> tuple[list[str], list[Floats]]:
    """Return names (class and object) and spectra of the templates."""
    table = sets.plasticc_train(data)
    table = table[table["label"].isin(GROUPS)].reset_index(drop=True)
    curves = Curves.of(table)
    bright = curves.flux_njy > SNR * curves.flux_err_njy
    in_bands = sum((curves.count(bright & (curves.band == band)) >= 3).astype(int) for band in range(6))
    enough = (curves.count(bright) >= POINTS) & (in_bands >= BANDS)
    bodies = [member[0] for member in bank.all_members(learned=False)]
    names, spectra = [], []
    for kind, n in GROUPS.items():
        rows = np.flatnonzero(enough & (table["label"] == kind).to_numpy())
        part = table.iloc[rows]
        redshift = part["host_spec_redshift"].to_numpy(float)
        # PLAsTiCC's fluxes are freed from dust already
        found = list(lessons.surfaces(curves.take(rows), redshift, np.zeros(len(rows)), part["label"]))
        drawn = np.array([spectrum(one, bodies[one.member]) for one in found if one is not None])
        made = np.array([bank.normal(one) for one in drawn])
        optical = made[:, :, (bank.WAVELENGTHS > 3000) & (bank.WAVELENGTHS < 8000)][:, ::2, ::6]
        shape = np.sqrt(optical).reshape(len(made), -1)
        groups = KMeans(n, n_init=4, random_state=SEED).fit(shape)
        for centre in groups.cluster_centers_:
            middle = int(((shape - centre) ** 2).sum(axis=1).argmin())
            names.append(f"{kind} learned {part['object_id'].iloc[middle]}")
            spectra.append(made[middle])
        print(kind, len(rows), "well observed,", np.bincount(groups.labels_))
    return names, spectra


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    names, spectra = chosen(parser.parse_args().data)
    np.savez_compressed(bank.LEARNED, names=np.array(names), surfaces=np.array(spectra, dtype=np.float16))
    print(f"{bank.LEARNED}: {bank.LEARNED.stat().st_size / 1e3:.0f} kB, {len(names)} templates")


if __name__ == "__main__":
    main()
