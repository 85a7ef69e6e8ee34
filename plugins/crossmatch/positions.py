"""The positions in the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile

Floats = NDArray[np.float64]
_SEXAGESIMAL = r"([+-]?)(\d{1,3})\s*[:hd°\s]\s*(\d{1,2})\s*[:m'′\s]\s*(\d{1,2}(?:\.\d*)?)\s*[s\"″]?"


def column(header: Sequence[str], name: str) -> int:
    """Return the number of the column of this name, as it is or else but for its case; raises `InputError`."""
    for known, wanted in ((list(header), name), ([one.lower() for one in header], name.lower())):
        if wanted in known:
            return known.index(wanted)
    raise InputError(f"there is no column {name!r}; the file has: {', '.join(header)}")


@dataclass(frozen=True)
class Positions:
    """Positions of a table's rows in degrees, NaN where a row has none.

    ``problems`` says why, with line numbers: of as many as were asked for; ``n_bad`` counts all.
    """

    ra_deg: Floats
    dec_deg: Floats
    n_bad: int
    problems: list[str] = field(default_factory=list)


def read(table: CsvFile, ra_column: int, dec_column: int, max_problems: int = 100) -> Positions:
    """Read the positions of a whole table: decimal degrees, or sexagesimal hours and degrees; raises `InputError`."""
    lines, given, texts = [], [], []
    for row in table.rows():
        lines.append(row.line)
        given.append(row.n_given)
        texts.append((row.cells[ra_column].strip(), row.cells[dec_column].strip()))
    ra_text = np.array([ra for ra, _ in texts], dtype=object)
    dec_text = np.array([dec for _, dec in texts], dtype=object)
    ra, dec = degrees(ra_text, per_unit=15.0), degrees(dec_text, per_unit=1.0)
    # some catalogues count right ascension from -180
    ra = np.where((ra >= -180) & (ra < 0), ra + 360, ra)
    shifted = np.array(given, dtype=int) > len(table.header)
    bad = ~((ra >= 0) & (ra <= 360) & (np.abs(dec) <= 90)) | shifted
    problems = [
        f"line {lines[at]}: {_why(ra_text[at], dec_text[at], ra[at], dec[at], given[at], len(table.header))}"
        for at in np.flatnonzero(bad)[:max_problems]
    ]
    ra[bad] = dec[bad] = np.nan
    return Positions(ra % 360, dec, int(bad.sum()), problems)


def degrees(texts: np.ndarray, per_unit: float) -> Floats:
    """Return angles as degrees: decimal degrees as they are, sexagesimal ones times ``per_unit``; NaN for others.

    A sexagesimal angle that says ``d`` or ``°`` is in degrees whatever ``per_unit`` is.
    """
    series = pd.Series(texts, dtype="str").str.replace("\N{MINUS SIGN}", "-")
    angle = pd.to_numeric(series, errors="coerce").to_numpy(float, copy=True)
    other = np.flatnonzero(np.isnan(angle))
    if not len(other):
        return angle
    parts = series.iloc[other].str.lower().str.extract(f"^{_SEXAGESIMAL}$")
    whole, minutes, seconds = (pd.to_numeric(parts[number], errors="coerce").to_numpy(float) for number in (1, 2, 3))
    size = whole + minutes / 60 + seconds / 3600
    unit = np.where(series.iloc[other].str.contains("[d°]", case=False).to_numpy(bool), 1.0, per_unit)
    sign = np.where(parts[0].fillna("").to_numpy() == "-", -1.0, 1.0)
    angle[other] = np.where((minutes < 60) & (seconds < 60), sign * size * unit, np.nan)
    return angle


def _why(ra_text: str, dec_text: str, ra: float, dec: float, n_given: int, n_columns: int) -> str:
    if n_given > n_columns:
        return f"{n_given} cells for {n_columns} columns"
    if not ra_text or not dec_text:
        return "no position"
    for what, text, value in (("RA", ra_text, ra), ("Dec", dec_text, dec)):
        if not np.isfinite(value):
            return f"{what} {text[:40]!r} is no angle"
    return f"RA {ra_text[:40]} is not within 0 to 360" if abs(dec) <= 90 else f"Dec {dec_text[:40]} is beyond 90"
