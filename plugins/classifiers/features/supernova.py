"""The supernova parametric model: rise, plateau and exponential fall, fitted to the fluxes of each band.

All curves of a table are fitted at once by Levenberg-Marquardt with weak priors, so that a curve of a few points has
parameters too: those that it does not tell stay near the middle of the prior.
Source: the smooth form of Sanchez-Saez et al. 2021, arXiv:2008.03311, of the model of Villar et al. 2019,
arXiv:1905.07422. The priors are ours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Points, at

#: Parameters of a curve: amplitude in nJy, time of the rise, length and slope of the plateau, times of rise and fall.
NAMES = ("amplitude", "t0_days", "gamma_days", "beta", "rise_days", "fall_days")
#: Points so long before and after the brightest point of all bands are fitted.
BEFORE_DAYS, AFTER_DAYS = 60.0, 250.0
_SWITCH_DAYS = 3.0
_STEPS = 15
#: Share of the largest flux that is added to errors: no supernova follows the model better.
_MODEL_ERROR = 0.03
# free parameters: log amplitude over the largest flux, t0 from the brightest point, log gamma, logit beta, log times
_MIDDLE = np.array([0.0, -8.0, np.log(15.0), 0.0, np.log(4.0), np.log(30.0)])
_WIDTH = np.array([0.7, 15.0, 1.0, 1.5, 0.7, 0.8])


def curve(parameters: Floats, days: Floats) -> Floats:
    """Return the flux at times; ``parameters`` has shape (..., 6) as `NAMES`, ``days`` broadcasts with (...)."""
    amplitude, t0, gamma, beta, rise, fall = np.moveaxis(np.asarray(parameters, float), -1, 0)
    return amplitude * _shape(days, t0, gamma, beta, rise, fall)[0]


def columns(points: Points) -> dict[str, Floats]:
    """Return ``BAND_spm_PARAMETER`` and ``BAND_spm_chi2``; t0 counts from the first detection of the object."""
    parameters, chi2 = fit(points)
    curves = points.curves
    start = np.append(curves.mjd, np.nan)[curves.offsets[:-1]]
    parameters = parameters.copy()
    parameters[..., 1] -= curves.first(curves.is_detection) - start
    made: dict[str, Floats] = {}
    for b, band in enumerate(points.bands):
        made |= {f"{band}_spm_{name}": parameters[b, :, i] for i, name in enumerate(NAMES)}
        made[f"{band}_spm_chi2"] = chi2[b]
    return made


def fit(points: Points) -> tuple[Floats, Floats]:
    """Return parameters (bands, n, 6) and chi square per point (bands, n), NaN in bands without a detection.

    Times count from the first point of the object, as `Points.days`.
    """
    peak_flux = at(points.flux, points.brightest)
    seen = (points.sum(points.is_detection) > 0) & (peak_flux > 0)
    peak_days = at(points.days, points.brightest)
    of_all = np.where(seen, peak_flux, -np.inf).argmax(0) if len(points.bands) else np.zeros(0, int)
    middle = np.take_along_axis(peak_days, of_all[None], 0) if len(points.bands) else peak_days
    since = points.days - np.broadcast_to(middle, peak_days.shape).ravel()[points.key]
    used = seen.ravel()[points.key] & (since > -BEFORE_DAYS) & (since < AFTER_DAYS)
    parameters, chi2 = np.full((peak_days.size, 6), np.nan), np.full(peak_days.size, np.nan)
    keys, curve_of_point = np.unique(points.key[used], return_inverse=True)
    if len(keys):
        scale, origin = peak_flux.ravel()[keys], peak_days.ravel()[keys]
        days = points.days[used] - origin[curve_of_point]
        flux = points.flux[used] / scale[curve_of_point]
        error = np.hypot(points.error[used] / scale[curve_of_point], _MODEL_ERROR)
        starts = np.searchsorted(curve_of_point, np.arange(len(keys)))
        free, cost = _minimised(days, flux, error, curve_of_point, starts)
        found = _natural(free)
        found[:, 0] *= scale
        found[:, 1] += origin
        parameters[keys], chi2[keys] = found, cost
    return parameters.reshape(*peak_days.shape, 6), chi2.reshape(peak_days.shape)


def _minimised(
    days: Floats, flux: Floats, error: Floats, owner: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return free parameters (curves, 6) of least cost and chi square per point, by Levenberg-Marquardt."""
    free = np.tile(_MIDDLE, (len(starts), 1))
    damping = np.full(len(starts), 1e-2)
    residual, jacobian = _residuals(free, days, flux, error, owner)
    cost = np.add.reduceat(residual**2, starts)
    for _ in range(_STEPS):
        off = (free - _MIDDLE) / _WIDTH
        gradient = np.stack([np.add.reduceat(j * residual, starts) for j in jacobian], 1) + off / _WIDTH
        normal = np.empty((len(starts), 6, 6))
        for i in range(6):
            for j in range(i, 6):
                normal[:, i, j] = normal[:, j, i] = np.add.reduceat(jacobian[i] * jacobian[j], starts)
        diagonal = np.arange(6)
        normal[:, diagonal, diagonal] += _WIDTH**-2.0
        normal[:, diagonal, diagonal] *= 1 + damping[:, None]
        step = np.clip(np.linalg.solve(normal, gradient[..., None])[..., 0], -2 * _WIDTH, 2 * _WIDTH)
        tried = np.clip(free - step, _MIDDLE - 4 * _WIDTH, _MIDDLE + 4 * _WIDTH)
        residual_tried, jacobian_tried = _residuals(tried, days, flux, error, owner)
        cost_tried = np.add.reduceat(residual_tried**2, starts)
        prior, prior_tried = (off**2).sum(1), (((tried - _MIDDLE) / _WIDTH) ** 2).sum(1)
        better = cost_tried + prior_tried < cost + prior
        free[better], cost[better] = tried[better], cost_tried[better]
        of_point = better[owner]
        residual = np.where(of_point, residual_tried, residual)
        jacobian = np.where(of_point, jacobian_tried, jacobian)
        damping = np.where(better, damping / 5, damping * 5)
    return free, cost / np.add.reduceat(np.ones(len(days)), starts)


