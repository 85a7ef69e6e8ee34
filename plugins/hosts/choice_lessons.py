"""Simulated fields as the choice model sees them: detections, planes of the map, catalogues and truth, in a folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.detect import detect
from tom_alerce_like.plugins.hosts.heatmap.pyramid import pyramids
from tom_alerce_like.plugins.hosts.simulate import Sky, sky

#: Fields of one seed, kept in one file.
FIELDS = 100
#: More large and more faint hosts than there are, and stars that vary, so that all of them can be learned; all
#: transients of some seeds are stars. For calibration everything is as common as it is.
SHARES = {"large_share": 0.03, "faint_share": 0.08, "star_share": 0.02}
ALL_STARS = 20


class Lesson(NamedTuple):
    """One seed's fields: tables as `Sky` has them, ``found`` by `detect`, ``planes`` of `heatmap.pyramid.pyramids`, and
    ``place`` (ra_deg, dec_deg, redshift)."""

    place: pd.DataFrame
    truth: pd.DataFrame
    sources: pd.DataFrame
    catalogue: pd.DataFrame
    found: pd.DataFrame
    planes: NDArray[np.float16]


def lesson(made: Sky) -> Lesson:
    """Return what there is to be learned from simulated fields."""
    fields = made.fields
    place = pd.DataFrame({"ra_deg": fields.ra_deg, "dec_deg": fields.dec_deg, "redshift": fields.redshift})
    return Lesson(place, made.truth, made.sources, made.catalogue, detect(fields), pyramids(fields).astype(np.float16))


def kept(folder: Path, seed: int, made: Sky) -> None:
    """Write the lesson of a seed."""
    folder.mkdir(parents=True, exist_ok=True)
    one = lesson(made)
    for name in Lesson._fields[:-1]:
        getattr(one, name).to_parquet(folder / f"{seed}-{name}.parquet")
    np.save(folder / f"{seed}-planes.npy", one.planes)


def read(folder: Path, seed: int) -> Lesson:
    """Return the lesson of a seed that `kept` wrote."""
    place, truth, sources, catalogue, found = (
        pd.read_parquet(folder / f"{seed}-{name}.parquet") for name in Lesson._fields[:-1]
    )
    return Lesson(place, truth, sources, catalogue, found, np.load(folder / f"{seed}-planes.npy"))


def seeds(folder: Path) -> list[int]:
    """Return the seeds whose lessons are complete, in order."""
    return sorted(int(path.name.split("-")[0]) for path in folder.glob("*-planes.npy"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("first", type=int, help="first seed")
    parser.add_argument("last", type=int, help="last seed, not included")
    parser.add_argument("--natural", action="store_true", help="nothing more common than it is: for calibration")
    given = parser.parse_args()
    for seed in range(given.first, given.last):
        if not (given.folder / f"{seed}-planes.npy").exists():
            kept(given.folder, seed, sky(FIELDS, seed, **({} if given.natural else shares(seed))))


def shares(seed: int) -> dict[str, float]:
    """Return what a seed to learn from has more of than there is."""
    return SHARES | ({} if seed % ALL_STARS else {"star_share": 1.0})


if __name__ == "__main__":
    main()
