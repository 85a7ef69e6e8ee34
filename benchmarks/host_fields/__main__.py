"""Write simulated fields to files: python -m benchmarks.host_fields OUT_FOLDER --n 1000 --seed 5."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.host_fields import sky
from tom_alerce_like.plugins.hosts.simulate.sky import Sky


def main() -> None:
    """Write FIELDS.npz, CATALOGUE.parquet and TRUTH.parquet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=1000, help="number of fields")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--redshifts", action="store_true", help="the transients' redshifts are known")
    given = parser.parse_args()
    made = sky(given.n, given.seed, given.workers)
    write(made, given.folder, given.redshifts)


def write(made: Sky, folder: Path, redshifts: bool = False) -> None:
    """Write a sky as the command `python -m tom_alerce_like.plugins.hosts` reads it, and its truth."""
    folder.mkdir(parents=True, exist_ok=True)
    fields = made.fields
    z = made.truth["transient_redshift"].to_numpy(float) if redshifts else fields.redshift
    np.savez(folder / "FIELDS.npz", images=fields.images, ra_deg=fields.ra_deg, dec_deg=fields.dec_deg, z=z)
    made.catalogue.to_parquet(folder / "CATALOGUE.parquet")
    made.truth.to_parquet(folder / "TRUTH.parquet")


if __name__ == "__main__":
    main()
