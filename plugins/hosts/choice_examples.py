"""What the choice model learns from: simulated fields with some of their sources taken away at random."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts import choice, choice_lessons, evidence
from tom_alerce_like.plugins.hosts.associate import gathered
from tom_alerce_like.plugins.hosts.candidates import Listed
from tom_alerce_like.plugins.hosts.choice_lessons import Lesson
from tom_alerce_like.plugins.hosts.heatmap.map import Map
from tom_alerce_like.plugins.hosts.heatmap.serve import judged
from tom_alerce_like.plugins.hosts.image import Looked, detected
from tom_alerce_like.plugins.hosts.parents import wholes
from tom_alerce_like.plugins.hosts.plane import to_plane
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

Floats = NDArray[np.float64]

#: How often the image and the catalogue are there, alone and together; how often something else is taken away.
SOURCES = {"both": 0.5, "image": 0.25, "catalogue": 0.25}
TAKEN = 0.12
#: A candidate this close to the host's centre is the host, or this part of its half-light radius, at most `FAR_ARCSEC`.
NEAR_ARCSEC, NEAR_AXIS, FAR_ARCSEC = 0.8, 0.35, 2.0


class Examples(NamedTuple):
    """Padded to `evidence.MOST` candidates: features (n, MOST, terms), (n, terms), which are candidates, which of them
    the host, and each place's kind of sources."""

    candidates: NDArray[np.float32]
    places: NDArray[np.float32]
    exists: NDArray[np.bool_]
    is_host: NDArray[np.bool_]
    kind: NDArray[np.int64]


def examples(lesson: Lesson, seen: Map, rng: np.random.Generator, taken: float = TAKEN) -> Examples:
    """Return a lesson's fields, with their maps, after some of their sources were taken away."""
    found, _, is_host = weighed(lesson, seen, *_left(lesson, rng, taken))
    own, places = choice.features(found.candidates, found.places)
    row = found.candidates["row"].to_numpy()
    number = np.arange(len(row)) - np.searchsorted(row, row)
    shape = len(found.places), evidence.MOST
    padded, exists, right = (
        np.full((*shape, own.shape[1]), np.nan, np.float32),
        np.zeros(shape, bool),
        np.zeros(shape, bool),
    )
    padded[row, number], exists[row, number], right[row, number] = own, True, is_host
    return Examples(padded, places, exists, right, choice.kind(found.places))


def weighed(
    lesson: Lesson,
    seen: Map,
    z: Floats,
    image: NDArray[np.bool_],
    listed: NDArray[np.bool_],
    catalogue: pd.DataFrame,
    has_map: bool,
) -> tuple[evidence.Evidence, Floats, NDArray[np.bool_]]:
    """Return the evidence, how deep it goes, and which candidates are the host."""
    ra, dec = (lesson.place[name].to_numpy() for name in ("ra_deg", "dec_deg"))
    survey = SurveyCatalogue(catalogue)
    near = survey.cone(ra, dec, survey.radius_arcsec)
    lists = [Listed("survey", near[listed[near["row"].to_numpy()]].reset_index(drop=True), survey.depth_mag)]
    seen = Map(seen.levels[image], seen.none[image])
    found = detected(lesson.found[image[lesson.found["row"].to_numpy()]].reset_index(drop=True))
    looked = Looked(found, seen if has_map else None, image)
    made, depth = gathered(ra, dec, z, np.full(len(z), np.nan), lists, looked)
    return made, depth, hosts(made.candidates, lesson)


def hosts(candidates: pd.DataFrame, lesson: Lesson) -> NDArray[np.bool_]:
    """Return which candidates are the host: those at its centre, and what would be handed over to them."""
    row = candidates["row"].to_numpy()
    ra, dec = (lesson.place[name].to_numpy() for name in ("ra_deg", "dec_deg"))
    east, north = to_plane(lesson.truth["host_ra_deg"].to_numpy(), lesson.truth["host_dec_deg"].to_numpy(), ra, dec)
    apart = np.hypot(candidates["east_arcsec"] - east[row], candidates["north_arcsec"] - north[row]).to_numpy()
    reach = np.clip(NEAR_AXIS * lesson.truth["host_a_arcsec"].to_numpy(), NEAR_ARCSEC, FAR_ARCSEC)[row]
    nearest = np.full(len(ra), np.inf)
    np.fmin.at(nearest, row, apart)
    right = (apart < reach) & (apart < nearest[row] + 1.0)
    whole = wholes(candidates, right + np.zeros(len(right)))
    return right | right[whole]


def _left(lesson: Lesson, rng: np.random.Generator, taken: float) -> tuple:
    """Return what is left of a lesson when some of its sources are taken away."""
    n = len(lesson.place)
    kind = rng.choice(list(SOURCES), n, p=list(SOURCES.values()))
    z = np.where(rng.random(n) < 0.3, np.nan, lesson.place["redshift"].to_numpy())
    catalogue = lesson.catalogue.copy()
    for names in (
        ("p_star",),
        ("a_arcsec", "b_arcsec", "pa_deg"),
        ("z_phot", "z_phot_err"),
        ("mag_r",),
        ("z_spec", "z_spec_err"),
    ):
        if rng.random() < taken:
            catalogue[list(names)] = np.nan
    return z, kind != "catalogue", kind != "image", catalogue, bool(rng.random() >= taken)


def joined(parts: list[Examples]) -> Examples:
    return Examples(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def read(folder: Path, passes: int, taken: float) -> Examples:
    """Return the examples of all lessons of a folder, each seen so often."""
    made = []
    for seed in choice_lessons.seeds(folder):
        lesson = choice_lessons.read(folder, seed)
        seen, rng = judged(lesson.planes.astype(np.float32)), np.random.default_rng(seed)
        made += [examples(lesson, seen, rng, taken) for _ in range(passes)]
    return joined(made)
