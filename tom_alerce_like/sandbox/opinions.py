"""What brokers say of a source: consistent with the truth, and wrong at times.

Names, versions and classes are those of ALeRCE's and Fink's public replies. A class probability is a softmax of
normal noise with a bonus for the true class: the top class is right in about nine cases of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.photometry import EXPLOSIONS

TRANSIENT = ("SNIa", "SNIbc", "SNII", "SLSN")
STOCHASTIC = ("QSO", "AGN", "Blazar", "CV/Nova", "YSO")
PERIODIC = ("LPV", "E", "DSCT", "RRL", "CEP", "Periodic-Other")
STAMP = ("SN", "AGN", "VS", "asteroid", "bogus")
BRANCHES = {"Transient": TRANSIENT, "Stochastic": STOCHASTIC, "Periodic": PERIODIC}
FOREST = "hierarchical_rf_1.1.0"
#: ALeRCE's light-curve classifier judges objects with at least six detections in a band.
LIGHT_CURVE_DETECTIONS = 6
BONUS = 2.7

STAMP_TRUTH = {**dict.fromkeys(EXPLOSIONS, "SN"), **dict.fromkeys(("RRL", "E", "LPV"), "VS"), "QSO": "AGN"}
#: Fink's name of a class; everything else is "Unknown".
FINK_CLASS = {
    **{"RRL": "RRLyrae", "E": "EclBin", "LPV": "LongPeriodV*_Candidate", "AGN": "AGN", "QSO": "QSO"},
    **{"asteroid": "Solar System MPC"},
}


@dataclass(frozen=True)
class Opinion:
    """One class probability of one classifier."""

    classifier_name: str
    classifier_version: str
    class_name: str
    probability: float
    ranking: int


def _rng(source: Source, salt: int) -> np.random.Generator:
    return np.random.default_rng([int(source.visits["alert_id"][0]) % 2**31, source.index, salt])


def _judge(classes: tuple[str, ...], truth: str, rng: np.random.Generator) -> np.ndarray:
    scores = rng.normal(0, 1, len(classes)) + BONUS * np.array([name == truth for name in classes])
    weights = np.exp(scores)
    return weights / weights.sum()


def _ranked(name: str, version: str, classes: tuple[str, ...], values: np.ndarray) -> list[Opinion]:
    order = np.argsort(-values, kind="stable")
    return [
        Opinion(name, version, classes[index], float(round(values[index], 6)), rank + 1)
        for rank, index in enumerate(order)
    ]


def _stamp(name: str, version: str, classes: tuple[str, ...], source: Source, salt: int) -> list[Opinion]:
    truth = STAMP_TRUTH.get(source.truth.kind, source.truth.kind)
    return _ranked(name, version, classes, _judge(classes, truth, _rng(source, salt)))


def _light_curve(source: Source) -> list[Opinion]:
    """Return the five linked classifiers of the hierarchical forest: leaf = branch times share in the branch."""
    kind, rng = source.truth.kind, _rng(source, 3)
    branch = next((name for name, leaves in BRANCHES.items() if kind in leaves), "Transient")
    top = _judge(tuple(BRANCHES), branch, rng)
    said = _ranked("lc_classifier_top", FOREST, tuple(BRANCHES), top)
    leaves: list[str] = []
    values: list[float] = []
    for (name, classes), share in zip(BRANCHES.items(), top, strict=True):
        inside = _judge(classes, kind, rng)
        said += _ranked(f"lc_classifier_{name.lower()}", FOREST, classes, inside)
        leaves += classes
        values += list(share * inside)
    return said + _ranked("lc_classifier", FOREST, tuple(leaves), np.array(values))


@lru_cache(maxsize=4096)
def alerce(source: Source) -> tuple[Opinion, ...]:
    """Return everything that ALeRCE says of a source."""
    if source.truth.survey.name == "LSST":
        first = _stamp("stamp_classifier_rubin_beta", "2.0.1", STAMP, source, 1)
        return tuple(first + _stamp("stamp_classifier_rubin_beta_20260421", "2.0.2", STAMP, source, 2))
    said = _stamp("stamp_classifier", "stamp_classifier_1.0.4", STAMP, source, 1)
    said += _stamp("stamp_classifier_2025_beta", "2.1.1_beta", (*STAMP, "satellite"), source, 2)
    bands = np.unique(source.detections["band"], return_counts=True)[1]
    return tuple(said + _light_curve(source)) if bands.max() >= LIGHT_CURVE_DETECTIONS else tuple(said)


@lru_cache(maxsize=4096)
def fink(source: Source) -> dict[str, float]:
    """Return Fink's scores: SN against all, Ia against the rest, early Ia; 0 where a module did not run."""
    kind, rng = source.truth.kind, _rng(source, 4)
    is_transient = kind in EXPLOSIONS
    supernova, type_ia = (
        float(rng.beta(8, 2) if is_sign else rng.beta(1.5, 8)) for is_sign in (is_transient, kind == "SNIa")
    )
    few = len(source.detections) < 3
    young = is_transient and source.detections["mjd"][-1] - source.detections["mjd"][0] < 20
    return {
        "supernova": 0.0 if few else round(supernova, 6),
        "type_ia": 0.0 if few else round(type_ia, 6),
        "early_ia": round(type_ia, 6) if young and not few else 0.0,
        "kilonova": 0.0,
    }


def fink_class(source: Source) -> str:
    """Return the class that Fink derives from its scores and cross-matches."""
    scores = fink(source)
    if source.truth.kind not in FINK_CLASS and scores["early_ia"] > 0.5:
        return "Early SN Ia candidate"
    if source.truth.kind not in FINK_CLASS and scores["supernova"] > 0.5:
        return "SN candidate"
    return FINK_CLASS.get(source.truth.kind, "Unknown")
