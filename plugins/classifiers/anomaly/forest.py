"""How strange an object is among ordinary ones, and how that changes with what people say of a few.

The kernel exp(-distance / LENGTH) over the sum of the features' differences is the share of the trees, in a forest of
random cuts with infinitely many of them, in which two objects end in the same leaf (the Mondrian kernel, Balog et al.
2016, arXiv:1606.05241). So what follows is an isolation forest (Liu et al. 2008, doi:10.1109/ICDM.2008.17) summed in
closed form: no tree has to be drawn, kept or reweighted, and labels have an exact answer, that of a Gaussian process
(Rasmussen & Williams 2006, chapter 2; leaving one out: section 5.4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Length of the kernel, in the mean difference of the scaled features.
LENGTH = 1.5
#: How far an ordinary object may be off in the estimate of novelty.
SOFTNESS = 0.1
#: Variance of a person's label, and of the mere supposition that an ordinary object is not interesting.
LABEL_NOISE, SUPPOSED_NOISE = 0.1, 10.0
#: Before anybody spoke, the strangest objects are interesting with this probability; it falls with a power of rank.
PRIOR, PRIOR_POWER = 0.3, 4.0


@dataclass(frozen=True)
class Ordinary:
    """Ordinary objects: raw features, shape (m, features), NaN where unknown."""

    rows: Floats

    @cached_property
    def middle(self) -> Floats:
        """Return the medians of the features."""
        return np.nanmedian(self.rows, axis=0)

    @cached_property
    def spread(self) -> Floats:
        """Return the features' spread: what would be one standard deviation of normal ones."""
        low, high = np.nanpercentile(self.rows, [25, 75], axis=0)
        usual = np.where(high > low, (high - low) / 1.349, np.nanstd(self.rows, axis=0))
        return np.where(usual > 0, usual, 1.0)

    def scaled(self, features: NDArray[np.floating]) -> Floats:
        """Return features in units of their spread, far ones drawn near; what is unknown counts as usual."""
        shift = (np.asarray(features, float) - self.middle) / self.spread
        return np.where(np.isnan(shift), 0.0, np.arcsinh(shift))

    @cached_property
    def places(self) -> Floats:
        """Return the scaled rows."""
        return self.scaled(self.rows)

    @cached_property
    def inverse(self) -> Floats:
        """Return the inverse of the rows' kernel, softened."""
        return np.linalg.inv(kernel(self.places, self.places) + SOFTNESS * np.eye(len(self.rows)))

    def novelty(self, places: Floats) -> Floats:
        """Return how badly ordinary objects explain others, 0 not at all badly to 1."""
        near = kernel(places, self.places)
        return 1 - ((near @ self.inverse) * near).sum(axis=1)

    @cached_property
    def own_novelty(self) -> Floats:
        """Return the novelty of each ordinary object among the rest of them."""
        return 1 / np.diag(self.inverse) - SOFTNESS

    def prior(self, novelty: Floats) -> Floats:
        """Return how probably an object of this novelty is interesting, when nobody has said anything."""
        return PRIOR * quantile(novelty, self.own_novelty) ** PRIOR_POWER


@dataclass(frozen=True)
class Judge:
    """Ordinary objects, and objects (k, features) that people called interesting, 1, or not, 0 (between: undecided)."""

    ordinary: Ordinary
    decided: Floats
    labels: Floats

    @cached_property
    def _places(self) -> Floats:
        return np.concatenate([self.ordinary.places, self.ordinary.scaled(self.decided)])

    @cached_property
    def _learned(self) -> tuple[Floats, Floats]:
        """Return the weight of each place, and the interest in each ordinary object had it not been there."""
        n, ordinary = len(self.ordinary.rows), self.ordinary
        prior = ordinary.prior(np.concatenate([ordinary.own_novelty, ordinary.novelty(self._places[n:])]))
        residual = np.concatenate([np.zeros(n), self.labels]) - prior
        noise = np.repeat([SUPPOSED_NOISE, LABEL_NOISE], [n, len(self.labels)])
        inverse = np.linalg.inv(kernel(self._places, self._places) + np.diag(noise))
        weights = inverse @ residual
        left_out = residual - weights / np.diag(inverse)
        return weights, (prior + left_out)[:n]

    def interest(self, places: Floats, novelty: Floats) -> Floats:
        """Return how interesting objects are, for their scaled features and their novelty; larger is more."""
        expected = self.ordinary.prior(novelty)
        if not len(self.labels):
            return expected
        return expected + kernel(places, self._places) @ self._learned[0]

    def score(self, features: NDArray[np.floating]) -> Floats:
        """Return the share of ordinary objects that are less interesting: even in [0, 1] for ordinary objects."""
        places = self.ordinary.scaled(features)
        novelty = self.ordinary.novelty(places)
        if not len(self.labels):
            return quantile(novelty, self.ordinary.own_novelty)
        return quantile(self.interest(places, novelty), self._learned[1])

    def losses(self, features: NDArray[np.floating]) -> Floats:
        """Return what objects (n, features) would lose of their strangeness if each feature alone were usual.

        Where nobody has decided anything, of their novelty; else of their interest.
        """
        places = self.ordinary.scaled(features)
        n, k = places.shape
        changed = np.repeat(places[:, None], k + 1, axis=1)
        changed[:, np.arange(k), np.arange(k)] = 0
        flat = changed.reshape(-1, k)
        strange = self.ordinary.novelty(flat)
        if len(self.labels):
            strange = self.interest(flat, strange)
        strange = strange.reshape(n, k + 1)
        return strange[:, -1:] - strange[:, :-1]


def kernel(a: Floats, b: Floats) -> Floats:
    """Return the share of leaves that objects (n, features) and (m, features) have in common, shape (n, m)."""
    from scipy.spatial.distance import cdist

    return np.exp(-cdist(a, b, "cityblock") / (LENGTH * a.shape[1]))


def quantile(values: Floats, among: Floats) -> Floats:
    """Return the share of ``among`` that is smaller than each value, between two of them in proportion."""
    known = np.sort(among)
    steps = (np.arange(len(known)) + 0.5) / len(known)
    # beyond all of them it still matters by how much
    far = (
        np.interp(values, [known[0] - 1, known[0]], [0, steps[0]]),
        np.interp(values, [known[-1], known[-1] + 1], [0, 1]),
    )
    inside = np.interp(values, known, steps)
    return np.where(values < known[0], far[0], inside + far[1] * (1 - steps[-1]))
