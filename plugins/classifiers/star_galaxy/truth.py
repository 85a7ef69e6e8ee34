"""What the nearest source of an alert is, by Gaia and labels alone: what the module learns from and is judged by.

Gaia sees the core of a source within about 0.1 arcsec, PS1 the light under a PSF of more than 1 arcsec. For a point
both are the same, but for the colour; of a galaxy Gaia sees less or nothing. Packets hold the nearest source of Gaia
DR1 by its distance only, so two sources are one when their distances from the alert agree.

* star: a Gaia source is there, and its G is at most POINT_MAG fainter than that of a point source of its PS1 colour.
* galaxy: a Gaia source is there but EXTENDED_MAG fainter, and the source does not vary; or a supernova lies within
  HOST_ARCSEC of it and Gaia sees nothing there.
* neither: everything else. Above all "PS1 sees it and Gaia does not" is no proof of a galaxy: DR1 has no entry for 17
  per cent of the labelled variable stars with r < 19. An active galaxy is both a point and a galaxy. A source that may
  vary (labelled so, or the alert lies on it and nothing explains the alert) may have been fainter when Gaia looked.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers import labelled

#: Brighter sources are saturated in PS1, fainter ones missing in Gaia.
R_MAG = (14.0, 20.0)
GI_COLOUR = (-0.5, 3.0)
#: G - r of point sources by g - i, highest power first; fitted with clipping to all pairs, scatter 0.07 mag.
G_MINUS_R = (-0.206, 0.271, -0.125)
POINT_MAG, EXTENDED_MAG = 0.2, 0.3
SAME_ARCSEC, ABSENT_ARCSEC = 0.3, 1.0
ON_IT_ARCSEC, HOST_ARCSEC = 1.5, 5.0
HOSTED = ("SN", "TDE")
FILES = (labelled.LABELLED, labelled.UNLABELLED)


def alerts(data: Path) -> pd.DataFrame:
    """Return all ZTF alerts of a data folder with a column class_label: what the object is, empty where nobody knows.

    Raises `FileNotFoundError` where there are none.
    """
    folder = data / "ztf_alerts"
    there = [name for name in FILES if (folder / name).is_file()]
    if not there:
        raise FileNotFoundError(f"no labelled or unlabelled alerts in {folder}")
    table = pd.concat([labelled.read(data, name) for name in there], ignore_index=True)
    return table.assign(class_label=table["alert_id"].map(_labels(folder)).fillna(""))


def _labels(folder: Path) -> pd.Series:
    if not (folder / labelled.LABELLED).is_file():
        return pd.Series(dtype=str)
    labels = pd.read_parquet(folder / labelled.LABELLED, columns=["candid", "label"])
    return labels.assign(candid=labels["candid"].astype(str)).drop_duplicates("candid").set_index("candid")["label"]


def labels(table: pd.DataFrame, *, careful: bool = True) -> pd.Series:
    """Return "star", "galaxy" or "" for each alert, by the rules above.

    Without care active galaxies and sources that may vary are labelled too.
    """
    colour = table["nearest_source_g_mag"] - table["nearest_source_i_mag"]
    usual = table["nearest_source_r_mag"] + np.polyval(G_MINUS_R, colour)
    fainter = (table["gaia_source_mag"] - usual).where(colour.between(*GI_COLOUR) & in_gaia(table))
    what = table["class_label"]
    varies = what.isin(["VS", "AGN"]) | ((what == "") & (table["nearest_source_arcsec"] < ON_IT_ARCSEC))
    host = what.isin(HOSTED) & (table["nearest_source_arcsec"] < HOST_ARCSEC) & not_in_gaia(table)
    galaxy = ((fainter > EXTENDED_MAG) & ~(varies & careful)) | host
    known = table["nearest_source_r_mag"].between(*R_MAG) & ~((what == "AGN") & careful)
    said = np.select([known & (fainter <= POINT_MAG), known & galaxy], ["star", "galaxy"], "")
    return pd.Series(said, index=table.index)


def in_gaia(table: pd.DataFrame) -> pd.Series:
    """Return whether the nearest sources of PS1 and Gaia are one."""
    return (table["gaia_source_arcsec"] - table["nearest_source_arcsec"]).abs() < SAME_ARCSEC


def not_in_gaia(table: pd.DataFrame) -> pd.Series:
    """Return whether Gaia has no source where the nearest one of PS1 is."""
    return ~((table["gaia_source_arcsec"] - table["nearest_source_arcsec"]).abs() < ABSENT_ARCSEC)


def naive(table: pd.DataFrame) -> pd.Series:
    """Return "star" for sources that Gaia has and "galaxy" for those that it lacks, with r < 20: a dirty truth."""
    bright = table["nearest_source_r_mag"] < R_MAG[1]
    said = np.select([bright & in_gaia(table), bright & not_in_gaia(table)], ["star", "galaxy"], "")
    return pd.Series(said, index=table.index)


def examples(data: Path) -> pd.DataFrame:
    """Return the alerts whose nearest source is known, with columns label and weight (1 for each object)."""
    table = alerts(data)
    table = table.assign(label=labels(table))
    return labelled.weighted(table[table["label"] != ""])
