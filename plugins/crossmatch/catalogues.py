"""The catalogues that can be matched with, by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tom_alerce_like import conf
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch.catshtm import CatsHtm
from tom_alerce_like.plugins.crossmatch.cds import CdsCatalogue
from tom_alerce_like.plugins.crossmatch.hats import HatsCatalogue
from tom_alerce_like.plugins.crossmatch.local import LocalCatalogue
from tom_alerce_like.plugins.crossmatch.matches import Source
from tom_alerce_like.plugins.hosts.sources.partitions import is_hats

#: Well-known tables at CDS: our name -> (identifier, what it is).
CDS = {
    "gaia_dr3": ("I/355/gaiadr3", "Gaia DR3"),
    "ps1_dr1": ("II/349/ps1", "Pan-STARRS1 DR1"),
    "twomass": ("II/246/out", "2MASS point sources"),
    "allwise": ("II/328/allwise", "AllWISE"),
    "sdss_dr16": ("V/154/sdss16", "SDSS DR16"),
    "galex_ais": ("II/335/galex_ais", "GALEX AIS"),
    "simbad": ("simbad", "SIMBAD"),
    "milliquas": ("VII/294/catalog", "Milliquas 8, quasars and AGN"),
    "vsx": ("B/vsx/vsx", "AAVSO VSX, variable stars"),
    "glade_plus": ("VII/291/gladep", "GLADE+, galaxies with redshifts"),
    "hyperleda": ("VII/237/pgc", "HyperLEDA, shapes of galaxies"),
}
CATSHTM = "catshtm"
_VIZIER_ID = re.compile(r"(?:vizier:)?((?:B|[IVX]+|J)/[\w+&.-]+(?:/[\w+&.-]+)+)")


@dataclass(frozen=True)
class Entry:
    """A catalogue that a user may choose; ``place`` says where it is: here, CDS or ALeRCE."""

    name: str
    label: str
    place: str
    make: Callable[[], Source]


def entries() -> dict[str, Entry]:
    """Return what can be chosen by name: files of the setting XMATCH_CATALOGUES first, then online services."""
    files = {str(name): Path(str(path)) for name, path in conf.get("XMATCH_CATALOGUES").items()}
    here = [Entry(name, name, "here", partial(_local, name, path)) for name, path in files.items()]
    cds = [
        Entry(name, label, "CDS", partial(CdsCatalogue, name, table))
        for name, (table, label) in CDS.items()
        if name not in files
    ]
    htm = [Entry(CATSHTM, "catsHTM, some twenty catalogues, short lists", "ALeRCE", CatsHtm)]
    return {entry.name: entry for entry in (*here, *cds, *htm)}


def source(name: str) -> Source:
    """Return the catalogue of this name, or the table of VizieR of this identifier; raises `InputError`."""
    known = entries()
    if name in known:
        return known[name].make()
    if identifier := _VIZIER_ID.fullmatch(name.strip()):
        return CdsCatalogue(re.sub(r"\W+", "_", identifier[1]), identifier[1])
    raise InputError(
        f"there is no catalogue {name!r}: choose of {', '.join(known)}, or give VizieR's identifier of a table, "
        "such as I/355/gaiadr3"
    )


def _local(name: str, path: Path) -> Source:
    return HatsCatalogue(name, path) if is_hats(path) else LocalCatalogue(name, path)
