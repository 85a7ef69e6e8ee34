"""Which galaxy a transient belongs to: every candidate's probability, and that of none of them.

For a galaxy of semi-axes a and b, with the transient at normalised offset d (offset over directional light radius)::

    odds = completeness / (1 - completeness) * profile(d) / (density * pi * a * b)
    P(galaxy) = odds / (1 + sum of odds)        P(none) = 1 / (1 + sum of odds)

``profile`` is how transients are spread in their hosts: an exponential disc in d, normalised over the ellipse's area.
``density`` is how many of the catalogue's galaxies per square arcsec there are around the transient, so a crowded place
asks for more evidence. A bright neighbour, a redshift or the transient's type play no part yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.plugins.hosts.catalogue import COLUMNS, Catalogue, galaxies
from tom_alerce_like.plugins.hosts.dlr import completed, light_radius, offset
from tom_alerce_like.sky import separation_arcsec

Floats = NDArray[np.float64]

#: Scale of the profile in d, from half of the hosts that people chose (docs/modules/hosts.md).
SCALE = 0.59
#: Beyond this normalised offset the profile leaves nothing to compare.
REACH = 30.0
#: Errors of catalogued centres and of transients, added to the axes in quadrature.
POSITION_ERR_ARCSEC = 0.34
#: Semi-axis of a galaxy whose size the catalogue does not give.
UNKNOWN_SIZE_ARCSEC = 2.0
#: Two catalogues mean the same galaxy when the centres are closer than this, or than this part of the larger axis.
SAME_ARCSEC, SAME_AXIS = 2.0, 0.9


@dataclass(frozen=True)
class Association:
    """The answer for a table of places.

    ``candidates``: columns of `catalogue.COLUMNS` and rank (from 1), offset_arcsec, dlr (offset over light radius) and
    probability, best first within each row. ``none``: probability, for each place, that its host is no candidate.
    ``answered``: names of the catalogues that did. ``problems``: what the others said.
    """

    candidates: pd.DataFrame
    none: Floats
    answered: tuple[str, ...]
    problems: tuple[str, ...]


def associate(
    ra_deg: ArrayLike, dec_deg: ArrayLike, catalogues: Iterable[Catalogue], top: int | None = None
) -> Association:
    """Rank the galaxies around each place (degrees, arrays of equal length), at most ``top`` a place.

    The answer for one place does not depend on the others. A catalogue that cannot answer is named in ``problems``.
    """
    ra, dec = np.atleast_1d(np.asarray(ra_deg, float)), np.atleast_1d(np.asarray(dec_deg, float))
    found, answered, problems = [_weighed(galaxies({"row": []}), ra, dec, 1.0, 0.5)], [], []
    for catalogue in catalogues:
        try:
            near = catalogue.cone(ra, dec, catalogue.radius_arcsec)
        except AlerceLikeError as error:
            problems.append(f"{catalogue.name}: {error}")
            continue
        answered.append(catalogue.name)
        found.append(_weighed(near, ra, dec, catalogue.radius_arcsec, catalogue.completeness))
    filled = [table.assign(preference=number) for number, table in enumerate(found) if len(table)] or found[:1]
    candidates = _without_repeats(pd.concat(filled, ignore_index=True)) if len(filled) > 1 else filled[0]
    total = np.bincount(candidates["row"], weights=candidates["odds"], minlength=len(ra)).astype(float)
    ranked = _ranked(candidates, total)
    best = ranked if top is None else ranked[ranked["rank"] <= top]
    return Association(best.reset_index(drop=True), 1 / (1 + total), tuple(answered), tuple(problems))


def _weighed(near: pd.DataFrame, ra: Floats, dec: Floats, radius_arcsec: float, completeness: float) -> pd.DataFrame:
    row = near["row"].to_numpy()
    apart, angle = offset(near["ra_deg"], near["dec_deg"], ra[row], dec[row])
    a, b, pa = completed(near["a_arcsec"], near["b_arcsec"], near["pa_deg"], UNKNOWN_SIZE_ARCSEC)
    a, b = np.hypot(a, POSITION_ERR_ARCSEC), np.hypot(b, POSITION_ERR_ARCSEC)
    normalised = apart / light_radius(a, b, pa, angle)
    per_arcsec2 = np.bincount(row, minlength=len(ra))[row] / (np.pi * radius_arcsec**2)
    evidence = profile(normalised) / (per_arcsec2 * np.pi * a * b)
    odds = completeness / (1 - completeness) * evidence
    made = near.assign(
        offset_arcsec=apart, dlr=normalised, odds=odds, reach_arcsec=np.maximum(SAME_ARCSEC, SAME_AXIS * a)
    )
    return made[normalised < REACH]


def profile(normalised: Floats) -> Floats:
    """Return the density of transients at normalised offset d, per area of the ellipse: its integral 2 d dd is 1."""
    return np.exp(-normalised / SCALE) / (2 * SCALE**2)


def _without_repeats(found: pd.DataFrame) -> pd.DataFrame:
    """Keep a galaxy that several catalogues hold once, from the first of them, with what redshift there is."""
    found = found.reset_index(names="index")
    pairs = found.merge(found, on="row", suffixes=("", "_later"))
    pairs = pairs[pairs["preference"] < pairs["preference_later"]]
    apart = separation_arcsec(pairs["ra_deg"], pairs["dec_deg"], pairs["ra_deg_later"], pairs["dec_deg_later"])
    same = pairs[apart < pairs["reach_arcsec"]].drop_duplicates("index").set_index("index")
    lacking = found["index"].isin(same.index[same["redshift"].isna()])
    for column in ("redshift", "redshift_err", "redshift_kind"):
        found.loc[lacking, column] = same[f"{column}_later"].reindex(found.loc[lacking, "index"]).to_numpy()
    repeats = pairs.loc[apart < pairs["reach_arcsec"], "index_later"]
    return found[~found["index"].isin(repeats)].drop(columns="index")


def _ranked(candidates: pd.DataFrame, total: Floats) -> pd.DataFrame:
    made = candidates.assign(probability=candidates["odds"] / (1 + total[candidates["row"].to_numpy()]))
    made = made.sort_values(["row", "probability", "dlr", "id"], ascending=[True, False, True, True], kind="stable")
    made["rank"] = made.groupby("row").cumcount() + 1
    return made[[*COLUMNS, "rank", "offset_arcsec", "dlr", "probability"]]
