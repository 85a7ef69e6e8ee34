"""Strategies: named, versioned compositions of criteria. The setting STRATEGY is the dotted path of one."""

from __future__ import annotations

from dataclasses import dataclass

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.priority.criteria import (
    Brightness,
    ClassProbability,
    NearbyHost,
    Observed,
    OutsidePlane,
    Rising,
    Visible,
    Young,
)
from tom_alerce_like.plugins.priority.criterion import Criterion
from tom_alerce_like.plugins.priority.models import MAX_NAME, MAX_VERSION


@dataclass(frozen=True)
class Strategy:
    """What to observe first; a changed criterion wants a new version."""

    name: str
    version: str
    criterion: Criterion


young_supernova = Strategy(
    "young supernova",
    "1",
    ClassProbability().otherwise(0.1)
    * (Rising().otherwise(0.5) | 0.2)
    * (Young().otherwise(0.5) | 0.2)
    * Brightness().otherwise(0.2)
    * Visible().otherwise(0)
    * OutsidePlane().otherwise(0)
    * (NearbyHost().otherwise(0.5) | 0.5)
    * ~Observed(),
)


def current() -> Strategy:
    """Return the strategy that the setting STRATEGY names; raises `ConfigurationError`."""
    path = conf.get("STRATEGY")
    strategy = conf.load("STRATEGY", path)
    if not isinstance(strategy, Strategy):
        raise ConfigurationError(f"STRATEGY {path!r} is not a Strategy")
    if len(strategy.name) > MAX_NAME or len(strategy.version) > MAX_VERSION:
        raise ConfigurationError(f"STRATEGY {path!r}: {MAX_NAME} characters for a name, {MAX_VERSION} for a version")
    return strategy
