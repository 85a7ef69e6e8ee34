"""Catalogues that somebody waits for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tom_alerce_like.plugins.hosts.sources.service import within

if TYPE_CHECKING:
    import pandas as pd

    from tom_alerce_like.plugins.hosts.catalogue import Catalogue, Floats


@dataclass(frozen=True)
class Hurried:
    """A catalogue that raises `ServiceUnavailable` when it has not answered by ``until`` (of `time.monotonic`)."""

    catalogue: Catalogue
    until: float

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return what the catalogue says, see `catalogue.Catalogue`."""
        left_s = self.until - time.monotonic()
        return within(left_s, lambda: self.catalogue.cone(ra_deg, dec_deg, radius_arcsec))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.catalogue, name)
