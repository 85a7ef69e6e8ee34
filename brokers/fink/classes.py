"""Names under which Fink files alerts: classes for ZTF, tags for LSST, as it listed them in 2026."""

from __future__ import annotations

from tom_alerce_like.alerts.fink import LSST_SCORES, ZTF_SCORES
from tom_alerce_like.brokers.ids import LSST, ZTF

#: Class of the alert table whose probability a class or tag of Fink speaks of, empty where there is none.
CLASSES = {
    ZTF: {
        "SN candidate": "SN",
        "Early SN Ia candidate": "SN Ia",
        "Kilonova candidate": "Kilonova",
        "Microlensing candidate": "Microlensing",
        "Solar System candidate": "",
        "Solar System MPC": "",
        "(TNS) SN Ia": "",
        "(TNS) SN II": "",
        "(TNS) TDE": "",
        "(SIMBAD) QSO": "",
        "(SIMBAD) RRLyrae": "",
        "(SIMBAD) EB*": "",
        "Unknown": "",
    },
    LSST: {
        "sn_near_galaxy_candidate": "SN",
        "extragalactic_new_candidate": "SN",
        "extragalactic_lt20mag_candidate": "SN",
        "hostless_candidate": "SN",
        "most_likely_sn": "SN",
        "in_tns": "",
        "faint_trails": "",
        "uniform_sample": "",
    },
}
CLASS_NAMES = tuple(name for of_survey in CLASSES.values() for name in of_survey)
CLASSIFIERS = tuple(name.removeprefix("clf.").removesuffix("_score") for name in (*ZTF_SCORES, *LSST_SCORES))
#: Files all ZTF alerts.
ALL = "allclasses"
