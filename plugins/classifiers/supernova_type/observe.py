"""Observes surfaces of supernovae again: visits, noise, detections and redshifts of hosts as a survey has them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.simulate import cadence
from tom_alerce_like.plugins.classifiers.supernova_type import bank
from tom_alerce_like.plugins.classifiers.supernova_type.evidence import EXTINCTION
from tom_alerce_like.plugins.classifiers.supernova_type.lessons import (
    ELECTRONS,
    ENDS,
    HALF_SNR,
    WHOLE,
    WIDTH_SNR,
    Floats,
    Ints,
    Lessons,
    Surface,
    flux_at,
)

#: Fraction of LSST's copies of which only detections and forced photometry around them are known, as in alerts.
ALERTS = 0.4
#: Fraction of copies whose host is unknown, and whose redshift is spectroscopic.
HOSTLESS = {"LSST": 0.12, "ZTF": 0.45}
SPECTROSCOPIC = {"LSST": 0.05, "ZTF": 0.4}
_TRIES = 4


class Sky(NamedTuple):
    """Visits of many fields (mjd, band, noise in nJy) with their dust, and how photometric redshifts err."""

    visits: Sequence[tuple[Floats, Ints, Floats]]
    mw_ebv: Floats
    true: Floats
    photometric: Floats
    error: Floats

    def host(self, redshift: float, rng: np.random.Generator) -> tuple[float, float]:
        """Return a photometric redshift and its stated error, as a galaxy at a like redshift has."""
        near = np.argsort(np.abs(np.log1p(self.true) - np.log1p(redshift)))[:60]
        one = rng.choice(near)
        stretch = (1 + redshift) / (1 + self.true[one])
        return max(redshift + (self.photometric[one] - self.true[one]) * stretch, 0.01), self.error[one] * stretch


def sky(table: pd.DataFrame, curves: Curves) -> Sky:
    """Return the sky of the wide survey of PLAsTiCC's training set, ``table`` with its ``curves``."""
    # bright stars have larger errors than the sky
    wide = (~table["is_deep"] & table["host_redshift"].notna()).to_numpy()
    edges = list(pairwise(curves.offsets))
    at = [slice(*edges[row]) for row in np.flatnonzero(wide)]
    visits = [(curves.mjd[one], curves.band[one], curves.flux_err_njy[one]) for one in at]
    hosts = table[wide & table["host_spec_redshift"].notna()]
    columns = (hosts[name].to_numpy(float) for name in ("host_spec_redshift", "host_redshift", "host_redshift_err"))
    return Sky(visits, table["mw_ebv"].to_numpy(float)[wide], *columns)


def copies(surfaces: Sequence[Surface | None], n: int, survey: str, known: Sky, rng: np.random.Generator) -> Lessons:
    """Return up to n copies of each supernova as ``survey`` sees it."""
    templates = bank.load(survey, learned=False)
    noise = _noise(known, survey)
    volume = np.gradient(10 ** (0.6 * distance_modulus_mag(bank.REDSHIFTS)) / (1 + bank.REDSHIFTS) ** 4)
    visits = known.visits if survey == "LSST" else _ztf_visits(400, rng)
    found: list[tuple[Floats, ...]] = []
    about: list[tuple[float, ...]] = []
    for owner, surface in enumerate(surfaces):
        if surface is None:
            continue
        light = surface.scale * templates.flux_njy[:, :, surface.member].reshape(len(bank.REDSHIFTS), 6, -1)
        visible = (light.max(axis=2) / noise).max(axis=1) > 4
        if not visible.any():
            continue
        share = np.where(visible, volume**POWER, 0)
        nodes = rng.choice(len(share), (n, _TRIES), p=share / share.sum())
        for tries in nodes:
            for node in tries:
                field = rng.integers(len(visits))
                dust = known.mw_ebv[field % len(known.mw_ebv)]
                points = _observed(surface, templates, int(node), visits[field], dust, survey, rng)
                if points is not None:
                    found.append(points)
                    about.append((owner, *_host(known, survey, int(node), rng), dust))
                    break
    return _assembled(found, np.array(about), survey)


