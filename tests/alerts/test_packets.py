"""Packets of real files, walked or read whole: the same rows, the same batches and the same complaints."""

import io
import itertools
import tracemalloc

import fastavro
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tom_alerce_like.alerts import columns, files, lsst, packets, wire, ztf
from tom_alerce_like.alerts.avro import Walked
from tom_alerce_like.alerts.packets import Reader
from tom_alerce_like.exceptions import AlertFormatError

FOLDERS = {"ztf_alerts/packets": ztf.PACKET, "lsst_alerts/wire": lsst.PACKET}
NO_END = 10**9


@pytest.fixture
def walking(monkeypatch):
    """Walk from the first packet on."""
    monkeypatch.setattr(packets, "WORTHWHILE", 0)


def reader(kind):
    return Reader(lambda names: kind)


def taken(read, content):
    """Return the packets of a file, and what is wrong with the rest."""
    found = []
    try:
        found.extend(iter([read.message(content)]) if content[:1] == b"\x00" else read.container(content))
    except AlertFormatError as error:
        return found, str(error)
    return found, ""


def whole(content):
    """Return the same as fastavro reads it."""
    found = []
    try:
        found.extend([wire.packet(content)] if content[:1] == b"\x00" else wire.packets(io.BytesIO(content)))
    except AlertFormatError as error:
        return found, str(error)
    return found, ""


def rows(found, kind):
    try:
        return repr(columns.of_packets(found, kind).to_pylist())
    except AlertFormatError:
        return "refused"


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_real_packets_are_walked_to_the_rows_of_fastavro(data, walking, folder):
    kind = FOLDERS[folder]
    read = reader(kind)
    for path in sorted((data / folder).glob("*.avro")):
        ours, _ = taken(read, path.read_bytes())
        theirs, _ = whole(path.read_bytes())
        # an LSST alert of a known asteroid may have its orbit as a long text
        unusual = [(one.get("mpc_orbits") or {}).get("mpc_orb_jsonb") is not None for one in theirs]
        assert [type(one) for one in ours] == [dict if long else Walked for long in unusual]
        assert rows(ours, kind) == rows(theirs, kind) != "refused"
        for one, its in zip(ours, theirs, strict=True):
            if isinstance(one, Walked):
                assert one.n_points == sum(len(value) for value in its.values() if isinstance(value, list))
                assert repr(one.packet()) == repr(its)


def batches(paths, chunk, monkeypatch, worthwhile):
    monkeypatch.setattr(packets, "WORTHWHILE", worthwhile)
    monkeypatch.setattr(files, "_READER", Reader(lambda names: files._survey(names).PACKET))
    return list(files.read(paths, chunk))


@pytest.mark.parametrize("chunk", [1, 7, 500])
@pytest.mark.parametrize("most_points", [40, 50_000])
def test_batches_do_not_depend_on_how_packets_were_read(data, tmp_path, monkeypatch, chunk, most_points):
    source = data / "ztf_alerts" / "packets" / "ZTF19aazdrol_892447781115010000_v3.2.avro"
    (tmp_path / "half.avro").write_bytes(source.read_bytes()[:20_000])
    (tmp_path / "text.avro").write_bytes(b"dear astronomer")
    paths = [tmp_path, *(data / folder for folder in FOLDERS)]
    monkeypatch.setattr(files, "MAX_WAITING_POINTS", most_points)
    made = [batches(paths, chunk, monkeypatch, worthwhile) for worthwhile in (0, 10, NO_END)]
    assert len(made[2]) > 1 and len({len(some) for some in made}) == 1
    for ours, mixed, theirs in zip(*made, strict=True):
        for other in (ours, mixed):
            pd.testing.assert_frame_equal(other.alerts, theirs.alerts)
            pd.testing.assert_frame_equal(other.classifications, theirs.classifications)
            assert (other.aliases, other.problems) == (theirs.aliases, theirs.problems)


def test_a_grammar_is_made_when_many_packets_of_a_schema_have_come(data):
    content = next((data / "ztf_alerts" / "packets").glob("*_v3.3.avro")).read_bytes()
    read = reader(ztf.PACKET)
    kinds = [type(taken(read, content)[0][0]) for _ in range(packets.WORTHWHILE + 5)]
    assert kinds == [dict] * packets.WORTHWHILE + [Walked] * 5


def test_a_schema_without_a_grammar_is_read_whole_every_time(walking):
    schema = {"type": "record", "name": "a", "fields": [{"name": "objectId", "type": "int"}]}
    out = io.BytesIO()
    fastavro.writer(out, schema, [{"objectId": n} for n in range(3)])
    read = reader(ztf.PACKET)
    for _ in range(3):
        assert taken(read, out.getvalue()) == ([{"objectId": n} for n in range(3)], "")


def test_more_schemas_than_are_remembered_are_all_read(walking):
    read = reader(ztf.PACKET)
    for _, number in itertools.product(range(2), range(40)):
        schema = {"type": "record", "name": f"a{number}", "fields": [{"name": "objectId", "type": "string"}]}
        out = io.BytesIO()
        fastavro.writer(out, schema, [{"objectId": f"ZTF{number}"}])
        [found], problem = taken(read, out.getvalue())
        assert isinstance(found, Walked) and found.packet() == {"objectId": f"ZTF{number}"} and not problem


