"""One list of candidates from many sources: what is the same galaxy in several of them becomes one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tom_alerce_like.plugins.hosts.catalogue import COLUMNS
from tom_alerce_like.plugins.hosts.places import first_known, space
from tom_alerce_like.plugins.hosts.plane import to_plane

Floats = NDArray[np.float64]

#: Two lists mean the same source when the centres are closer than this, or than this part of the larger axis; the
#: centres of bright galaxies in shallow catalogues are less exact.
SAME_ARCSEC, SAME_AXIS = 0.8, 0.3
SHALLOW_SAME_ARCSEC, SHALLOW_SAME_AXIS = 2.0, 0.9
#: A catalogue that ends at this r magnitude or before is shallow.
SHALLOW_MAG = 20.0
#: What only an image says of a source.
MEASURED = ("snr", "flux", "area_arcsec2", "compactness", "image_a_arcsec", "image_b_arcsec", "image_pa_deg")


class Listed(NamedTuple):
    """The sources of one list around all places: `COLUMNS` (and `MEASURED` of an image), and how deep it goes (r)."""

    name: str
    table: pd.DataFrame
    depth_mag: float
    is_image: bool = False


def merged(lists: Sequence[Listed], ra_deg: Floats, dec_deg: Floats) -> pd.DataFrame:
    """Return each source once, sorted by place: `COLUMNS`, `MEASURED`, east and north (arcsec), in_catalogue,
    is_deep (in a list that goes deep) and odds (of a catalogue alone, `posterior.weighed`).

    Name, catalogue and all numbers come from the first list that has them, a spectroscopic redshift before any other;
    the place from the deepest list. ``image_parent`` is the row of the source that an image found this one to be part
    of, -1 without one.
    """
    every = pd.concat([_placed(one, number, ra_deg, dec_deg) for number, one in enumerate(lists)], ignore_index=True)
    group = _grouped(every, [one.depth_mag for one in lists])
    number, depth = every["number"].to_numpy(), np.array([one.depth_mag for one in lists])
    n = int(group.max(initial=-1)) + 1
    made: dict[str, NDArray] = {"row": np.zeros(n, np.int64)}
    made["row"][group] = every["row"].to_numpy()
    for name in ("id", "name", "catalogue"):
        made[name] = _first(every, name, group, number, n)
    for name in ("ra_deg", "dec_deg", "east_arcsec", "north_arcsec"):
        made[name] = _first(every, name, group, -depth[number], n)
    for name in ("mag", "p_star", "odds", *MEASURED):
        made[name] = _first(every, name, group, number, n)
    has_size = every["a_arcsec"].to_numpy() > 0
    for name in ("a_arcsec", "b_arcsec", "pa_deg"):
        made[name] = _first(every, name, group, number, n, has_size)
    has_redshift = np.isfinite(every["redshift"].to_numpy())
    spectra_first = number + len(lists) * (every["redshift_kind"].to_numpy(str) != "spec")
    for name in ("redshift", "redshift_err", "redshift_kind"):
        made[name] = _first(every, name, group, spectra_first, n, has_redshift)
    made["odds"] = np.nan_to_num(made["odds"])
    made["is_deep"] = np.bincount(group, depth[number] > SHALLOW_MAG, n) > 0
    made["in_catalogue"] = np.bincount(group, ~every["is_image"], n) > 0
    made["image_parent"] = _parents(every, group, n)
    table = pd.DataFrame(made)
    order = np.lexsort((table.index, table["row"]))
    place = np.full(n + 1, -1)
    place[order] = np.arange(n)
    table = table.iloc[order].reset_index(drop=True)
    return table.assign(image_parent=place[table["image_parent"]])


def _placed(one: Listed, number: int, ra_deg: Floats, dec_deg: Floats) -> pd.DataFrame:
    table = one.table
    row = table["row"].to_numpy()
    east, north = to_plane(table["ra_deg"], table["dec_deg"], ra_deg[row], dec_deg[row])
    measured = {name: table[name].to_numpy(float) if one.is_image else np.nan for name in MEASURED}
    image = {"parent": table["parent"].to_numpy(str) if one.is_image and "parent" in table else ""}
    odds = table.get("odds", np.nan)
    made = table[list(COLUMNS)].assign(odds=odds, **measured, **image, is_image=one.is_image, number=number)
    made = made.assign(east_arcsec=east, north_arcsec=north)
    return made[np.isfinite(east)]


def _first(
    every: pd.DataFrame, name: str, group: NDArray, order: NDArray, n: int, known: NDArray | None = None
) -> NDArray:
    values = every[name].to_numpy()
    is_text = name in ("id", "name", "catalogue", "redshift_kind")
    if known is None:
        known = values.astype(str) != "" if is_text else np.isfinite(values)
    made = np.full(n, "", dtype=object) if is_text else np.full(n, np.nan)
    return first_known(values, known, group, order, made)


def _grouped(every: pd.DataFrame, depth_mag: Sequence[float]) -> NDArray[np.int64]:
    """Return for each row the group of rows that are one source; a list has at most one row in a group."""
    number = every["number"].to_numpy()
    points = space(every)
    size = np.nan_to_num(every["a_arcsec"].to_numpy())
    group = np.full(len(every), -1)
    total = 0
    for list_number, depth in enumerate(depth_mag):
        mine = np.flatnonzero(number == list_number)
        before = np.flatnonzero(number < list_number)
        same = np.full(len(mine), -1)
        if len(before) and len(mine):
            shallow = np.minimum(depth, np.asarray(depth_mag)[number[before]]) <= SHALLOW_MAG
            same = _matched(points[mine], points[before], size[mine], size[before], shallow, group[before])
        new = same < 0
        same[new] = total + np.arange(new.sum())
        total += int(new.sum())
        group[mine] = same
    return group


def _matched(
    mine: Floats, before: Floats, a_mine: Floats, a_before: Floats, shallow: NDArray[np.bool_], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the group of the nearest earlier source that means the same, -1 without one, no group twice."""
    apart, at = cKDTree(before).query(mine, k=4)
    apart, at = apart.reshape(len(mine), -1), np.minimum(at.reshape(len(mine), -1), len(before) - 1)
    larger = np.maximum(a_before[at], a_mine[:, None])
    reach = np.where(
        shallow[at],
        np.maximum(SHALLOW_SAME_ARCSEC, SHALLOW_SAME_AXIS * larger),
        np.maximum(SAME_ARCSEC, SAME_AXIS * larger),
    )
    which, column = np.nonzero(apart < reach)
    order = np.lexsort((which, apart[which, column]))
    made = np.full(len(mine), -1)
    which, found = which[order], group[at[which, column]][order]
    # of all pairs the closest first: a source and a group are taken once
    _, first = np.unique(which, return_index=True)
    best = np.zeros(len(which), bool)
    best[first] = True
    _, once = np.unique(np.where(best, found, -1 - np.arange(len(found))), return_index=True)
    kept = np.zeros(len(which), bool)
    kept[once] = True
    made[which[kept & best]] = found[kept & best]
    return made


def _parents(every: pd.DataFrame, group: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return the group of the image source that each group's own image source is part of, -1 without one."""
    made = np.full(n, -1)
    parts = np.flatnonzero(every["parent"].to_numpy(str) != "")
    if len(parts):
        image = every.index[every["is_image"]].to_numpy()
        of = pd.Series(group[image], index=every["id"].iloc[image]).groupby(level=0).first()
        made[group[parts]] = of.reindex(every["parent"].iloc[parts]).fillna(-1).to_numpy(int)
        made[made == np.arange(n)] = -1
    return made
