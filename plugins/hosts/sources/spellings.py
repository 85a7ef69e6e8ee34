"""What the columns of a survey's table are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.hosts.catalogue import Floats

#: Columns of right ascension and declination that are known by name, the documented ones first; the first pair that a
#: table has counts.
POSITIONS = (
    *(("ra_deg", "dec_deg"), ("ra", "dec"), ("ra", "decl"), ("ra", "de"), ("raj2000_deg", "dej2000_deg")),
    *(("raj2000", "dej2000"), ("raj2000", "decj2000"), ("_raj2000", "_dej2000"), ("ra_j2000", "dec_j2000")),
    *(("ra_icrs", "de_icrs"), ("ra_icrs", "dec_icrs"), ("rajdeg", "dejdeg"), ("rajdeg", "decjdeg")),
    *(("alpha_j2000", "delta_j2000"), ("ramean", "decmean"), ("ra_mean", "dec_mean"), ("meanra", "meandec")),
    *(("right_ascension", "declination"), ("rightascension", "declination"), ("s_ra", "s_dec"), ("alpha", "delta")),
)
#: How the names of other pairs begin or end: target_ra and target_dec.
_STEMS = (("ra", "dec"), ("ra", "decl"), ("ra", "de"), ("rightascension", "declination"), ("alpha", "delta"))
#: What looks like a right ascension and is none: proper motions, errors, offsets, radians, another equinox.
_NO_POSITION = re.compile(
    r"^(pm|e_|sigma|(d|delta|offset)_?ra)|err|sigma|std|rms|unc|var|corr|offset|1950|[_ ]?(pm|rad)$"
)

#: Spellings in lower case, the documented one first; the first that a table has counts.
SPELLINGS = {
    "ra": tuple(dict.fromkeys(ra for ra, _ in POSITIONS)),
    "dec": tuple(dict.fromkeys(dec for _, dec in POSITIONS)),
    "id": ("id", "source_id", "objid", "obj_id", "ls_id", "objectid", "object_id", "targetid"),
    "name": ("name", "main_id", "prefname"),
    "mag": ("mag_r", "mag", "rmag", "r_mag", "r_ab", "rkronmag", "rmeankronmag", "r"),
    "flux": ("flux_r",),
    "a": ("a_arcsec", "r_half_arcsec", "shape_r", "a", "semi_major_arcsec", "r_half", "half_light_radius_arcsec"),
    "b": ("b_arcsec", "b", "semi_minor_arcsec"),
    "ratio": ("ba", "b_a", "axis_ratio", "axisratio", "q"),
    "pa": ("pa_deg", "pa", "position_angle_deg", "position_angle"),
    "e1": ("shape_e1", "e1"),
    "e2": ("shape_e2", "e2"),
    "p_star": ("p_star", "class_star", "prob_star"),
    "p_galaxy": ("p_gal", "p_galaxy", "prob_galaxy"),
    "type": ("type", "morphtype"),
    "spec": ("z_spec", "zspec", "specz", "spec_z", "redshift_spec"),
    "spec_err": ("z_spec_err", "zspec_err", "specz_err", "z_spec_error"),
    "phot": ("z_phot", "z_phot_median", "z_phot_mean", "zphot", "photoz", "photo_z", "redshift_phot"),
    "phot_err": ("z_phot_err", "z_phot_std", "zphot_err", "photoz_err", "z_phot_error"),
    "redshift": ("redshift", "z", "zhelio", "z_helio"),
    "redshift_err": ("redshift_err", "z_err", "zerr", "redshift_error", "e_zhelio", "z_error"),
    "redshift_kind": ("redshift_kind", "z_kind"),
    "band": ("u", "g", "i", "y"),
}


def positions(header: Sequence[str]) -> list[tuple[int, int]]:
    """Return which columns may be right ascension and declination, as pairs of numbers of columns.

    One pair where a name is known (see `POSITIONS`), else all whose names begin or end alike (``target_ra`` and
    ``target_dec``); what looks like proper motions or errors is none. Case and punctuation do not count.
    """
    plain = [_plain(name) for name in header]
    for pair in POSITIONS:
        ra, dec = map(_plain, pair)
        if ra in plain and dec in plain:
            return [(plain.index(ra), plain.index(dec))]
    found: dict[int, int] = {}
    for number, name in enumerate(plain):
        if _NO_POSITION.search(header[number].lower().strip()):
            continue
        for ra, dec in _STEMS:
            others = [dec + name[len(ra) :]] if name.startswith(ra) else []
            others += [name[: -len(ra)] + dec] if name.endswith(ra) else []
            for other in others:
                if other in plain:
                    found.setdefault(number, plain.index(other))
    return list(found.items())


def position(header: Sequence[str]) -> tuple[int, int]:
    """Return the numbers of the columns of right ascension and declination; raises `InputError` where that is open."""
    found = positions(header)
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"no columns look like right ascension and declination (ra, dec): {', '.join(header)}")
    pairs = " or ".join(f"{header[ra]} and {header[dec]}" for ra, dec in found)
    raise InputError(f"several columns may be the position: {pairs}")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


class Survey:
    """Looks up columns of a table by what they mean."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._names = {str(name).lower(): name for name in reversed(table.columns)}
        # beside other bands the name z means a magnitude
        self._hidden = {"z"} if self._names.keys() & {*SPELLINGS["band"]} else set()
        found = positions([str(name) for name in table.columns])
        self._position = dict(zip(("ra", "dec"), found[0], strict=True)) if len(found) == 1 else {}

    def column(self, meaning: str) -> pd.Series | None:
        """Return the column of this meaning, None where the table has none."""
        if meaning in ("ra", "dec"):
            return self.table.iloc[:, self._position[meaning]] if self._position else None
        names = (name for name in SPELLINGS[meaning] if name in self._names and name not in self._hidden)
        name = next(names, None)
        return None if name is None else self.table[self._names[name]]

    def number(self, meaning: str) -> Floats:
        """Return the column as floats, NaN for what is no finite number."""
        found = self.column(meaning)
        if found is None:
            return np.full(len(self.table), np.nan)
        values = pd.to_numeric(found, errors="coerce").to_numpy(float, na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan)

    def text(self, meaning: str) -> pd.Series:
        """Return the column as texts without blanks around them, empty where there are none."""
        found = self.column(meaning)
        if found is None:
            return pd.Series([""] * len(self.table), dtype="str")
        return found.astype("string").fillna("").astype("str").str.strip().reset_index(drop=True)