def _natural(free: Floats) -> Floats:
    """Return parameters as in `NAMES` from free ones."""
    return np.stack(
        [
            np.exp(free[:, 0]),
            free[:, 1],
            np.exp(free[:, 2]),
            1 / (1 + np.exp(-free[:, 3])),
            np.exp(free[:, 4]),
            np.exp(free[:, 5]),
        ],
        1,
    )


def _residuals(
    free: Floats, days: Floats, flux: Floats, error: Floats, owner: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return (model - flux) / error and its derivatives (6, points) by the free parameters."""
    amplitude, t0, gamma, beta, rise, fall = _natural(free).T[:, owner]
    shape, (risen, switched, plateau, tail, since, decay) = _shape(days, t0, gamma, beta, rise, fall)
    scaled = amplitude / error
    body = plateau * (1 - switched) + tail * switched
    turn = (tail - plateau) * switched * (1 - switched) / _SWITCH_DAYS
    slope = risen * (1 - risen) / rise
    along = beta * since / gamma
    by = [
        shape,
        risen * (beta / gamma * (1 - switched) + tail / fall * switched - turn) - slope * body,
        risen * (along * (1 - switched) + gamma * (tail / fall * switched - turn)),
        -risen * beta * ((1 - beta) * since / gamma * (1 - switched) + tail * switched),
        -slope * since * body,
        risen * tail * decay * switched,
    ]
    return scaled * shape - flux / error, scaled * np.stack(by)


def _shape(
    days: Floats, t0: Floats, gamma: Floats, beta: Floats, rise: Floats, fall: Floats
) -> tuple[Floats, tuple[Floats, ...]]:
    """Return the model of amplitude 1 and its parts."""
    since = days - t0
    after = since - gamma
    risen = _sigmoid(since / rise)
    switched = _sigmoid(after / _SWITCH_DAYS)
    # before the switch the tail hardly counts: it is kept from growing there
    decay = np.clip(after / fall, -3, 50)
    plateau, tail = 1 - beta * since / gamma, (1 - beta) * np.exp(-decay)
    return risen * (plateau * (1 - switched) + tail * switched), (risen, switched, plateau, tail, since, decay)


def _sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(x, -50, 50)))
