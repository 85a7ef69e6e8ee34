"""Normal distributions of redshift: spectroscopic redshifts of candidates, and those of the transients themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tom_alerce_like.plugins.hosts.luminosity import REDSHIFTS

Floats = NDArray[np.float64]

#: Least error of a transient's own redshift, over 1 + z: lines of supernovae are broad, hosts rotate.
LEAST_OWN_ERR = 0.003


def normal(apart: Floats, err: Floats) -> Floats:
    """Return the density of a normal distribution that far from its mean."""
    return np.asarray(np.exp(-((apart / err) ** 2) / 2) / (err * np.sqrt(2 * np.pi)))


@dataclass(frozen=True)
class Lines:
    """Spectroscopic redshifts: narrower than the grid, so kept apart."""

    row: NDArray[np.int64]
    redshift: Floats
    err: Floats
    weight: Floats


def steps(redshift: Floats, err: Floats, z: Floats) -> Floats:
    """Return the cumulative distributions (lines, cells) at redshifts z."""
    return np.asarray(ndtr((z - redshift[:, None]) / err[:, None]))


def quantile(cumulative: Floats, lines: Lines, q: float) -> Floats:
    """Return where the cumulative distribution reaches q: its cell of the grid, then halving within the cell."""
    n = len(cumulative)
    cell = np.clip((cumulative < q).sum(axis=1), 1, cumulative.shape[1] - 1)
    every = np.arange(n)
    at_lines = np.zeros((2, n))
    for side, place in enumerate((cell - 1, cell)):
        step = ndtr((REDSHIFTS[place[lines.row]] - lines.redshift) / lines.err) * lines.weight
        np.add.at(at_lines[side], lines.row, step)
    smooth = np.stack([cumulative[every, cell - 1], cumulative[every, cell]]) - at_lines
    edge = np.stack([REDSHIFTS[cell - 1], REDSHIFTS[cell]])
    low, high = edge
    for _ in range(16):
        middle = (low + high) / 2
        value = smooth[0] + (smooth[1] - smooth[0]) * (middle - edge[0]) / (edge[1] - edge[0])
        if len(lines.row):
            step = ndtr((middle[lines.row] - lines.redshift) / lines.err) * lines.weight
            value = value + np.bincount(lines.row, step, n)
        low, high = np.where(value < q, middle, low), np.where(value < q, high, middle)
    return np.asarray((low + high) / 2)


@dataclass(frozen=True)
class Own:
    """The redshifts of the transients themselves and their errors, NaN where not known."""

    redshift: Floats
    given_err: Floats

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """(n,)."""
        return np.isfinite(self.redshift)

    @property
    def err(self) -> Floats:
        """Errors that are believed, (n,)."""
        return np.fmax(self.given_err, LEAST_OWN_ERR * (1 + self.redshift))

    def on_grid(self) -> Floats:
        """Return the likelihood of each redshift of the grid, (n, cells): 1 where nothing is known."""
        likely = normal(REDSHIFTS - self.redshift[:, None], self.err[:, None])
        return np.where(self.is_known[:, None], likely, 1.0)

    def narrowed(self, lines: Lines) -> Lines:
        """Return the products of lines and likelihoods, which are normal distributions again."""
        z, err, known = self.redshift[lines.row], self.err[lines.row], self.is_known[lines.row]
        share = err**2 / (err**2 + lines.err**2)
        likely = normal(lines.redshift - z, np.hypot(err, lines.err))
        return Lines(
            lines.row,
            np.where(known, share * lines.redshift + (1 - share) * z, lines.redshift),
            np.where(known, np.sqrt(share) * lines.err, lines.err),
            np.where(known, likely, 1.0) * lines.weight,
        )
