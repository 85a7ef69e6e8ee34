"""The algebra of criteria: a value in [0, 1] for each row of the candidate table, composed and explained.

========  ==================  ==========================================
``a * b``  product             both, each one counts
``a & b``  minimum             both, the worse one counts
``a | b``  maximum             either, the better one counts
``~a``     1 - a               not
========  ==================  ==========================================

A number stands for a criterion that always gives it: ``Nearby() | 0.5`` is never below 0.5. NaN means that a criterion
cannot judge a row; whatever is composed with NaN is NaN, and ``a.otherwise(0.5)`` says what to take instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """What a criterion says of every row: ``value`` (n,), ``text`` of a row's number, and the factors of a product."""

    value: Values
    text: Callable[[int], str]
    factors: tuple[Verdict, ...] = ()

    def reason(self, row: int) -> str:
        """Return ``0.82 = rising 0.9 x P(SN) 0.95 x visible 0.96``."""
        return f"{number(self.value[row])} = {self.text(row)}"

    def parts(self, row: int) -> list[dict[str, object]]:
        """Return text and value (None: cannot judge) of each factor, ready for JSON."""
        factors = self.factors or (self,)
        return [{"text": part.text(row), "value": or_none(part.value[row])} for part in factors]


class Criterion(ABC):
    """Judges rows of the candidate table. A new one has a ``label`` and a method `value`."""

    label = ""

    @abstractmethod
    def value(self, table: pd.DataFrame) -> ArrayLike:
        """Return a value in [0, 1] for each row, NaN where it cannot be judged; the table is not changed."""

    def judge(self, table: pd.DataFrame) -> Verdict:
        """Return values and their explanation."""
        value = np.clip(np.asarray(self.value(table), float), 0, 1)
        if value.shape != (len(table),):
            raise ValueError(f"{self.label} gave {value.shape} values for {len(table)} rows")
        return Verdict(value, lambda row: f"{self.label} {number(value[row])}".strip())

    def __call__(self, table: pd.DataFrame) -> Values:
        return self.judge(table).value

    def otherwise(self, value: float) -> Criterion:
        """Return this criterion, with ``value`` where it cannot judge."""
        return Otherwise(self, value)

    def __mul__(self, other: Criterion | float) -> Criterion:
        return Product(self, other)

    def __and__(self, other: Criterion | float) -> Criterion:
        return Minimum(self, other)

    def __or__(self, other: Criterion | float) -> Criterion:
        return Maximum(self, other)

    def __invert__(self) -> Criterion:
        return Not(self)

    __rmul__, __rand__, __ror__ = __mul__, __and__, __or__


class Constant(Criterion):
    """The same value for every row."""

    def __init__(self, constant: float) -> None:
        if not 0 <= constant <= 1:
            raise ValueError(f"a criterion lies in [0, 1], {constant} does not")
        self.constant = constant

    def value(self, table: pd.DataFrame) -> Values:
        return np.full(len(table), self.constant)


class _Composed(Criterion):
    """Several criteria made one by an associative function; nested ones of the same kind are laid flat."""

    function: Callable[[Values, Values], Values]

    def __init__(self, *parts: Criterion | float) -> None:
        criteria = [part if isinstance(part, Criterion) else Constant(part) for part in parts]
        nested = [part.criteria if type(part) is type(self) else (part,) for part in criteria]
        self.criteria: tuple[Criterion, ...] = tuple(part for group in nested for part in group)

    def value(self, table: pd.DataFrame) -> Values:
        return self.judge(table).value

    def judge(self, table: pd.DataFrame) -> Verdict:
        verdicts = tuple(part.judge(table) for part in self.criteria)
        value = reduce(type(self).function, (verdict.value for verdict in verdicts))
        return self.verdict(value, verdicts)

    def verdict(self, value: Values, parts: tuple[Verdict, ...]) -> Verdict:
        return Verdict(value, lambda row: f"{self.label}({', '.join(part.text(row) for part in parts)})")


class Product(_Composed):
    """``a * b``."""

    function = np.multiply

    def verdict(self, value: Values, parts: tuple[Verdict, ...]) -> Verdict:
        return Verdict(value, lambda row: " x ".join(part.text(row) for part in parts), parts)


class Minimum(_Composed):
    """``a & b``."""

    label, function = "min", np.minimum


class Maximum(_Composed):
    """``a | b``."""

    label, function = "max", np.maximum

    def verdict(self, value: Values, parts: tuple[Verdict, ...]) -> Verdict:
        """Say a criterion with a floor as people do: ``rising 0.1 raised to 0.2``."""
        judged = [part for part, one in zip(parts, self.criteria, strict=True) if not isinstance(one, Constant)]
        if len(judged) != 1:
            return super().verdict(value, parts)
        raised, text = value > judged[0].value, judged[0].text
        return Verdict(value, lambda row: text(row) + (f" raised to {number(value[row])}" if raised[row] else ""))


class Not(Criterion):
    """``~a``."""

    def __init__(self, criterion: Criterion) -> None:
        self.criterion = criterion

    def value(self, table: pd.DataFrame) -> Values:
        return 1 - self.criterion(table)

    def judge(self, table: pd.DataFrame) -> Verdict:
        inner = self.criterion.judge(table)
        value, label = 1 - inner.value, self.criterion.label
        if label and not isinstance(self.criterion, _Composed):
            return Verdict(value, lambda row: f"not {label} {number(value[row])}")
        return Verdict(value, lambda row: f"not({inner.text(row)}) {number(value[row])}")


class Otherwise(Criterion):
    """A criterion with a value for the rows that it cannot judge."""

    def __init__(self, criterion: Criterion, fallback: float) -> None:
        self.criterion, self.fallback = criterion, Constant(fallback).constant

    def value(self, table: pd.DataFrame) -> Values:
        return self.judge(table).value

    def judge(self, table: pd.DataFrame) -> Verdict:
        inner = self.criterion.judge(table)
        unknown = np.isnan(inner.value)
        suffix = f" taken as {number(self.fallback)}"
        return Verdict(
            np.where(unknown, self.fallback, inner.value),
            lambda row: inner.text(row) + (suffix if unknown[row] else ""),
        )


def number(value: float) -> str:
    """Write a value for people: two decimals at most, or ``unknown``."""
    return "unknown" if np.isnan(value) else f"{round(float(value), 2):g}"


def or_none(value: float) -> float | None:
    """Return a value as databases and JSON keep it: None for NaN."""
    return None if np.isnan(value) else float(value)
