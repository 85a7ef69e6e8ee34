"""The redshift of a transient from its candidate hosts: a mixture, weighted by how probably each is the host.

A spectroscopic redshift counts as it is. A photometric one is weighed against what is known otherwise: how bright
hosts and transients of each redshift are, and how many of them there are (Hogg 1999, arXiv:astro-ph/9905116, for
volumes). A candidate without a redshift, and the case that none of them is the host, have these priors alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.plugins.hosts.luminosity import REDSHIFTS, log_prior, width
from tom_alerce_like.plugins.hosts.redshift_lines import Lines, Own, normal, quantile, steps

Floats = NDArray[np.float64]

#: Share of photometric redshifts that are simply wrong, and the least errors that are believed, over 1 + z.
OUTLIERS, LEAST_PHOTO_ERR, LEAST_SPEC_ERR = 0.05, 0.015, 3e-4
#: Errors of photometric redshifts that the catalogue does not give.
USUAL_PHOTO_ERR = 0.04
#: Share of redshifts of no stated kind that are as good as spectroscopic ones, and their error: three in four of those
#: that people took from NED and SDSS agree with spectra of the transients.
UNSTATED_GOOD, UNSTATED_ERR = 0.7, 0.002
#: Candidates that hardly matter are left out; where the transient's redshift is known none always matters as much.
LEAST_PROBABILITY = 1e-4
QUANTILES = (0.025, 0.16, 0.5, 0.84, 0.975)


@dataclass(frozen=True)
class Mixtures:
    """What is known of the redshift of each of n places, arrays (n,) but for ``density``.

    ``median``, ``low68``, ``high68``, ``low95``, ``high95``: of the whole mixture, "no candidate is the host" included.
    ``kind``: spec, photo or "" (a guess from brightness alone), of the likeliest part. ``e_host_phot``: the error that
    the redshifts of the candidates have in the mean; ``e_host_id``: that which doubt among the candidates adds; both
    standard deviations of redshift, NaN where there is no candidate. ``density``: (n, len(REDSHIFTS)), per unit
    redshift.
    """

    median: Floats
    low68: Floats
    high68: Floats
    low95: Floats
    high95: Floats
    kind: NDArray[np.str_]
    e_host_phot: Floats
    e_host_id: Floats
    density: Floats

    @property
    def err(self) -> Floats:
        """Half of the interval that holds 68 per cent."""
        return (self.high68 - self.low68) / 2


def mixture(
    candidates: pd.DataFrame,
    none: ArrayLike,
    transient_mag: ArrayLike | None = None,
    transient_redshift: ArrayLike | None = None,
    transient_redshift_err: ArrayLike | None = None,
) -> Mixtures:
    """Return the redshifts of places from the candidates and the probability of none of an `Association`.

    ``candidates``: columns row, probability, mag, redshift, redshift_err and redshift_kind. ``transient_mag``: the
    brightest that each transient was seen, (n,), NaN or None where it is not known; ``transient_redshift`` and its
    error: what a spectrum of the transient says, likewise. It multiplies the mixture, so candidates that contradict it
    do not count; ``kind``, ``e_host_phot`` and ``e_host_id`` are those of the candidates all the same.
    """
    missing = np.asarray(none, float)
    brightest, z, z_err = (
        np.full(len(missing), np.nan) if given is None else np.broadcast_to(np.asarray(given, float), missing.shape)
        for given in (transient_mag, transient_redshift, transient_redshift_err)
    )
    own = Own(np.where((z > 0) & (z < REDSHIFTS[-1]), z, np.nan), z_err)
    parts = candidates[candidates["probability"].to_numpy() > LEAST_PROBABILITY]
    row, weight = parts["row"].to_numpy(), parts["probability"].to_numpy(float)
    redshift, err, kind = _known(parts)
    good = np.where(kind == "photo", 0.0, UNSTATED_GOOD)
    mass = _on_grid(log_prior(parts["mag"].to_numpy(float), brightest[row]), redshift, err, good)
    alone = _on_grid(log_prior(np.full(len(missing), np.nan), brightest), *np.full((3, len(missing)), np.nan))
    spec, other = np.flatnonzero(kind == "spec"), np.flatnonzero(kind != "spec")
    lines = own.narrowed(Lines(row[spec], redshift[spec], err[spec], weight[spec]))
    told = own.on_grid()
    whole = np.where(own.is_known, np.maximum(missing, LEAST_PROBABILITY), missing)[:, None] * alone * told
    np.add.at(whole, row[other], weight[other, None] * mass[other] * told[row[other]])
    cumulative = np.cumsum(whole, axis=1)
    np.add.at(cumulative, lines.row, lines.weight[:, None] * steps(lines.redshift, lines.err, REDSHIFTS))
    total = cumulative[:, -1:]
    cumulative = np.divide(cumulative, total, out=np.zeros_like(cumulative), where=total > 0)
    lines = replace(lines, weight=lines.weight / total[lines.row, 0])
    low95, low68, median, high68, high95 = (quantile(cumulative, lines, q) for q in QUANTILES)
    mean, variance = _moments(mass)
    mean[spec], variance[spec] = redshift[spec], err[spec] ** 2
    e_phot, e_id = _spread(row, weight, mean, variance, len(missing))
    density = np.diff(cumulative, axis=1, prepend=0) / width()
    best = _of_the_likeliest(row, weight, kind, missing)
    return Mixtures(median, low68, high68, low95, high95, best, e_phot, e_id, density)


def _known(parts: pd.DataFrame) -> tuple[Floats, Floats, NDArray[np.str_]]:
    """Return redshifts (NaN where absurd or absent), their errors and their kinds."""
    redshift, err = parts["redshift"].to_numpy(float), parts["redshift_err"].to_numpy(float)
    redshift = np.where((redshift > 0) & (redshift < REDSHIFTS[-1]), redshift, np.nan)
    kind = np.where(np.isfinite(redshift), parts["redshift_kind"].to_numpy(str), "")
    is_spec = kind == "spec"
    usual, least = (
        np.where(is_spec, LEAST_SPEC_ERR, USUAL_PHOTO_ERR),
        np.where(is_spec, LEAST_SPEC_ERR, LEAST_PHOTO_ERR),
    )
    return redshift, np.maximum(np.where(err > 0, err, usual * (1 + redshift)), least * (1 + redshift)), kind


def _on_grid(log_p: Floats, redshift: Floats, err: Floats, good: Floats) -> Floats:
    """Return the probability in each cell of the grid, (n, cells): what the catalogue says times the prior."""
    apart = REDSHIFTS - redshift[:, None]
    narrow = normal(apart, UNSTATED_ERR * (1 + redshift[:, None]))
    wide = (1 - OUTLIERS) * normal(apart, err[:, None]) + OUTLIERS / REDSHIFTS[-1]
    likely = np.where(np.isfinite(redshift)[:, None], good[:, None] * narrow + (1 - good[:, None]) * wide, 1.0)
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True)) * likely * width()
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def _moments(mass: Floats) -> tuple[Floats, Floats]:
    mean = mass @ REDSHIFTS
    return mean, np.maximum(mass @ REDSHIFTS**2 - mean**2, 0)


def _spread(row: NDArray[np.int64], weight: Floats, mean: Floats, variance: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the two terms of the law of total variance, as standard deviations."""
    total = np.bincount(row, weight, n)
    share = np.divide(weight, total[row], out=np.zeros_like(weight), where=total[row] > 0)
    centre = np.bincount(row, share * mean, n)
    within = np.bincount(row, share * variance, n)
    between = np.bincount(row, share * (mean - centre[row]) ** 2, n)
    return np.where(total > 0, np.sqrt(within), np.nan), np.where(total > 0, np.sqrt(between), np.nan)


def _of_the_likeliest(row: NDArray[np.int64], weight: Floats, kind: NDArray[np.str_], none: Floats) -> NDArray[np.str_]:
    """Return the kind of the likeliest candidate's redshift, "" where none of them is likelier."""
    found, highest = np.full(len(none), "", dtype="<U5"), np.zeros(len(none))
    ascending = np.argsort(weight, kind="stable")  # of several for a row the last, and so the likeliest, stays
    found[row[ascending]], highest[row[ascending]] = kind[ascending], weight[ascending]
    return np.where(highest > none, found, "")
