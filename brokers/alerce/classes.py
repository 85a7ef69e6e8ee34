"""Classes that ALeRCE's classifiers give, as its two services listed them in 2026.

A service may know others by now: names outside these lists are asked for all the same.
"""

from __future__ import annotations

from tom_alerce_like.brokers.ids import LSST, ZTF

_STAMP = ("SN", "AGN", "VS", "asteroid", "bogus")
_TOP = ("Transient", "Stochastic", "Periodic")
_TRANSIENT = ("SNIa", "SESN", "SNII", "SNIIn", "SLSN", "TDE")
_STOCHASTIC = ("Microlensing", "QSO", "AGN", "Blazar", "YSO", "CV/Nova")
_PERIODIC = ("LPV", "EA", "EB/EW", "Periodic-Other", "RSCVn", "CEP", "RRLab", "RRLc", "DSCT")
_OLD_TRANSIENT = ("SNIa", "SNIbc", "SNII", "SLSN")
_OLD_STOCHASTIC = ("QSO", "AGN", "Blazar", "CV/Nova", "YSO")
_OLD_PERIODIC = ("LPV", "E", "DSCT", "RRL", "CEP", "Periodic-Other")

#: Classes of each classifier of each survey. Of two that know a class, the first is asked.
CLASSIFIERS: dict[str, dict[str, tuple[str, ...]]] = {
    ZTF: {
        "stamp_classifier": _STAMP,
        "lc_classifier_BHRF_forced_phot": (*_TRANSIENT, *_STOCHASTIC, *_PERIODIC),
        "lc_classifier_BHRF_forced_phot_top": _TOP,
        "lc_classifier_BHRF_forced_phot_transient": _TRANSIENT,
        "lc_classifier_BHRF_forced_phot_stochastic": _STOCHASTIC,
        "lc_classifier_BHRF_forced_phot_periodic": _PERIODIC,
        "lc_classifier": (*_OLD_TRANSIENT, *_OLD_STOCHASTIC, *_OLD_PERIODIC),
        "lc_classifier_top": _TOP,
        "lc_classifier_transient": _OLD_TRANSIENT,
        "lc_classifier_stochastic": _OLD_STOCHASTIC,
        "lc_classifier_periodic": _OLD_PERIODIC,
        "stamp_classifier_2025_beta": (*_STAMP, "satellite"),
    },
    LSST: {
        "stamp_classifier_rubin_beta_20260421": _STAMP,
        "stamp_classifier_rubin_beta": _STAMP,
    },
}


def class_names() -> tuple[str, ...]:
    """Return every class that some classifier gives."""
    lists = [classes for classifiers in CLASSIFIERS.values() for classes in classifiers.values()]
    return tuple(dict.fromkeys(name for classes in lists for name in classes))


def classifiers() -> tuple[str, ...]:
    """Return every classifier's name."""
    return tuple(name for of_survey in CLASSIFIERS.values() for name in of_survey)


def classifier_of(survey: str, class_name: str) -> str:
    """Return the classifier that is asked for a class when the query names none."""
    known = CLASSIFIERS[survey]
    return next((name for name, classes in known.items() if class_name in classes), next(iter(known)))


def is_known(survey: str, class_name: str, classifier: str) -> bool:
    """Tell whether the classifier gives the class as far as the lists know; no classifier stands for any."""
    known = CLASSIFIERS[survey]
    asked = {classifier: known.get(classifier, (class_name,))} if classifier else known
    return any(class_name in classes for classes in asked.values())
