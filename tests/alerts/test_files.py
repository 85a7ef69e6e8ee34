"""Files and folders of alerts: all of the real ones, and what is no alert."""

import io
import shutil

import fastavro
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tom_alerce_like.alerts import files, lightcurve, wire
from tom_alerce_like.alerts.schema import ALERT_SCHEMA
from tom_alerce_like.exceptions import AlertFormatError

from .synthetic import container


def everything(paths, chunk=500):
    batches = list(files.read(paths, chunk))
    assert all(len(batch) <= chunk and batch.alerts["survey"].nunique() <= 1 for batch in batches)
    return pd.concat([batch.alerts for batch in batches], ignore_index=True), sum((b.problems for b in batches), ())


@pytest.mark.parametrize(
    ("path", "n_alerts", "n_files"),
    [
        ("ztf_alerts/packets", 25, 25),
        ("ztf_alerts/alerts_labelled.parquet", 750, 1),
        ("ztf_alerts/alerts_unlabelled.parquet", 300, 1),
        ("ztf_alerts/stream_nocutouts.parquet", 860, 1),
        ("lsst_alerts/wire", 9, 3),
        ("lsst_alerts", 236 + 9, 10),
        ("ztf_alerts", 25 + 1910, 28),
    ],
)
def test_every_real_alert_is_read_without_a_problem(data, path, n_alerts, n_files):
    alerts, problems = everything(data / path)
    assert problems == () and len(alerts) == n_alerts and len(files.found(data / path)) == n_files
    assert alerts.columns.tolist() == ALERT_SCHEMA.names
    assert alerts["object_id"].map(type).eq(str).all() and (alerts["object_id"] != "").all()
    assert np.isfinite(alerts[["mjd", "ra_deg", "dec_deg", "mag", "flux_njy", "flux_err_njy"]]).all(axis=None)
    flat = lightcurve.points(alerts)
    assert (flat.groupby("row")["mjd"].diff().dropna() >= 0).all() and flat["row"].nunique() == len(alerts)
    assert not flat.duplicated(["row", "mjd", "band", "is_forced"]).any()


def test_object_names_of_the_packets_are_those_of_their_index(data):
    index = pd.read_csv(data / "ztf_alerts" / "packets" / "index.csv", dtype=str)
    alerts, _ = everything(data / "ztf_alerts" / "packets")
    assert set(zip(alerts["object_id"], alerts["alert_id"], strict=True)) == set(
        zip(index["objectId"], index["candid"], strict=True)
    )


def test_small_chunks_give_the_same_alerts(data):
    once, _ = everything(data / "lsst_alerts" / "wire")
    by_two, _ = everything(data / "lsst_alerts" / "wire", chunk=2)
    pd.testing.assert_frame_equal(once, by_two)


def test_packets_with_long_histories_do_not_pile_up(data, monkeypatch):
    folder = data / "lsst_alerts" / "wire"
    once, _ = everything(folder)
    monkeypatch.setattr(files, "MAX_WAITING_POINTS", 1)
    assert [len(batch) for batch in files.read(folder)].count(1) >= 5
    pd.testing.assert_frame_equal(everything(folder)[0], once)


def test_the_count_before_reading(data):
    assert files.count(data / "ztf_alerts") == 25 + 1910


@pytest.fixture
def real(data, tmp_path):
    """Return a folder with one real packet, ``good.avro``."""
    source = sorted((data / "ztf_alerts" / "packets").glob("*v3.3.avro"))[0]
    shutil.copy(source, tmp_path / "good.avro")
    return tmp_path