#: Redshifts are drawn as this power of the volume: broad, yet distant ones more often.
POWER = 0.5


def _noise(known: Sky, survey: str) -> Floats:
    if survey == "ZTF":
        return np.array([np.inf, 4500.0, 4800.0, np.inf, np.inf, np.inf])
    band = np.concatenate([visit[1] for visit in known.visits[:300]])
    noise = np.concatenate([visit[2] for visit in known.visits[:300]])
    return np.array([np.median(noise[band == number]) for number in range(6)])


def _ztf_visits(n: int, rng: np.random.Generator) -> list[tuple[Floats, Ints, Floats]]:
    made = cadence.ztf(n, 0.0, 400.0, rng)
    edges = np.searchsorted(made.row, np.arange(n + 1))
    return [(made.days[low:high], made.band[low:high], made.noise_njy[low:high]) for low, high in pairwise(edges)]


def _host(known: Sky, survey: str, node: int, rng: np.random.Generator) -> tuple[float, float]:
    redshift = float(bank.REDSHIFTS[node])
    if rng.random() < HOSTLESS[survey]:
        return np.nan, np.nan
    if rng.random() < SPECTROSCOPIC[survey]:
        return redshift, 0.001
    return known.host(redshift, rng)


def _observed(surface, templates, node, visits, mw_ebv, survey, rng):  # type: ignore[no-untyped-def]
    """Return mjd, band, flux, error and detection of what is known of one copy; None where nothing is detected."""
    mjd, band, noise = visits
    maximum = rng.uniform(mjd[0] - 10, mjd[-1] + 10)
    days = (mjd - maximum) / (1 + bank.REDSHIFTS[node])
    near = (days > -70) & (days < 140)
    if not near.any():
        return None
    mjd, band, noise, days = mjd[near], band[near], noise[near], days[near]
    flux = flux_at(surface, templates, node, band, days) * 10 ** (-0.4 * EXTINCTION[band] * mw_ebv)
    error = np.sqrt(noise**2 + flux / ELECTRONS[survey] + (0.005 * flux) ** 2)
    flux = flux + error * rng.standard_normal(len(flux))
    chance = 1 / (1 + np.exp(-(flux / error - HALF_SNR) / WIDTH_SNR))
    detected = rng.random(len(flux)) < chance
    times = mjd[detected]
    if len(times) < 2:
        return None
    keep = np.ones(len(mjd), bool)
    if survey == "ZTF":
        keep = detected | (rng.random(len(mjd)) < 0.7)
    elif rng.random() < ALERTS:
        keep = (mjd > times[0] - 31) & (mjd <= times[-1])
    if rng.random() > WHOLE:
        end = times[min(int(rng.choice(ENDS)), len(times)) - 1]
        keep &= mjd <= end
    return mjd[keep], band[keep], flux[keep], error[keep], detected[keep]


def _assembled(found: list[tuple[Floats, ...]], about: Floats, survey: str) -> Lessons:
    row = np.repeat(np.arange(len(found)), [len(points[0]) for points in found])
    mjd, band, flux, error, detected = (np.concatenate(parts) for parts in zip(*found, strict=True))
    detected = detected.astype(bool)
    limit = np.full(len(row), np.nan)
    if survey == "ZTF":  # alerts tell a limit where nothing was found
        limit[~detected] = 31.4 - 2.5 * np.log10(5 * error[~detected])
        flux, error = np.where(detected, flux, np.nan), np.where(detected, error, np.nan)
    curves = Curves(len(found), row, mjd, band.astype(np.int64), flux, error, limit, detected, ~detected)
    owner, redshift, redshift_err, mw_ebv = about.T
    return Lessons(curves, owner.astype(np.int64), redshift, redshift_err, mw_ebv, np.full(len(found), survey))
