"""Images around transients: what an association is given besides catalogues."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fields:
    """Square images with north up and east left, a transient at the centre of each.

    ``images``: (n, size, size), any unit and any sky level, NaN where nothing was observed; the centre is pixel
    ((size - 1) / 2, (size - 1) / 2), the first pixel's middle being (0, 0), rows going north. ``ra_deg``, ``dec_deg``
    (n,): places of the transients. ``redshift`` (n,): of the transients, NaN where it is not known.
    """

    images: NDArray[np.float32]
    ra_deg: Floats
    dec_deg: Floats
    redshift: Floats
    pixel_arcsec: float = 0.25

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: slice | NDArray) -> Fields:
        """Return some of the fields."""
        return Fields(self.images[rows], self.ra_deg[rows], self.dec_deg[rows], self.redshift[rows], self.pixel_arcsec)
