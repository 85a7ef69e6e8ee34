"""PATH: the probability that a galaxy of a catalogue is the host, after Aggarwal et al. 2021 (ApJ 911, 95).

Written from the paper. A galaxy's prior goes as one over the number of galaxies as bright or brighter per area (counts
as Bloom et al. 2002 have them); offsets are exponential with the half-light radius as scale, out to six radii; 5 % of
the hosts are unseen and may be anywhere in the field.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.dlr import offset
from tom_alerce_like.plugins.hosts.fields import Fields

Floats = NDArray[np.float64]

RADII, UNSEEN, FIELD_ARCSEC, SMALLEST_ARCSEC = 6.0, 0.05, 60.0, 0.25


def path(fields: Fields, catalogue: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return the most probable hosts, (n, 2) degrees, NaN where none, their probability, and that of an unseen host.

    Sources that are stars rather than galaxies are left out.
    """
    galaxies = catalogue[catalogue["p_star"] < 0.5]
    ra, dec, mag, size = (galaxies[name].to_numpy() for name in ("ra_deg", "dec_deg", "mag_r", "a_arcsec"))
    size = np.fmax(size, SMALLEST_ARCSEC)
    prior = 1 / brighter_per_arcsec2(mag)
    places, probability, none = np.full((len(fields), 2), np.nan), np.zeros(len(fields)), np.ones(len(fields))
    for field, (field_ra, field_dec) in enumerate(zip(fields.ra_deg, fields.dec_deg, strict=True)):
        apart, _ = offset(field_ra, field_dec, ra, dec)
        near = np.flatnonzero(apart < FIELD_ARCSEC)
        if not len(near):
            continue
        seen = (1 - UNSEEN) * prior[near] / prior[near].sum() * offset_density(apart[near], size[near])
        unseen = UNSEEN / (np.pi * FIELD_ARCSEC**2)
        none[field], probability[field] = np.array([unseen, seen.max()]) / (seen.sum() + unseen)
        if seen.max() > 0:
            best = near[seen.argmax()]
            places[field] = ra[best], dec[best]
    return places, probability, none


def brighter_per_arcsec2(mag: Floats) -> Floats:
    """Return how many galaxies per square arcsec are at least as bright in r: Bloom et al. 2002, AJ 123, 1111."""
    return 10 ** (0.33 * (mag - 24) - 2.44) / (0.33 * np.log(10))


def offset_density(apart_arcsec: Floats, size_arcsec: Floats) -> Floats:
    """Return the probability per square arcsec of a transient that far from a galaxy of that half-light radius."""
    total = 2 * np.pi * size_arcsec**2 * (1 - (1 + RADII) * np.exp(-RADII))
    return np.where(apart_arcsec < RADII * size_arcsec, np.exp(-apart_arcsec / size_arcsec) / total, 0.0)
