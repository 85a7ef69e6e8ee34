"""Any table is read without losing a cell; what is no table is said to be none."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch import csvfile
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile, Row


def table(content: bytes) -> CsvFile:
    return csvfile.read(lambda: io.BytesIO(content))


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(',;\n"'), max_size=6)
rows = st.lists(st.lists(cells, min_size=3, max_size=3).filter(lambda row: any(map(str.strip, row))), max_size=5)


@given(rows, st.sampled_from(csvfile.DELIMITERS))
def test_what_was_written_is_read(rows, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["name", "ra", "dec"], *rows])
    read = table(text.getvalue().encode())
    assert (read.delimiter, read.header) == (delimiter, ["name", "ra", "dec"])
    assert [row.cells for row in read.rows()] == rows


def test_lines_are_counted_as_an_editor_does():
    read = table(b'\nname,ra\n\n"two\nlines",1\nlast,2\n')
    assert [row.line for row in read.rows()] == [4, 6]


def test_short_and_long_lines_keep_all_they_have():
    read = table(b"a;b;c\n1\n1;2;3;4;5\n")
    assert list(read.rows()) == [Row(2, ["1", "", ""], 1), Row(3, ["1", "2", "3;4;5"], 5)]


@pytest.mark.parametrize(
    ("content", "name"),
    [("\ufeffname,ra,å\n1,2,3".encode(), "å"), ("name,ra,å\n1,2,3".encode("latin-1"), "å")],
)
def test_encodings(content, name):
    assert table(content).header == ["name", "ra", name]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"just words\nand more\n", "only one column"),
        (b"1.5,2.5\n2,3\n", "must name the columns"),
        ("ra,dec\n1,2\n".encode("utf-16"), "null bytes"),
        (b"PK\x03\x04\x00\x00", "null bytes"),
    ],
)
def test_what_is_no_table(content, why):
    with pytest.raises(InputError, match=why):
        table(content)


def test_a_cell_beyond_all_measure_is_told_with_its_line():
    read = table(b'ra,dec\n1,2\n"' + b"x" * 200_000 + b'",2\n')
    with pytest.raises(InputError, match="line 3"):
        list(read.rows())
