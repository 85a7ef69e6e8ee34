"""The contract of a galaxy catalogue, and the catalogues that the setting HOST_CATALOGUES names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import numpy as np
import pandas as pd
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from tom_alerce_like import conf
from tom_alerce_like.plugins.hosts.online import ONLINE

Floats = NDArray[np.float64]
_FILE = "tom_alerce_like.plugins.hosts.sources.files.opened"
_CACHED = "tom_alerce_like.plugins.hosts.sources.cache.CachedCatalogue"
_FOLDER = "tom_alerce_like.plugins.hosts.sources.cache.Folder"

#: One row a source in a cone. ``row`` is the position's number in the call; ``mag`` is r, AB; ``a`` and ``b`` are the
#: semi-axes of the ellipse that holds half of the light; the position angle goes from north through east; ``p_star`` is
#: the probability that it is a star; ``redshift_kind`` is spec, photo or nothing. Missing numbers are NaN.
NUMBERS = ("ra_deg", "dec_deg", "mag", "a_arcsec", "b_arcsec", "pa_deg", "p_star", "redshift", "redshift_err")
TEXTS = ("id", "name", "redshift_kind", "catalogue")
COLUMNS = ("row", *NUMBERS, *TEXTS)


class Catalogue(Protocol):
    """Answers which galaxies lie around given places.

    ``radius_arcsec`` is how far out it is worth asking. ``completeness`` is the fraction of transients whose host it
    holds: the prior of an association.
    """

    name: str
    radius_arcsec: float
    completeness: float

    @property
    def depth_mag(self) -> float:
        """The r magnitude (AB) to which it holds nearly all galaxies."""

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within the radius of each place: columns `COLUMNS`.

        Raises `tom_alerce_like.exceptions.AlerceLikeError` when the catalogue cannot answer.
        """


def galaxies(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a table of `COLUMNS`; absent numbers become NaN, absent texts empty."""
    length = len(columns["row"])
    made: dict[str, Any] = {"row": np.asarray(columns["row"], dtype=np.int64)}
    for name in NUMBERS:
        values = columns.get(name)
        made[name] = np.full(length, np.nan) if values is None else pd.to_numeric(pd.Series(values), errors="coerce")
        made[name] = np.asarray(made[name], dtype=float)
    for name in TEXTS:
        values = columns.get(name)
        made[name] = pd.Series([""] * length if values is None else values, dtype="str").fillna("").array
    return pd.DataFrame(made)


def configured() -> list[Catalogue]:
    """Return the catalogues of the setting HOST_CATALOGUES, each made once per process.

    Answers of online services are kept in the folder of the setting HOST_CACHE.
    """
    folder = conf.get("HOST_CACHE")
    return [_made(str(entry), None if folder is None else str(folder)) for entry in conf.get("HOST_CATALOGUES")]


@cache
def _made(entry: str, folder: str | None) -> Catalogue:
    if entry not in ONLINE:
        return import_string(_FILE)(entry)
    made = import_string(ONLINE[entry])()
    return made if folder is None else import_string(_CACHED)(made, import_string(_FOLDER)(folder))
