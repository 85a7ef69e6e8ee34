"""What classifiers say of targets: the newest judgement of each, and where ours and others' differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from tom_alerce_like.bulk import slices
from tom_alerce_like.models import Classification
from tom_alerce_like.module import LOCAL
from tom_alerce_like.taxonomy import kind, names_the_class

#: What the name of our module that tells real alerts from bogus ones ends in, and its class.
REAL_BOGUS, REAL = "real_bogus", "real"
#: What has at least this probability is said.
SAID = 0.5
#: Who gives another kind at least this part of his own verdict's probability is undecided, and contradicts nobody.
UNDECIDED = 0.5
#: The survey that our net for real/bogus learned from: elsewhere its scores rank, but 0.5 means nothing.
LEARNED_FROM = "ZTF"


class Verdict(NamedTuple):
    """The common word for what a target is, and its probability: those of all classes of that kind, added up."""

    kind: str
    probability: float

    def __str__(self) -> str:
        return f"{self.kind} {self.probability:.2f}"


@dataclass
class Judgement:
    """What one classifier said last of one target; ``classes`` are names and probabilities, the likeliest first."""

    source: str
    classifier: str
    version: str
    #: Time of the alert that was judged, minus infinity where it is not known.
    mjd: float
    classes: list[tuple[str, float]]

    @property
    def is_ours(self) -> bool:
        return self.source == LOCAL

    @property
    def whose(self) -> str:
        """Who says so, and the version."""
        return " · ".join(filter(None, ("ours" if self.is_ours else self.source, self.version)))

    @cached_property
    def names_the_class(self) -> bool:
        return names_the_class(self.classifier)

    @cached_property
    def verdict(self) -> Verdict | None:
        """What the classifier says that the target is; None where it says nothing that others could contradict."""
        if not self.names_the_class:
            return None
        likeliest = max(self.kinds, key=lambda word: self.kinds[word])
        return Verdict(likeliest, self.kinds[likeliest]) if likeliest and self.kinds[likeliest] >= SAID else None

    @cached_property
    def kinds(self) -> dict[str, float]:
        """The probability of each common word; those without one together under an empty word."""
        sums: dict[str, float] = {}
        for name, probability in self.classes:
            sums[kind(name)] = sums.get(kind(name), 0.0) + probability
        return sums

    def contradicts(self, other: Verdict) -> bool:
        """Tell whether the verdict is another one, and leaves little room for the other."""
        mine = self.verdict
        return bool(mine and mine.kind != other.kind and self.kinds.get(other.kind, 0) < UNDECIDED * mine.probability)


def newest(target_ids: Sequence[int]) -> dict[int, list[Judgement]]:
    """Return the newest judgement of each classifier on each target: of its latest alert, then of its highest version.

    Ours come first, then the others by name.
    """
    columns = ("target_id", "source", "classifier", "version", "mjd", "class_name", "probability")
    ages: dict[tuple, tuple] = {}
    found: dict[tuple, Judgement] = {}
    for ids in slices(target_ids):
        rows = Classification.objects.filter(target_id__in=ids).values_list(*columns)
        for target, source, classifier, version, mjd, class_name, probability in rows:
            judge = target, source, classifier
            age = (mjd if mjd is not None else float("-inf"), _number(version), version)
            if judge not in ages or age > ages[judge]:
                ages[judge], found[judge] = age, Judgement(source, classifier, version, age[0], [])
            if age == ages[judge]:
                found[judge].classes.append((class_name, probability))
    by_target: dict[int, list[Judgement]] = {}
    for target, source, classifier in sorted(found, key=lambda judge: (judge[1] != LOCAL, judge)):
        judgement = found[target, source, classifier]
        judgement.classes.sort(key=lambda row: (-row[1], row[0]))
        by_target.setdefault(target, []).append(judgement)
    return by_target


@lru_cache(maxsize=1024)
def _number(version: str) -> list[int]:
    """Read the numbers in a version: 1.10 is newer than 1.9."""
    return [int(digits) for digits in re.findall(r"\d+", version)]


def our_latest(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return what our modules say of the newest alert that any of them judged: not what one said long ago."""
    ours = [judgement for judgement in judgements if judgement.is_ours]
    latest = max((judgement.mjd for judgement in ours), default=0.0)
    return [judgement for judgement in ours if judgement.mjd == latest]


def standing(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Return the judgements without those by which our modules named the class of an older alert.

    A module that no longer judges an object, since it has faded or is too old, has not changed its mind: it is silent.
    """
    latest = our_latest(one for one in judgements if one.names_the_class)
    return [one for one in judgements if not (one.is_ours and one.names_the_class) or one in latest]


def our_surest(judgements: Iterable[Judgement]) -> Judgement | None:
    """Return the judgement with the verdict of which our modules are surest."""
    ours = [(one.verdict.probability, one) for one in our_latest(judgements) if one.verdict]
    return max(ours, key=lambda pair: pair[0], default=(0.0, None))[1]


def opponents(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Return the judgements of others that our verdict contradicts."""
    ours = our_surest(judgements)
    others = [judgement for judgement in judgements if not judgement.is_ours]
    return [other for other in others if ours and other.verdict and ours.contradicts(other.verdict)]


def our_real_bogus(judgements: Iterable[Judgement], mjd: float) -> float | None:
    """Return the probability of being real that our module gives to the alert of that time."""
    ours = (one for one in judgements if one.is_ours and one.classifier.endswith(REAL_BOGUS) and one.mjd == mjd)
    return next((dict(judgement.classes).get(REAL) for judgement in ours), None)


def class_difference(judgements: Sequence[Judgement]) -> str:
    """Say what others say that contradicts our verdict; empty where nobody does."""
    against, ours = opponents(judgements), our_surest(judgements)
    theirs = (f"{other.source} {other.classifier} says {other.verdict}" for other in against)
    return ", ".join((f"we say {ours.verdict}", *theirs)) if ours and against else ""


def real_difference(judgements: Iterable[Judgement], survey: str, theirs: float | None, mjd: float) -> str:
    """Say that our real/bogus score of an alert and the survey's lie on two sides of one half; empty where not.

    Only where ours was learned from: see `LEARNED_FROM`.
    """
    ours = our_real_bogus(judgements, mjd) if survey == LEARNED_FROM else None
    if ours is None or theirs is None or (ours >= SAID) == (theirs >= SAID):
        return ""
    return f"we say {REAL} {ours:.2f}, {survey} says {REAL} {theirs:.2f}"
