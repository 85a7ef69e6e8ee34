"""What the net learns from: simulated stamps, real ones that were perturbed, and the real ones themselves.

Targets are probabilities. Of a real alert it is its drb. Of other stamps it is what the teacher says, except that
glints and trails of satellites are held to be less real than ZTF's network thinks; without a teacher it is the truth
of simulated stamps, and the drb of the alert that was perturbed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from tom_alerce_like.plugins.classifiers.nets import LINES, planes
from tom_alerce_like.plugins.classifiers.normalise import by_lines
from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.plugins.classifiers.real_bogus.known import Known
from tom_alerce_like.plugins.classifiers.real_bogus.perturb import Random, perturbed
from tom_alerce_like.plugins.classifiers.real_bogus.teacher import Teacher
from tom_alerce_like.plugins.classifiers.simulate import REAL, Backgrounds, examples
from tom_alerce_like.plugins.classifiers.simulate.streaks import THROUGH_PX, simulated

Floats = NDArray[np.float64]
Lessons = tuple[Tensor, Tensor]
#: Fractions of simulated point sources and artefacts, of perturbed real stamps, and of simulated streaks.
MIX = (0.5, 0.45, 0.05)
#: How real satellites are, over what the teacher thinks.
SATELLITE = 0.3
#: Stamps that are made at a time: 400 MB.
PART = 8000
_CHUNK = 64


def lessons(n: int, known: Known, rng: Random, teacher: Teacher | None) -> Lessons:
    """Return planes and targets of about n stamps that are made from the known alerts."""
    sizes = [PART] * (n // PART) + [n % PART] * (n % PART > 0)
    return joined(*(_part(size, known, rng, teacher) for size in sizes))


def own(known: Known, times: int, teacher: Teacher | None) -> Lessons:
    """Return planes and targets of the known alerts themselves, so many times."""
    targets = known.drb if teacher is None else np.where(np.isfinite(known.drb), known.drb, teacher(known.stamps))
    return joined(*[_lessons(known.stamps, targets)] * times)


def joined(*parts: Lessons) -> Lessons:
    """Return all lessons together."""
    return torch.cat([planes for planes, _ in parts]), torch.cat([targets for _, targets in parts])


def seen(stamps: Pixels) -> Tensor:
    """Return the planes of stamps, in half precision to save memory."""
    chunks = [stamps[start : start + _CHUNK] for start in range(0, len(stamps), _CHUNK)]
    return torch.cat([planes(torch.from_numpy(by_lines(chunk)), LINES).bfloat16() for chunk in chunks])


def _lessons(stamps: Pixels, targets: Floats) -> Lessons:
    known = np.isfinite(targets)
    return seen(stamps[known]), torch.from_numpy(targets[known].astype(np.float32))


def _part(n: int, known: Known, rng: Random, teacher: Teacher | None) -> Lessons:
    n_simulated, n_perturbed, n_lines = (round(share * n) for share in MIX)
    stamps, names = examples(n_simulated, Backgrounds.of_stamps(known.stamps, known.fwhm_px), rng)
    changed, rows, same = perturbed(n_perturbed, known.stamps, rng)
    lines, drawn = simulated(known.stamps, known.alerts["is_positive"].to_numpy(bool), n_lines, rng)
    everything = np.concatenate([stamps, changed, lines])
    if teacher is None:
        truth = np.isin(names, list(REAL)).astype(float)
        return _lessons(everything, np.concatenate([truth, np.where(same, known.drb[rows], np.nan), _moving(drawn)]))
    targets = teacher(everything).astype(float)
    targets[-n_lines:] *= np.where(_moving(drawn) == 0, SATELLITE, 1)
    return _lessons(everything, targets)


def _moving(drawn: pd.DataFrame) -> Floats:
    """Return 1 for streaks of minor planets, 0 for satellites, NaN for those that pass beside a real alert."""
    asteroid = (drawn["kind"] == "asteroid streak").astype(float)
    return asteroid.where(drawn["offset_px"].abs() < THROUGH_PX).to_numpy()