BAD = {
    "empty.avro": (b"", "empty"),
    "text.avro": (b"dear astronomer, no alert here\n" * 50, "neither an Avro object container nor a message"),
    "noise.avro": (np.random.default_rng(1).bytes(5000), "neither an Avro|schema"),
    "framed.avro": (b"\x00\x00\x00\x30\x39" + bytes(100), "schema id 12345 is unknown: install"),
    "short.avro": (b"\x00\x00", "framed"),
    "header.avro": (b"Obj\x01", "truncated or not Avro"),
    "other.avro": (container({"objectId": "x", "cutout": b""}), "no |not an alert"),
    "empty.parquet": (b"", "parquet|Parquet"),
    "text.parquet": (b"dear astronomer" * 50, "Parquet"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_alert_is_told_by_name_and_the_rest_is_read(real, name):
    content, reason = BAD[name]
    (real / name).write_bytes(content)
    alerts, problems = everything(real)
    assert len(alerts) == 1 and len(problems) == 1
    assert str(real / name) in problems[0]
    with pytest.raises(AlertFormatError, match=reason):
        raise AlertFormatError(problems[0])


def test_a_truncated_packet_is_told_by_name(real):
    whole = (real / "good.avro").read_bytes()
    for part in (0.2, 0.6, 0.99):
        (real / "half.avro").write_bytes(whole[: int(len(whole) * part)])
        alerts, problems = everything(real)
        assert len(alerts) == 1 and len(problems) == 1
        assert str(real / "half.avro") in problems[0] and "truncated or not Avro" in problems[0]


def test_alerts_before_the_fault_of_a_container_are_kept(data, tmp_path):
    whole = (data / "lsst_alerts" / "wire" / "fink_datatransfer_lsst_7alerts.avro").read_bytes()
    with io.BytesIO(whole) as file:
        blocks = [block.offset + block.size for block in fastavro.block_reader(file)]
    (tmp_path / "cut.avro").write_bytes(whole[: blocks[0] + 40] if len(blocks) > 1 else whole[:-40])
    alerts, problems = everything(tmp_path)
    assert 0 < len(alerts) < 8 and len(problems) == 1


def test_a_path_that_is_not_there_is_told(tmp_path):
    alerts, problems = everything([tmp_path / "nothing.avro", tmp_path / "nothing.parquet"])
    assert alerts.empty and len(problems) == 2 and all("nothing" in problem for problem in problems)


def test_a_table_of_something_else_is_told(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    _, problems = everything(tmp_path)
    assert "neither a ZTF alert" in problems[0]


def test_a_column_of_the_wrong_type_is_told(tmp_path):
    pq.write_table(pa.table({"objectId": ["a"], "jd": ["late"], "candid": [1]}), tmp_path / "other.parquet")
    _, problems = everything(tmp_path)
    assert "not a table of alerts" in problems[0]


def test_folders_are_searched_at_any_depth_in_order(tmp_path):
    for name in ("b/2.avro", "a/deep/1.parquet", "c.txt", "a/0.avro"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    names = [path.relative_to(tmp_path).as_posix() for path in files.found(tmp_path)]
    assert names == ["a/0.avro", "a/deep/1.parquet", "b/2.avro"]


def test_an_unknown_schema_can_be_looked_up_by_ones_own_function():
    schema = fastavro.parse_schema({"type": "record", "name": "a", "fields": [{"name": "objectId", "type": "string"}]})
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, {"objectId": "ZTF1"})
    message = b"\x00\x00\x00\x30\x39" + out.getvalue()
    assert wire.packet(message, {12345: schema}.__getitem__) == {"objectId": "ZTF1"}


@given(noise=st.binary(min_size=1, max_size=30), place=st.floats(0, 1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize(
    "path",
    ["ztf_alerts/packets/ZTF19aazdrol_892447781115010000_v3.2.avro", "lsst_alerts/wire/confluent_schema900_v9_0.avro"],
)
def test_damaged_files_become_problems_or_alerts_and_nothing_else(data, tmp_path, path, noise, place):
    whole = bytearray((data / path).read_bytes())
    start = int(place * len(whole))
    whole[start : start + len(noise)] = noise
    (tmp_path / "damaged.avro").write_bytes(whole)
    alerts, problems = everything(tmp_path)
    assert len(alerts) + len(problems) >= 1
