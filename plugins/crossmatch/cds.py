"""The cross-match service of CDS: any table of VizieR that has positions, and SIMBAD.

https://cds.unistra.fr/help/documentation/xmatch-more/api/ says how it is asked.
"""

from __future__ import annotations

import math
import re
from io import BytesIO

import numpy as np
import pandas as pd
import requests

from tom_alerce_like import conf, http
from tom_alerce_like.exceptions import BadReply, RequestRefused
from tom_alerce_like.plugins.crossmatch.matches import Floats, Matches, TooManyMatches

URL = "https://cdsxmatch.u-strasbg.fr/xmatch/api/v1/sync"
#: The service works on a batch for longer than other services take to answer.
PATIENCE_S = 120.0
#: An answer that is too large is asked for in halves, down to so many parts of a whole batch.
MOST_PARTS = 64
_ROW, _RA, _DEC, _APART = "xm_row", "xm_ra", "xm_dec", "angDist"
_REASON = re.compile(r"QUERY_STATUS[^>]*>\s*(?:<!\[CDATA\[)?([^<\]]+)")


class CdsCatalogue:
    """A table at CDS: ``simbad``, or the identifier of a table of VizieR such as ``I/355/gaiadr3``.

    CDS moves its sources to J2000 by their proper motions before it matches.
    """

    position = None
    batch_rows = 5000
    max_rows = math.inf
    max_radius_arcsec = 180.0

    def __init__(self, name: str, table: str, session: requests.Session | None = None, url: str = URL) -> None:
        self.name, self.table, self.url = name, table, url
        self.session = session or http.session(retry_methods=("POST",))

    def match(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, nearest_only: bool) -> Matches:
        """Return what lies around places, see `matches.Source`; raises the `ServiceError` family."""
        places = pd.DataFrame({_ROW: np.arange(len(ra_deg)), _RA: ra_deg, _DEC: dec_deg})
        question = {
            "request": "xmatch",
            "RESPONSEFORMAT": "csv",
            "distMaxArcsec": f"{radius_arcsec:.6g}",
            "selection": "best" if nearest_only else "all",
            "cat2": self.table if self.table == "simbad" else f"vizier:{self.table}",
            "colRA1": _RA,
            "colDec1": _DEC,
        }
        file = ("places.csv", places.to_csv(index=False, float_format="%.9f"), "text/csv")
        timeout = (min(http.CONNECT_TIMEOUT_S, conf.get("TIMEOUT_S")), PATIENCE_S)
        try:
            _, body = http.fetch(self.session, "POST", self.url, data=question, files={"cat1": file}, timeout=timeout)
        except RequestRefused as error:
            said = _REASON.search(str(error.reply or ""))
            why = f": {said[1].strip()}" if said else ""
            raise RequestRefused(f"{error}{why}", error.status, error.reply) from error
        except BadReply as error:
            # larger than we take, or broken off: the half of it may do
            if len(places) <= self.batch_rows / MOST_PARTS:
                raise
            raise TooManyMatches(str(error)) from error
        return self._read(body, len(places), radius_arcsec, nearest_only)

    def _read(self, body: bytes, n_places: int, radius_arcsec: float, nearest_only: bool) -> Matches:
        if not body.strip():
            return Matches(np.empty(0, np.int64), np.empty(0), pd.DataFrame())
        try:
            table = pd.read_csv(BytesIO(body), dtype=str, keep_default_na=False)
            row = table.pop(_ROW).to_numpy().astype(float)
            apart_arcsec = table.pop(_APART).to_numpy().astype(float)
        except (ValueError, KeyError) as error:
            raise BadReply(f"CDS answered for {self.name} with something that is no table of matches") from error
        # the service rounds
        near = apart_arcsec <= radius_arcsec + 1e-3
        if not near.all() or not ((row >= 0) & (row < n_places) & (row % 1 == 0)).all():
            raise BadReply(f"CDS answered for {self.name} with matches of places that were not asked for")
        own = table.drop(columns=[_RA, _DEC], errors="ignore")
        return Matches.ordered(row.astype(np.int64), apart_arcsec, own, nearest_only)
