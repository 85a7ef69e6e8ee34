"""Which rows of a batch can be used."""

from __future__ import annotations

from collections import Counter

import pandas as pd

_ID = r"[!-~]{1,50}"
_WORD = r"[!-~]{1,10}"
#: Times outside these (years 1900 to 2100) are mistakes.
MJD_RANGE = (15020.0, 88069.0)
#: What a survey's history of an object can say; anything else is taken for unknown.
_HISTORY = {"first_mjd": MJD_RANGE, "n_detections": (0, 1e6)}
_SHOWN = 3


def usable(alerts: pd.DataFrame) -> tuple[pd.DataFrame, Counter[str]]:
    """Return the alerts that have an identity, a place and a time, and what is wrong with the others.

    An impossible count or date in the survey's own history becomes NaN.
    The counter's keys are messages, its values the numbers of alerts that they speak of.
    """
    ok = {
        "object id": alerts["object_id"].str.fullmatch(_ID, na=False),
        "alert id": alerts["alert_id"].str.fullmatch(_ID, na=False),
        "survey": alerts["survey"].str.fullmatch(_WORD, na=False),
        "band": alerts["band"].str.fullmatch(_WORD, na=False),
        "position": alerts["ra_deg"].between(0, 360) & alerts["dec_deg"].between(-90, 90),
        "time": alerts["mjd"].between(*MJD_RANGE),
    }
    problems: Counter[str] = Counter()
    good = pd.Series(True, index=alerts.index)
    for what, mask in ok.items():
        bad = alerts[good & ~mask]
        if len(bad):
            problems[f"{len(bad)} alerts without a usable {what} left out: {_examples(bad)}"] = len(bad)
        good &= mask
    known = {name: alerts[name].where(alerts[name].between(*limits)) for name, limits in _HISTORY.items()}
    return alerts.assign(**known)[good].reset_index(drop=True), problems


def _examples(alerts: pd.DataFrame) -> str:
    names = [f"{row.object_id or '?'} {row.alert_id or '?'}"[:60] for row in alerts.head(_SHOWN).itertuples()]
    return ", ".join(names) + (", ..." if len(alerts) > _SHOWN else "")
