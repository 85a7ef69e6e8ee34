"""Simulated fields whose hosts are known, to train on (docs/modules/hosts_simulation.md)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.hosts.dlr import offset
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.simulate import catalogue, galaxies, hosts, scene, stars, survey
from tom_alerce_like.plugins.hosts.simulate.camera import SIZE, camera, exposed
from tom_alerce_like.plugins.hosts.simulate.galaxies import Table
from tom_alerce_like.plugins.hosts.simulate.places import on_sphere, places
from tom_alerce_like.plugins.hosts.simulate.sky import CATALOGUE_COLUMNS, Sky

#: Share of fields with pixels of 1 arcsec, of which only the central 63 arcsec are seen.
COARSE_SHARE = 0.12
#: Share of fields in which the transient is left in the image, and its magnitudes.
TRANSIENT_SHARE, TRANSIENT_MAG = 0.07, (16.5, 22.0)

__all__ = ["Sky", "sky"]


def sky(
    n: int,
    seed: int,
    *,
    large_share: float = hosts.LARGE_SHARE,
    faint_share: float = hosts.FAINT_SHARE,
    coarse_share: float = COARSE_SHARE,
    star_share: float = 0.0,
) -> Sky:
    """Simulate n fields; field k depends on k, the seed and the shares only.

    With the default shares offsets follow those of the hosts that ALeRCE's astronomers chose. ``large_share`` is that
    of hosts of half-light radius 6 to 40 arcsec (so of large offsets), ``faint_share`` that of hosts of 22 to 24.5 mag
    put on top, ``coarse_share`` that of stamps of coarse pixels (``truth.is_coarse``). ``star_share`` is that of stars
    that vary: they lie where the transient does, and there is no host.
    """
    ra, dec = places(n, seed)
    images = np.empty((n, SIZE, SIZE), np.float32)
    redshift, coarse = np.empty(n), np.empty(n, bool)
    drawn, lists = [], []
    for k in range(n):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(k,)))
        sources, redshift[k] = _population(rng, large_share, faint_share, star_share)
        seen_by = camera(rng, coarse_share)
        images[k] = exposed(rng, scene.drawn(rng, _with_transient(rng, sources), seen_by), seen_by)
        coarse[k] = seen_by.is_coarse
        drawn.append(sources | {"re_arcsec": survey.half_light_arcsec(sources)})
        lists.append(catalogue.listed(rng, sources, survey.survey(rng)))
    sources = _on_sky(drawn, ra, dec).rename(columns={"re_arcsec": "a_arcsec"})
    listed = _on_sky(lists, ra, dec)
    listed["id"] = [f"S{number}" for number in range(len(listed))]
    fields = Fields(images, ra, dec, redshift)
    return Sky(fields, listed[list(CATALOGUE_COLUMNS)], _truth(sources, ra, dec, coarse), sources)


def _population(
    rng: np.random.Generator, large_share: float, faint_share: float, star_share: float
) -> tuple[Table, float]:
    if star_share and rng.random() < star_share:
        return galaxies.joined(stars.at_transient(rng), galaxies.counted(rng), stars.counted(rng)), np.nan
    host = hosts.host(rng, large_share, faint_share)
    tables = [host, galaxies.counted(rng), stars.counted(rng)]
    if len(host["mag"]):
        tables.append(galaxies.companions(rng, host))
    return galaxies.joined(*tables), hosts.redshift_known(rng, host)


def _with_transient(rng: np.random.Generator, sources: Table) -> Table:
    """Return the sources with the transient among them now and then, as in a template taken while it shone."""
    if rng.random() > TRANSIENT_SHARE:
        return sources
    return galaxies.joined(sources, stars.one(rng.uniform(*TRANSIENT_MAG, 1)))


def _on_sky(tables: list[Table], ra: np.ndarray, dec: np.ndarray) -> pd.DataFrame:
    """Return one table of all fields with row, ra_deg and dec_deg."""
    row = np.repeat(np.arange(len(tables)), [len(table["east_arcsec"]) for table in tables])
    table = {name: np.concatenate([part[name] for part in tables]) for name in tables[0]}
    place = on_sphere(ra[row], dec[row], table.pop("east_arcsec"), table.pop("north_arcsec"))
    return pd.DataFrame({"row": row, "ra_deg": place[0], "dec_deg": place[1]} | table)


def _truth(sources: pd.DataFrame, ra: np.ndarray, dec: np.ndarray, coarse: np.ndarray) -> pd.DataFrame:
    host = sources[(sources["is_host"] > 0) & (sources["mag"] < hosts.FAINTEST_MAG)].set_index("row")
    host = host.reindex(range(len(ra)))
    return pd.DataFrame(
        {
            "host_ra_deg": host["ra_deg"],
            "host_dec_deg": host["dec_deg"],
            "host_mag": host["mag"],
            "host_redshift": host["redshift"],
            "host_a_arcsec": host["a_arcsec"],
            "offset_arcsec": offset(ra, dec, host["ra_deg"], host["dec_deg"])[0],
            "is_hostless": host["mag"].isna(),
            "is_coarse": coarse,
        }
    ).reset_index(drop=True)