@pytest.mark.parametrize("codec", ["null", "snappy", "deflate"])
def test_packets_before_a_fault_are_kept(data, walking, codec):
    path = data / "lsst_alerts" / "wire" / "fink_datatransfer_lsst_7alerts.avro"
    with path.open("rb") as file:
        source = fastavro.reader(file)
        some = list(source)
        out = io.BytesIO()
        fastavro.writer(out, source.writer_schema, some, codec=codec, sync_interval=1)
    content = out.getvalue()
    with io.BytesIO(content) as file:
        ends = [block.offset + block.size for block in fastavro.block_reader(file)]
    assert len(ends) > 3
    for cut in (ends[2] - 7, ends[2] + 1, ends[2], len(content)):
        ours, theirs = (taken(reader(lsst.PACKET), content[:cut]), whole(content[:cut]))
        assert ours[1] == theirs[1] and len(ours[0]) == len(theirs[0]) >= 2
        assert rows(ours[0], lsst.PACKET) == rows(theirs[0], lsst.PACKET)


FILES = {
    "ztf_alerts/packets/ZTF18aaxlzgi_516171791415015025_vpre3.0.avro": ztf.PACKET,
    "ztf_alerts/packets/ZTF20acunklg_2454460970015010006_v4.01.avro": ztf.PACKET,
    "ztf_alerts/packets/ZTF18accqcvg_672206884215010000_v3.1.avro": ztf.PACKET,
    "lsst_alerts/wire/confluent_schema900_v9_0.avro": lsst.PACKET,
    "lsst_alerts/wire/fink_datatransfer_lsst_7alerts.avro": lsst.PACKET,
}
_READERS = {ztf.PACKET: reader(ztf.PACKET), lsst.PACKET: reader(lsst.PACKET)}


@given(
    noise=st.binary(min_size=1, max_size=20) | st.sampled_from([b"\xff" * 9 + b"\x01", b"\xfe" * 9 + b"\x01"]),
    place=st.floats(0, 1, exclude_max=True),
    gap=st.integers(0, 20),
    is_early=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", FILES)
def test_damaged_files_give_the_packets_of_fastavro_and_its_complaint(data, walking, name, noise, place, gap, is_early):
    kind, content = FILES[name], (data / name).read_bytes()
    # much of what is interesting is at the start, before the cutouts
    start = int(place * (min(40_000, len(content)) if is_early else len(content)))
    damaged = content[:start] + noise + content[start + gap :]
    if damaged[:1] not in (b"\x00", b"O"):
        return
    (ours, our_problem), (theirs, their_problem) = taken(_READERS[kind], damaged), whole(damaged)
    passed_over = [one for one in ours if isinstance(one, Walked) and is_passed_over(one)]
    if passed_over:  # fastavro gives up at a text that nobody wants
        assert "utf-8" in their_problem
        ours = ours[: len(theirs)]
    else:
        assert our_problem == their_problem
    assert rows(ours, kind) == rows(theirs, kind)


def is_passed_over(walked):
    try:
        walked.packet()
    except UnicodeDecodeError:
        return True
    return False


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_short_gives_what_fastavro_gives(data, walking, name, cut):
    content = (data / name).read_bytes()
    damaged = content[: int(cut * len(content))]
    ours, theirs = taken(reader(FILES[name]), damaged), whole(damaged)
    assert rows(ours[0], FILES[name]) == rows(theirs[0], FILES[name]) and ours[1] == theirs[1] != ""


def test_packets_of_no_bytes_are_not_gathered(walking):
    out = io.BytesIO()
    fastavro.writer(out, {"type": "record", "name": "a", "fields": []}, [{}] * 1000)
    found, problem = taken(reader(ztf.PACKET), out.getvalue())
    assert found == [{}] * 1000 and not problem and not any(isinstance(packet, Walked) for packet in found)


def test_the_first_packet_of_a_container_does_not_wait_for_the_last(walking):
    schema = {"type": "record", "name": "a", "fields": [{"name": "objectId", "type": "string"}]}
    out = io.BytesIO()
    fastavro.writer(out, schema, [{"objectId": "ZTF1"}] * 1000, sync_interval=100)
    tracemalloc.start()
    try:
        assert next(reader(ztf.PACKET).container(out.getvalue())).packet() == {"objectId": "ZTF1"}
        gathered = tracemalloc.get_traced_memory()[1]
        rest = taken(reader(ztf.PACKET), out.getvalue())[0]
        assert len(rest) == 1000 and tracemalloc.get_traced_memory()[1] > gathered + 50_000
    finally:
        tracemalloc.stop()


def number(value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, "long", value)
    return out.getvalue()


@pytest.mark.parametrize("value", [2**40, 2**62, -(2**62), -1])
@pytest.mark.parametrize("place", ["packets", "bytes"])
def test_absurd_blocks_take_no_memory(data, walking, place, value):
    content = (data / "ztf_alerts" / "packets" / "ZTF19aazdrol_892447781115010000_v3.2.avro").read_bytes()
    with io.BytesIO(content) as file:
        [block] = fastavro.block_reader(file)
    start, end = block.offset, block.offset + block.size
    head = number(1) + number(value) if place == "bytes" else number(value) + number(block.size)
    damaged = content[:start] + head + content[end - block.size :]
    tracemalloc.start()
    try:
        found, _ = taken(reader(ztf.PACKET), damaged)
        assert len(found) <= 1 and tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()
