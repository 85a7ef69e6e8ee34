"""Run by Prost's own Python: reads places.npy and galaxies.csv of a folder, writes prost.npy there.

A second argument "absmag" adds the luminosity to what it goes by.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from astro_prost import associate, helpers
from astropy.coordinates import SkyCoord
from scipy.stats import gamma, uniform

#: The priors and likelihoods of its demo.py.
PRIORS = {"offset": uniform(loc=0, scale=10), "absmag": uniform(loc=-30, scale=20)}
LIKELIHOODS = {"offset": gamma(a=0.75), "absmag": helpers.SnRateAbsmag(a=-30, b=-10)}


def main(folder: Path, terms: list[str]) -> None:
    """Write the hosts of all transients: (n, 2) right ascension and declination, degrees."""
    np.random.seed(0)
    places = np.load(folder / "places.npy")
    serve(pd.read_csv(folder / "galaxies.csv"))
    transients = pd.DataFrame({"name": np.arange(len(places)), "ra": places[:, 0], "dec": places[:, 1]})
    done = associate.associate_sample(
        transients,
        catalogs=["decals"],
        priors={term: PRIORS[term] for term in terms},
        likes={term: LIKELIHOODS[term] for term in terms},
        calc_host_props=False,
        parallel=False,
        save=False,
        verbose=0,
    )
    hosts = np.full((len(places), 2), np.nan)
    hosts[done["name"].to_numpy(int)] = done[["host_ra", "host_dec"]]
    np.save(folder / "prost.npy", hosts)


def serve(galaxies: pd.DataFrame) -> None:
    """Put a table in place of the query of the Legacy Surveys, and leave out GLADE+, which is not asked."""
    there = SkyCoord(galaxies["ra"].to_numpy(), galaxies["dec"].to_numpy(), unit="deg")

    def fetch(search_pos, search_rad, *_):
        near = galaxies[there.separation(search_pos) < search_rad]
        return near.reset_index(drop=True) if len(near) else None

    def absent(_):
        raise FileNotFoundError

    helpers.fetch_decals_sources = fetch
    associate.pkg_resources.as_file = absent


if __name__ == "__main__":
    main(Path(sys.argv[1]), ["offset", *sys.argv[2:]])
