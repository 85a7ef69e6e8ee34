"""Packets walked by the grammar of their schema: the values of fastavro, or a refusal."""

import io
import struct

import fastavro
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tom_alerce_like.alerts import columns
from tom_alerce_like.alerts.avro import Decoder, UnusualError
from tom_alerce_like.exceptions import AlertFormatError

POINT = {
    "type": "record",
    "name": "point",
    "fields": [
        {"name": "mjd", "type": "double"},
        {"name": "unread", "type": ["null", "string"]},
        {"name": "mag", "type": ["null", "float"]},
        *({"name": f"pass{n}", "type": ["null", "float"]} for n in range(11)),
        {"name": "band", "type": "string"},
        {"name": "n", "type": ["int", "null"]},
    ],
}
STAMP = {
    "type": "record",
    "name": "stamp",
    "fields": [{"name": "name", "type": "string"}, {"name": "data", "type": "bytes"}],
}
SCHEMA = {
    "type": "record",
    "name": "alert",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "text", "type": ["string", "null"]},
        {"name": "several", "type": ["null", "long", "string", "point"]},
        {"name": "flag", "type": ["null", "boolean"]},
        {"name": "fixed", "type": {"type": "fixed", "name": "four", "size": 4}},
        {"name": "now", "type": ["null", "point"]},
        {"name": "before", "type": [{"type": "array", "items": ["point", "null"]}, "null"]},
        {"name": "counted", "type": {"type": "array", "items": "point"}},
        {"name": "named", "type": {"type": "map", "values": ["null", "double"]}},
        {"name": "first", "type": ["null", "stamp"]},
        {"name": "second", "type": ["bytes", "null"]},
        {"name": "last", "type": "double"},
    ],
}
SCHEMA["fields"][2]["type"][3] = POINT
SCHEMA["fields"][9]["type"][1] = STAMP
PARSED = fastavro.parse_schema(SCHEMA)
WANTED_POINT = pa.struct([("mjd", pa.float64()), ("band", pa.string()), ("mag", pa.float64()), ("n", pa.float64())])
KIND = pa.struct(
    [
        ("id", pa.int64()),
        ("missing", pa.float64()),
        ("text", pa.string()),
        ("now", WANTED_POINT),
        ("before", pa.list_(WANTED_POINT)),
        ("first", pa.struct([("data", pa.binary())])),
        ("second", pa.binary()),
        ("last", pa.float64()),
        ("nothing", pa.list_(pa.struct([("mjd", pa.float64())]))),
    ]
)

texts = st.text(st.characters(codec="ascii"), max_size=127)
floats = st.floats(width=32)
points = st.fixed_dictionaries(
    {
        "mjd": st.floats(),
        "unread": st.none() | texts,
        "mag": st.none() | floats,
        **{f"pass{n}": st.none() | floats for n in range(11)},
        "band": texts,
        "n": st.none() | st.integers(-(2**31), 2**31 - 1),
    }
)
alerts = st.fixed_dictionaries(
    {
        "id": st.integers(-(2**63), 2**63 - 1),
        "text": st.none() | texts,
        "several": st.none() | st.integers(-(2**63), 2**63 - 1) | texts | points,
        "flag": st.none() | st.booleans(),
        "fixed": st.binary(min_size=4, max_size=4),
        "now": st.none() | points,
        "before": st.none() | st.lists(st.none() | points, max_size=4),
        "counted": st.lists(points, max_size=3),
        "named": st.dictionaries(texts, st.none() | st.floats(), max_size=3),
        "first": st.none() | st.fixed_dictionaries({"name": texts, "data": st.binary(max_size=300)}),
        "second": st.none() | st.binary(max_size=300),
        "last": st.floats(),
    }
)
DECODER = Decoder(SCHEMA, KIND)
PLAIN = {
    "id": 7,
    "text": None,
    "several": None,
    "flag": True,
    "fixed": b"four",
    "now": None,
    "before": None,
    "counted": [],
    "named": {},
    "first": None,
    "second": b"123",
    "last": 0.5,
}


def encoded(alert):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, PARSED, alert)
    return out.getvalue()


def whole(body):
    return fastavro.schemaless_reader(io.BytesIO(body), PARSED, None)


def assert_same(ours, theirs):
    assert ours.type == theirs.type
    ours.validate(full=True)
    assert repr(ours.to_pylist()) == repr(theirs.to_pylist())


