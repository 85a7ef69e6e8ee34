"""Which catalogue a path on this machine holds."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tom_alerce_like.plugins.hosts.catalogue import Catalogue
from tom_alerce_like.plugins.hosts.sources.glade import OTHERS, POSITION, SHAPE, GladeCatalogue
from tom_alerce_like.plugins.hosts.sources.hats import HatsCatalogue
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue


def opened(path: str | Path) -> Catalogue:
    """Return the catalogue of a path: a HATS folder, a file with the columns of GLADE+, or one of a survey.

    What cannot be read says so at the first question, by `ConfigurationError`.
    """
    if Path(path).is_dir():
        return HatsCatalogue(path)
    return GladeCatalogue(path) if {*POSITION, *SHAPE, *OTHERS} <= _columns(path) else SurveyCatalogue(path)


def _columns(path: str | Path) -> set[str]:
    try:
        return set(pq.read_schema(path).names)
    except (OSError, pa.ArrowException):
        return set()
