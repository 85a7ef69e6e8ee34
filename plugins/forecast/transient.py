"""Transients: normal populations of light curves, conditioned on the points that are known."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.forecast.basis import N_BANDS, PEAK_DAYS, places
from tom_alerce_like.plugins.forecast.learn import Learned
from tom_alerce_like.plugins.forecast.points import Points

Floats = NDArray[np.float64]

#: Ways in which the members of a population differ that are kept, and how much of the variance that they leave counts
#: as noise of a point (it is smooth in time: points share it).
RANK, LEFTOVER = 14, 0.2
_STEP_DAYS, _FIRST_DAY, _LAST_DAY = 0.25, -26.0, 130.0
#: Hypotheses are first judged by so few points; the best of them by all.
_FIRST_POINTS, _KEPT = 8, 48
#: Log likelihood of a detection of negative flux, which a transient has only by mistake.
_NEGATIVE = -100.0


class Normals(NamedTuple):
    """Mixtures of normal distributions of n objects at q places.

    ``evidence`` (n,) is the log density of what is known; log weights (n, h), means and variances (n, h, q).
    """

    evidence: Floats
    log_weight: Floats
    mean: Floats
    variance: Floats


@dataclass(frozen=True)
class Population:
    """One kind of transient: ``mean`` (SIZE,), ``loading`` (SIZE, rank) and ``leftover`` variance (SIZE,) in mag.

    ``log_prior`` (peaks,) includes the weight of the kind; ``free_mag`` is by how much all may be brighter or fainter.
    """

    name: str
    scale: float
    free_mag: float
    mean: Floats
    loading: Floats
    leftover: Floats
    log_prior: Floats

    @classmethod
    def of(cls, name: str, learned: Learned, weight: float, free_mag: float) -> Population:
        """Return a learned population with the `RANK` ways in which its members differ most."""
        values, vectors = np.linalg.eigh(learned.covariance)
        loading = vectors[:, -RANK:] * np.sqrt(values[-RANK:])
        leftover = LEFTOVER * np.maximum(np.diag(learned.covariance) - (loading**2).sum(axis=1), 0)
        log_prior = learned.log_prior + np.log(weight)
        return cls(name, learned.scale, free_mag, learned.mean, loading, leftover, log_prior)

    @cached_property
    def table(self) -> Floats:
        """Mean, loading and leftover at each band and quarter of a day of phase, (bands * days, rank + 3)."""
        free = np.full((len(self.mean), 1), self.free_mag)
        columns = np.column_stack([self.mean, self.loading, free, self.leftover])
        days = np.arange(_FIRST_DAY, _LAST_DAY + _STEP_DAYS, _STEP_DAYS)
        knots, weights = places(np.arange(N_BANDS)[:, None], np.broadcast_to(days, (N_BANDS, len(days))))
        values = np.einsum("bdk,bdkc->bdc", weights, columns[knots])
        values[..., -1] = np.maximum(values[..., -1], 0)
        return values.reshape(-1, columns.shape[1])


class Transients:
    """A set of populations; a hypothesis is a population and a brightest time."""

    def __init__(self, populations: list[Population]) -> None:
        self.populations, rows = populations, len(populations[0].table)
        self.table = np.concatenate([population.table for population in populations])
        self.start = np.repeat(np.arange(len(populations)) * rows, len(PEAK_DAYS))
        self.scale = np.repeat([population.scale for population in populations], len(PEAK_DAYS))
        self.peak = np.tile(PEAK_DAYS, len(populations))
        self.log_prior = np.concatenate([one.log_prior for one in populations])
        self.days = rows // N_BANDS

    def condition(self, points: Points, day: Floats, band: NDArray[np.int64]) -> Normals:
        """Return what magnitudes to expect at ``day`` (since the first detection) and ``band``, both (n, q)."""
        few = points.spread_out(_FIRST_POINTS)
        everything = np.broadcast_to(np.arange(len(self.peak)), (len(points), len(self.peak)))
        first, _, _ = self._judge(few, everything)
        kept = np.argpartition(-first, min(_KEPT, first.shape[1]) - 1, axis=1)[:, :_KEPT]
        log_weight, z, factor = self._judge(points, kept)
        top = log_weight.max(axis=1, keepdims=True)
        evidence = top[:, 0] + np.log(np.exp(log_weight - top).sum(axis=1))
        mean, loading, leftover = self._look_up(day, band, kept)
        spread = np.linalg.solve(factor, np.swapaxes(loading, 2, 3))
        variance = (spread**2).sum(axis=2) + leftover
        mean = mean + (loading @ z[..., None])[..., 0]
        n_negative = (points.weight - points.is_positive).sum(axis=1)
        return Normals(evidence + _NEGATIVE * n_negative, log_weight - evidence[:, None], mean, variance)

    def _look_up(self, day: Floats, band: NDArray[np.int64], which: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """Return mean (n, h, m), loading (n, h, m, rank) and leftover of hypotheses (n, h) at points (n, m)."""
        phase = day[:, None, :] / self.scale[which][..., None] - self.peak[which][..., None]
        step = np.rint((phase - _FIRST_DAY) / _STEP_DAYS).clip(0, self.days - 1).astype(np.int64)
        rows = self.table[self.start[which][..., None] + band[:, None, :] * self.days + step]
        return rows[..., 0], rows[..., 1:-1], rows[..., -1]

    def _judge(self, points: Points, which: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """Return log density, posterior mean of z and Cholesky factor of its precision, for hypotheses (n, h)."""
        mean, loading, leftover = self._look_up(points.day, points.band, which)
        mag, error2 = points.magnitudes
        variance = error2[:, None] + leftover
        weight = points.is_positive[:, None] / variance
        residual = mag[:, None] - mean
        weighted = np.swapaxes(loading * weight[..., None], 2, 3)
        factor = np.linalg.cholesky(weighted @ loading + np.eye(loading.shape[-1]))
        pull = (weighted @ residual[..., None])[..., 0]
        half = np.linalg.solve(factor, pull[..., None])
        z = np.linalg.solve(np.swapaxes(factor, 2, 3), half)[..., 0]
        logdet = np.log(np.diagonal(factor, axis1=2, axis2=3)).sum(axis=-1)
        noise = points.is_positive[:, None] * np.log(2 * np.pi * variance)
        fit = 0.5 * ((half[..., 0] ** 2).sum(axis=-1) - (weight * residual**2 + noise).sum(axis=2))
        return self.log_prior[which] + fit - logdet, z, factor


def read(path: Path) -> list[Population]:
    """Return the populations of a file of weights."""
    rows = json.loads(path.read_text())["populations"]
    return [Population(**{name: _array(value) for name, value in row.items()}) for row in rows]


def _array(value: Any) -> Any:
    return np.array(value) if isinstance(value, list) else value


def write(populations: list[Population], path: Path, digits: int = 3) -> None:
    """Write populations as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{name: _rounded(value, digits) for name, value in asdict(one).items()} for one in populations]
    path.write_text(json.dumps({"populations": rows}) + "\n")


def _rounded(value: Any, digits: int) -> Any:
    return np.round(value, digits).tolist() if isinstance(value, np.ndarray) else value
