"""Asking a service in ADQL by the Table Access Protocol (IVOA, TAP 1.1)."""

from __future__ import annotations

from abc import abstractmethod

import pandas as pd

from tom_alerce_like import http
from tom_alerce_like.plugins.hosts.catalogue import Floats
from tom_alerce_like.plugins.hosts.sources.service import OnlineCatalogue, table


class TapCatalogue(OnlineCatalogue):
    """Asks one query for all places: a subclass writes it."""

    frame = "ICRS"
    position: tuple[str, str] = ("ra", "dec")

    @abstractmethod
    def _told(self, where: str) -> pd.DataFrame:
        """Return what lies where the condition holds."""

    def _asked(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        circles = (self._circle(ra, dec, radius_arcsec / 3600) for ra, dec in zip(ra_deg, dec_deg, strict=True))
        return self._told(" OR ".join(circles))

    def _circle(self, ra_deg: float, dec_deg: float, radius_deg: float) -> str:
        circle = f"CIRCLE('{self.frame}', {ra_deg:.7f}, {dec_deg:.7f}, {radius_deg:.7f})"
        return f"CONTAINS(POINT('{self.frame}', {', '.join(self.position)}), {circle}) = 1"

    def _query(self, adql: str, columns: tuple[str, ...]) -> pd.DataFrame:
        """Return these columns of one synchronous query; raises the `ServiceError` family."""
        query = {"REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "csv", "QUERY": adql}
        _, body = http.fetch(self.session, "POST", self.url, data=query)
        return table(body, columns, self.name)
