"""Laws of the algebra of criteria, and what it says to people."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.plugins.priority.criterion import Constant, Criterion


class Column(Criterion):
    """A column of the table."""

    def __init__(self, label: str) -> None:
        self.label = label

    def value(self, table):
        return table[self.label]


A, B, C = Column("a"), Column("b"), Column("c")
UNIT = st.one_of(st.floats(0, 1), st.just(math.nan))
ROWS = st.lists(st.tuples(UNIT, UNIT, UNIT), max_size=6)
TABLES = ROWS.map(lambda rows: pd.DataFrame(rows, columns=["a", "b", "c"], dtype=float))
LEAVES = st.sampled_from([A, B, C]) | st.floats(0, 1).map(Constant)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
        inner.map(lambda one: ~one),
        st.tuples(inner, st.floats(0, 1)).map(lambda pair: pair[0].otherwise(pair[1])),
    ),
    max_leaves=12,
)


def same(one: Criterion, other: Criterion, table: pd.DataFrame) -> None:
    assert one(table) == pytest.approx(other(table), abs=1e-12, nan_ok=True)


@given(TABLES)
def test_order_and_grouping_do_not_matter(table):
    for compose in (Criterion.__mul__, Criterion.__and__, Criterion.__or__):
        same(compose(A, B), compose(B, A), table)
        same(compose(compose(A, B), C), compose(A, compose(B, C)), table)


@given(TABLES)
def test_minimum_and_maximum_form_a_lattice(table):
    same(A & A, A, table)
    same(A | A, A, table)
    same(A & (B | C), (A & B) | (A & C), table)
    same(~(A & B), ~A | ~B, table)
    same(~(A | B), ~A & ~B, table)
    same(~~A, A, table)


@given(TABLES)
def test_one_and_zero_are_neutral(table):
    same(A * 1, A, table)
    same(A & 1, A, table)
    same(A | 0, A, table)
    same(1 * A, A, table)


@given(TABLES)
def test_a_product_is_below_the_minimum_and_that_below_the_maximum(table):
    known = table.dropna()
    assert ((A * B)(known) <= (A & B)(known)).all()
    assert ((A & B)(known) <= (A | B)(known)).all()


@given(TREES, TABLES)
def test_every_composition_lies_between_0_and_1_and_judges_rows_alone(tree, table):
    value = tree(table)
    known = value[~np.isnan(value)]
    assert ((known >= 0) & (known <= 1)).all()
    alone = [tree(table.iloc[[row]])[0] for row in range(len(table))]
    assert value.tolist() == pytest.approx(alone, nan_ok=True)


@given(TABLES)
def test_what_cannot_be_judged_stays_unknown_until_someone_says_otherwise(table):
    unknown = table["a"].isna()
    for composed in (A * 0.5, A & 0.5, A | 0.5, ~A):
        assert (np.isnan(composed(table)) == unknown).all()
    assert (A.otherwise(0.3)(table)[unknown] == 0.3).all()
    same(A.otherwise(0.3), A, table[~unknown])


@given(TREES, TABLES.filter(len))
def test_the_parts_of_a_product_multiply_to_its_value(tree, table):
    product = tree * C
    verdict = product.judge(table)
    for row in range(len(table)):
        parts = [part["value"] for part in json.loads(json.dumps(verdict.parts(row)))]
        total = math.nan if None in parts else math.prod(parts)
        assert total == pytest.approx(verdict.value[row], nan_ok=True)


def test_a_row_explains_itself():
    table = pd.DataFrame({"rising": [0.9, math.nan], "P(SN)": [0.95, 0.5], "visible": [0.96, 1.0], "seen": [0.2, 0.0]})
    rising, sn, visible, seen = (Column(name) for name in table)
    product = (rising * sn * visible).judge(table)
    assert product.reason(0) == "0.82 = rising 0.9 x P(SN) 0.95 x visible 0.96"
    assert product.reason(1) == "unknown = rising unknown x P(SN) 0.5 x visible 1"
    mixed = (rising.otherwise(0.5) * (sn | 0.97) * ~seen).judge(table)
    assert mixed.reason(0) == "0.7 = rising 0.9 x P(SN) 0.95 raised to 0.97 x not seen 0.8"
    assert mixed.reason(1) == "0.48 = rising unknown taken as 0.5 x P(SN) 0.5 raised to 0.97 x not seen 1"
    nested = (~(sn | visible) * ~(rising * visible)).judge(table)
    assert nested.reason(0) == "0.01 = not(max(P(SN) 0.95, visible 0.96)) 0.04 x not(rising 0.9 x visible 0.96) 0.14"
    assert mixed.parts(1)[0] == {"text": "rising unknown taken as 0.5", "value": 0.5}


def test_a_constant_outside_the_range_is_refused():
    with pytest.raises(ValueError, match=r"1\.5"):
        A * 1.5


def test_a_criterion_of_the_wrong_length_is_refused():
    class Wrong(Column):
        def value(self, table):
            return [0.5]

    with pytest.raises(ValueError, match="wrong gave"):
        Wrong("wrong")(pd.DataFrame({"a": [1.0, 2.0]}))