@given(st.lists(alerts, min_size=1, max_size=4))
def test_values_are_those_of_fastavro(some):
    bodies = [encoded(alert) for alert in some]
    walked = [DECODER.walk(b"before" + body + b"after", 6) for body in bodies]
    assert [one.end for one in walked] == [6 + len(body) for body in bodies]
    assert [one.n_points for one in walked] == [len(one["before"] or ()) + len(one["counted"]) for one in some]
    theirs = [whole(body) for body in bodies]
    assert repr([one.packet() for one in walked]) == repr(theirs)
    assert_same(DECODER.rows(walked), pa.array(theirs, KIND))


@given(alerts, st.binary(max_size=12), st.data())
def test_damaged_packets_are_refused_or_have_the_values_of_fastavro(alert, noise, data):
    body = encoded(alert)
    place = data.draw(st.integers(0, len(body)))
    damaged = body[:place] + noise + body[place + data.draw(st.integers(0, 12)) :]
    try:
        walked = DECODER.walk(damaged)
    except UnusualError:
        return
    assert walked.end <= len(damaged)
    try:
        theirs = whole(damaged)
    except UnicodeDecodeError:  # in a text that nobody wants
        return
    assert_same(DECODER.rows([walked]), pa.array([theirs], KIND))


@given(alerts, st.data())
def test_a_packet_that_is_cut_short_is_refused(alert, data):
    body = encoded(alert)
    with pytest.raises(UnusualError):
        DECODER.walk(body[: data.draw(st.integers(0, len(body) - 1))])


def number(value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, "long", value)
    return out.getvalue()


HEAD = encoded(PLAIN)[: encoded(PLAIN).index(b"four") + 4] + b"\x00"
TAIL = number(0) + b"\x00" + b"\x02" + struct.pack("<d", 1.0)
POINTS = b"".join(bytes(8) + bytes(13) + b"\x02r" + b"\x02" for _ in range(3))


@pytest.mark.parametrize("count", [2**40, 2**62, -(2**40), -(2**63)])
def test_a_list_that_is_said_to_be_endless_takes_no_memory(count):
    body = HEAD + b"\x00" + number(count) + (number(2**50) if count < 0 else b"") + POINTS + bytes(500)
    with pytest.raises(UnusualError):
        DECODER.walk(body)


@pytest.mark.parametrize("length", [2**40, 2**62, -1, -(2**63)])
def test_bytes_that_are_said_to_be_endless_take_no_memory(length):
    body = encoded(PLAIN)
    assert body.count(number(3) + b"123") == 1
    with pytest.raises(UnusualError):
        DECODER.walk(body.replace(number(3) + b"123", number(length) + b"123"))


def test_lists_come_in_blocks_with_or_without_their_length():
    one = b"\x00" + bytes(8) + bytes(13) + b"\x02r" + b"\x02"
    blocks = number(2) + 2 * one + number(-1) + number(len(one)) + one + number(0)
    body = HEAD + b"\x00" + blocks + number(0) + TAIL
    walked = DECODER.walk(body)
    assert walked.end == len(body) and walked.n_points == 3
    assert_same(DECODER.rows([walked]), pa.array([whole(body)], KIND))


@pytest.mark.parametrize("text", ["é", "x" * 128, "星"])
def test_unusual_texts_are_left_to_a_complete_reader(text):
    with pytest.raises(UnusualError):
        DECODER.walk(encoded(PLAIN | {"text": text}))


def test_a_number_in_more_bytes_than_it_needs_is_no_error():
    body = b"\x8e\x80\x00" + encoded(PLAIN)[1:]
    assert DECODER.rows([DECODER.walk(body)])[0]["id"].as_py() == whole(body)["id"] == 7


@pytest.mark.parametrize("n", [2**53 + 1, -(2**60)])
def test_an_integer_that_a_float_would_round_is_refused(n):
    schema = {"type": "record", "name": "a", "fields": [{"name": "n", "type": "long"}]}
    kind = pa.struct([("n", pa.float64())])
    walked = Decoder(schema, kind).walk(number(n))
    with pytest.raises(ValueError, match="too large"):
        walked.decoder.rows([walked])
    with pytest.raises(AlertFormatError):
        columns.of_packets([walked], kind)


