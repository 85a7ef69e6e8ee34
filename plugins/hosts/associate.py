"""Which galaxy a transient belongs to: every candidate's probability, and that of none of them.

All that is known of a place becomes one list of candidates: sources of catalogues and sources that the image shows; one
that several of them have is one candidate, and parts of a galaxy hand what they have to it. The evidence (`evidence`),
with what the image's probability map says, is weighed by a learned choice model (`choice`), which works with any of the
sources missing. Where there is neither an image nor a deep catalogue a closed form is used instead (`posterior`), which
knows how incomplete a shallow catalogue is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.plugins.hosts import choice, evidence, nothing, posterior, why
from tom_alerce_like.plugins.hosts.candidates import SHALLOW_MAG, Listed, merged
from tom_alerce_like.plugins.hosts.catalogue import COLUMNS, Catalogue, galaxies
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.image import Looked, looked
from tom_alerce_like.plugins.hosts.parents import wholes

Floats = NDArray[np.float64]

#: What `Association.candidates` says beside `catalogue.COLUMNS`.
ANSWER = (
    "rank",
    "offset_arcsec",
    "offset_deg",
    "probability",
    "why",
    *(term for term in evidence.TERMS if term not in COLUMNS),
)
#: An image and a deep catalogue reach this far from the transient; a shallow one as far as it was asked.
SEARCHED_ARCSEC = 60.0
#: No galaxy moves away more slowly than this and looks like a star.
STAR_REDSHIFT = 0.001


@dataclass(frozen=True)
class Association:
    """The answer for a table of places.

    ``candidates``: columns of `catalogue.COLUMNS` and rank (from 1), offset_arcsec, offset_deg (position angle of the
    transient seen from the candidate), dlr (offset over half-light radius in that direction), probability, why (a short
    text) and `evidence.TERMS`, best first within each row. ``hostless``, ``undetected``, ``outside`` (n,):
    probabilities, for each place, that it has no host, one too faint to be listed, one whose centre lies outside what
    was searched. ``answered``: names of the catalogues that did. ``problems``: what the others said.
    """

    candidates: pd.DataFrame
    hostless: Floats
    undetected: Floats
    outside: Floats
    answered: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def none(self) -> Floats:
        """Return the probability, for each place, that its host is no candidate."""
        return self.hostless + self.undetected + self.outside


def associate(
    ra_deg: ArrayLike,
    dec_deg: ArrayLike,
    catalogues: Iterable[Catalogue],
    *,
    fields: Fields | None = None,
    redshift: ArrayLike | None = None,
    redshift_err: ArrayLike | None = None,
    top: int | None = None,
) -> Association:
    """Rank the galaxies around each place (degrees, arrays of equal length), at most ``top`` a place.

    ``fields``: images of the same places in the same order; one of NaN alone counts as none. ``redshift``, and its
    error: of the transients, NaN where not known; without the argument those of the fields. The answer for one place
    does not depend on the others. A catalogue that cannot answer is named in ``problems``.
    """
    ra, dec = np.atleast_1d(np.asarray(ra_deg, float)), np.atleast_1d(np.asarray(dec_deg, float))
    known = redshift if redshift is not None or fields is None else fields.redshift
    z, z_err = (
        np.full(len(ra), np.nan) if v is None else np.broadcast_to(np.asarray(v, float), ra.shape)
        for v in (known, redshift_err)
    )
    asked = _asked(ra, dec, catalogues)
    seen = looked(fields) if fields is not None and len(ra) else None
    return answered(ra, dec, z, z_err, asked, seen, top)


@dataclass(frozen=True)
class Asked:
    """What catalogues said: their lists, how far each was asked (arcsec), their names and problems."""

    lists: list[Listed]
    radius_arcsec: list[float]
    answered: tuple[str, ...]
    problems: tuple[str, ...]


def _asked(ra: Floats, dec: Floats, catalogues: Iterable[Catalogue]) -> Asked:
    lists, radii, problems = [], [], []
    for catalogue in catalogues:
        try:
            near = catalogue.cone(ra, dec, catalogue.radius_arcsec)
        except AlerceLikeError as error:
            problems.append(f"{catalogue.name}: {error}")
            continue
        near = posterior.weighed(near, ra, dec, catalogue.radius_arcsec, catalogue.completeness)
        lists.append(Listed(catalogue.name, near, catalogue.depth_mag))
        radii.append(catalogue.radius_arcsec)
    return Asked(lists, radii, tuple(one.name for one in lists), tuple(problems))


def answered(
    ra: Floats, dec: Floats, z: Floats, z_err: Floats, asked: Asked, seen: Looked | None, top: int | None
) -> Association:
    """Return the answer from what catalogues and images said."""
    weighed, depth = gathered(ra, dec, z, z_err, asked.lists, seen)
    found, places = weighed.candidates, weighed.places
    p, none = choice.probabilities(found, places)
    closed, closed_none = posterior.normalised(found["odds"].to_numpy(), found["row"].to_numpy(), len(ra))
    learned = (places["has_image"] + places["has_catalogue"]).to_numpy() > 0
    p, none = np.where(learned[found["row"].to_numpy()], p, closed), np.where(learned, none, closed_none)
    p, none = _without_stars(found, p, none)
    reach = np.where(learned, SEARCHED_ARCSEC, max(asked.radius_arcsec, default=0.0))
    ranked = _ranked(_handed_over(found, p), np.isfinite(z))
    best = ranked if top is None else ranked[ranked["rank"] <= top].reset_index(drop=True)
    hostless, undetected, outside = nothing.split(none, z, depth, reach)
    return Association(best, hostless, undetected, outside, asked.answered, asked.problems)


def gathered(
    ra: Floats, dec: Floats, z: Floats, z_err: Floats, lists: list[Listed], seen: Looked | None
) -> tuple[evidence.Evidence, Floats]:
    """Return the evidence about all places, and how deep (r magnitude) what was searched goes."""
    n = len(ra)
    deep, depth = np.full(n, np.nan), np.full(n, np.nan)
    for one in lists:
        covered = np.bincount(one.table["row"], minlength=n) > 0
        depth = np.fmax(depth, one.depth_mag)
        deep = np.where(covered & (one.depth_mag > SHALLOW_MAG), np.fmax(deep, one.depth_mag), deep)
    depth = np.where(np.isfinite(deep), deep, np.minimum(depth, SHALLOW_MAG))
    every = [*lists, *([seen.found] if seen else [])] or [Listed("", galaxies({"row": []}), 0.0)]
    has_image = seen.observed if seen else np.zeros(n, bool)
    table = evidence.weighed(merged(every, ra, dec), z, z_err, deep, has_image, seen.seen if seen else None)
    return table, np.fmax(depth, np.where(has_image, table.places["image_depth_mag"].to_numpy(), np.nan))


def _without_stars(found: pd.DataFrame, probability: Floats, none: Floats) -> tuple[Floats, Floats]:
    """Return the probabilities when stars of the Milky Way, by their spectra and their looks, can be no hosts."""
    slow = (found["redshift_kind"].to_numpy(str) == "spec") & (np.abs(found["redshift"].to_numpy()) < STAR_REDSHIFT)
    is_star, row = slow & (found["p_star"].to_numpy() > 0.5), found["row"].to_numpy()
    probability = np.where(is_star, 0.0, probability)
    total = np.bincount(row, probability, len(none)) + none
    left = np.where(np.bincount(row, is_star, len(none)) > 0, total, 1.0)
    some = np.maximum(left, 1e-300)
    return probability / some[row], np.where(left > 0, none / some, 1.0)


def _handed_over(found: pd.DataFrame, probability: Floats) -> pd.DataFrame:
    """Return the candidates that are no parts of others, with the probability of their parts."""
    whole = wholes(found, probability)
    own = whole == np.arange(len(whole))
    total = np.bincount(whole, probability, len(whole)).astype(float)
    parts = np.bincount(whole, minlength=len(whole)) - 1
    return found.assign(probability=total, parts=parts)[own]


def _ranked(found: pd.DataFrame, has_redshift: NDArray[np.bool_]) -> pd.DataFrame:
    made = found.sort_values(["row", "probability", "dlr", "id"], ascending=[True, False, True, True], kind="stable")
    made = made.assign(
        rank=made.groupby("row").cumcount() + 1, why=pd.Series(why.sentences(made, has_redshift), made.index, "str")
    )
    return made[[*COLUMNS, *ANSWER]].reset_index(drop=True)
