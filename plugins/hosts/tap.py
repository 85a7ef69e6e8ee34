"""Galaxy catalogues of the online services, asked in ADQL by the Table Access Protocol."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import numpy as np
import pandas as pd
import requests

from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply
from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies
from tom_alerce_like.plugins.hosts.parquet import B_MINUS_R_MAG, HALF_LIGHT, HALF_UNIT_ARCSEC
from tom_alerce_like.sky import separation_arcsec

_PLACES_PER_QUERY = 20
#: What GLADE+ writes for how a distance was measured, and what NED writes for a redshift.
GLADE_KIND = {"1": "photo", "3": "spec"}
NED_KIND = {"PHOT": "photo", "SPEC": "spec"}


def ask(session: requests.Session, url: str, adql: str) -> pd.DataFrame:
    """Return the rows of one synchronous query, every value as text; raises the `ServiceError` family."""
    query = {"REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "csv", "QUERY": adql}
    _, body = http.fetch(session, "POST", url, data=query)
    try:
        return pd.read_csv(BytesIO(body), dtype=str, skipinitialspace=True)
    except ValueError as error:
        raise BadReply(f"{url} answered with something that is not a table") from error


def inside(frame: str, ra: str, dec: str, places: Iterable[tuple[float, float]], radius_arcsec: float) -> str:
    """Return the ADQL condition that columns ``ra`` and ``dec`` lie within the radius of any of the places."""
    radius_deg = radius_arcsec / 3600
    return " OR ".join(
        f"1=CONTAINS(POINT('{frame}', {ra}, {dec}), CIRCLE('{frame}', {x:.7f}, {y:.7f}, {radius_deg:.7f}))"
        for x, y in places
    )


class _Online:
    """Asks for many places at a time and sorts the answers out by place."""

    name: str
    url: str
    frame: str
    position: tuple[str, str]
    radius_arcsec: float
    completeness: float
    depth_mag: float

    def __init__(self, session: requests.Session | None = None, url: str | None = None) -> None:
        self.session = session or http.session(retry_methods=("GET", "POST"))
        self.url = url or self.url

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        known = np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg))
        found = [galaxies({"row": []})]
        for start in range(0, len(known), _PLACES_PER_QUERY):
            row = known[start : start + _PLACES_PER_QUERY]
            found.append(self._chunk(row, ra_deg[row], dec_deg[row], radius_arcsec))
        return pd.concat(found[1:] or found, ignore_index=True)

    def _chunk(self, row: np.ndarray, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        where = inside(self.frame, *self.position, zip(ra_deg, dec_deg, strict=True), radius_arcsec)
        try:
            table = self._galaxies(where)
        except KeyError as error:
            raise BadReply(f"{self.name} answered without the column {error}") from error
        places = table["ra_deg"].to_numpy(), table["dec_deg"].to_numpy()
        apart = separation_arcsec(ra_deg[:, None], dec_deg[:, None], *places)
        place, galaxy = np.nonzero(apart <= radius_arcsec)
        return table.iloc[galaxy].assign(row=row[place])

    def _galaxies(self, where: str) -> pd.DataFrame:
        raise NotImplementedError

    def _table(self, columns: dict[str, pd.Series]) -> pd.DataFrame:
        length = len(columns["ra_deg"])
        return galaxies({"row": np.zeros(length), "catalogue": [self.name] * length, **columns})


class VizierCatalogue(_Online):
    """Shapes of HyperLEDA (VII/237) and redshifts of GLADE+ (VII/291) at CDS, joined by PGC number."""

    name = "VizieR"
    url = "https://tapvizier.cds.unistra.fr/TAPVizieR/tap/sync"
    frame = "ICRS"
    position = ("RAJ2000", "DEJ2000")
    radius_arcsec = 600.0
    completeness = 0.16
    depth_mag = 16.0

    def _galaxies(self, where: str) -> pd.DataFrame:
        leda = f'SELECT PGC, RAJ2000, DEJ2000, logD25, logR25, PA FROM "VII/237/pgc" WHERE {where}'  # noqa: S608
        glade = f'SELECT PGC, "Bmag", zhelio, e_zhelio, f_dL FROM "VII/291/gladep" WHERE PGC IS NOT NULL AND ({where})'  # noqa: S608
        shapes = ask(self.session, self.url, leda)
        known = ask(self.session, self.url, glade).drop_duplicates("PGC")
        both = shapes.merge(known, on="PGC", how="left")
        a_arcsec = HALF_LIGHT * HALF_UNIT_ARCSEC * 10 ** _number(both["logD25"], below=9)
        return self._table(
            {
                "id": both["PGC"],
                "name": "PGC " + both["PGC"],
                "ra_deg": both["RAJ2000"],
                "dec_deg": both["DEJ2000"],
                "mag": _number(both["Bmag"], below=99) - B_MINUS_R_MAG,
                "a_arcsec": a_arcsec,
                "b_arcsec": a_arcsec / 10 ** _number(both["logR25"], below=9),
                "pa_deg": _number(both["PA"], below=360),
                "redshift": both["zhelio"],
                "redshift_err": both["e_zhelio"],
                "redshift_kind": both["f_dL"].map(GLADE_KIND),
            }
        )


class NedCatalogue(_Online):
    """Objects that NED holds for galaxies; it gives no sizes here."""

    name = "NED"
    url = "https://ned.ipac.caltech.edu/tap/sync"
    frame = "J2000"
    position = ("ra", "dec")
    radius_arcsec = 60.0
    completeness = 0.8
    depth_mag = 17.0

    def _galaxies(self, where: str) -> pd.DataFrame:
        columns = "prefname, ra, dec, z, zunc, zflag"
        adql = f"SELECT {columns} FROM NEDTAP.objdir WHERE prefphytype='G' AND ({where})"  # noqa: S608
        table = ask(self.session, self.url, adql)
        return self._table(
            {
                "id": table["prefname"],
                "name": table["prefname"],
                "ra_deg": table["ra"],
                "dec_deg": table["dec"],
                "redshift": table["z"],
                "redshift_err": table["zunc"],
                "redshift_kind": table["zflag"].str.strip().map(NED_KIND),
            }
        )


def _number(values: pd.Series, below: float) -> Floats:
    """Return floats; catalogues write 9.99 or 999 for what they do not know."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float)
    return np.where(numbers < below, numbers, np.nan)