def fields(*types):
    return {
        "type": "record",
        "name": "a",
        "fields": [{"name": f"f{place}", "type": kind} for place, kind in enumerate(types)],
    }


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (fields("string"), pa.int64()),
        (fields("double"), pa.string()),
        (fields("double"), pa.int64()),
        (fields("int"), pa.string()),
        (fields("bytes"), pa.string()),
        (fields({"type": "long", "logicalType": "timestamp-micros"}), pa.int64()),
        (fields(["int", "string", "null"]), pa.int64()),
        (fields({"type": "enum", "name": "e", "symbols": ["A"]}), pa.string()),
        (fields(POINT), pa.float64()),
        (fields("double"), pa.struct([("mjd", pa.float64())])),
        (fields({"type": "array", "items": "double"}), pa.float64()),
        (fields({"type": "map", "values": "double"}), pa.list_(pa.float64())),
        (fields({"type": "array", "items": "bytes"}), pa.list_(pa.binary())),
        (fields({"type": "array", "items": "null"}), None),
        (fields({"type": "array", "items": {"type": "array", "items": "int"}}), None),
        (fields({"type": "enum", "name": "e", "symbols": ["A"]}), None),
        (fields(["null", {**fields("bytes", "double"), "name": "inner"}]), None),
        (fields([{"type": "fixed", "name": f"x{number}", "size": 1} for number in range(65)]), None),
        ("double", None),
    ],
)
def test_a_schema_with_something_unusual_is_refused(schema, kind):
    with pytest.raises(UnusualError):
        Decoder(schema, pa.struct([("f0", kind)] if kind else []))


def nested(depth):
    """Return a schema whose records each hold ten of the next, and name them again."""
    inner = "double"
    for level in range(depth):
        fields_ = [
            {"name": f"f{n}", "type": inner if n == 0 else f"r{level - 1}" if level else "double"} for n in range(10)
        ]
        inner = {"type": "record", "name": f"r{level}", "fields": fields_}
    return inner


def test_a_small_schema_of_a_huge_record_is_refused():
    kind = pa.struct([("f9", pa.float64())])
    assert Decoder(nested(1), kind).walk(bytes(80)).end == 80
    assert Decoder(nested(3), pa.struct([])).walk(bytes(8000)).end == 8000
    with pytest.raises(UnusualError):
        Decoder(nested(30), pa.struct([]))


def test_a_record_in_itself_is_refused():
    schema = {"type": "record", "name": "r", "fields": [{"name": "f0", "type": ["null", "r"]}]}
    with pytest.raises(UnusualError):
        Decoder(schema, pa.struct([]))


def test_a_schema_may_name_a_record_that_came_before():
    schema = fields(POINT, ["null", "point"], {"type": "array", "items": "point"})
    kind = pa.struct([("f1", WANTED_POINT), ("f2", pa.list_(WANTED_POINT))])
    point = dict.fromkeys((field["name"] for field in POINT["fields"]), None) | {"mjd": 1.0, "band": "r"}
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), {"f0": point, "f1": point, "f2": [point, point]})
    for given_schema in (schema, fastavro.parse_schema(schema)):
        rows = Decoder(given_schema, kind).rows([Decoder(given_schema, kind).walk(out.getvalue())])
        assert rows[0]["f1"]["mjd"].as_py() == 1.0 and len(rows[0]["f2"].values) == 2


@given(st.lists(st.sampled_from(["whole", "walked", "other"]), max_size=9))
def test_packets_of_all_kinds_keep_their_order(kinds):
    other = Decoder(SCHEMA, KIND)
    bodies = [encoded(PLAIN | {"id": place, "second": bytes([place])}) for place in range(len(kinds))]
    make = {"whole": whole, "walked": DECODER.walk, "other": other.walk}
    rows = columns.of_packets([make[kind](body) for kind, body in zip(kinds, bodies, strict=True)], KIND)
    assert_same(rows, pa.array([whole(body) for body in bodies], KIND))


@given(st.lists(st.none() | st.binary(max_size=5), max_size=6), st.integers(0, 6))
def test_views_of_bytes_are_the_bytes(values, start):
    assume(start <= len(values))
    array = pa.array(values, pa.binary()).slice(start)
    assert [view if view is None else bytes(view) for view in columns.views(array)] == values[start:]


def test_a_double_keeps_its_last_bit():
    rows = DECODER.rows([DECODER.walk(encoded(PLAIN | {"last": np.nextafter(1.0, 2.0)}))])
    assert rows[0]["last"].as_py() == np.nextafter(1.0, 2.0)
