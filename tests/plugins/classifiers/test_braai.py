"""ZTF's own network: its weights are read and fetched with care, and real alerts get the ``drb`` that they carry."""

from __future__ import annotations

import hashlib
import io
import logging

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from numpy.lib.stride_tricks import sliding_window_view

h5py = pytest.importorskip("h5py", reason="needs the extra braai")
pytest.importorskip("onnx", reason="needs the extra braai")

from tests.alerts.synthetic import fits_bytes  # noqa: E402
from tests.brokers.loopback import Loopback  # noqa: E402
from tests.conformance.module import ModuleConformance, random_alerts  # noqa: E402
from tom_alerce_like import http  # noqa: E402
from tom_alerce_like.alerts.schema import frame  # noqa: E402
from tom_alerce_like.exceptions import ConfigurationError, RequestRefused  # noqa: E402
from tom_alerce_like.plugins.classifiers.braai import Braai, classifier  # noqa: E402
from tom_alerce_like.plugins.classifiers.braai.evaluate import WEIGHTS, figures, shipped  # noqa: E402
from tom_alerce_like.plugins.classifiers.braai.fetch import fetch  # noqa: E402
from tom_alerce_like.plugins.classifiers.braai.prepare import triplets  # noqa: E402
from tom_alerce_like.plugins.classifiers.braai.reader import D6_M7, D6_M9, KERNELS, arrays, read, release  # noqa: E402
from tom_alerce_like.plugins.classifiers.checks import braai_weights  # noqa: E402
from tom_alerce_like.plugins.classifiers.pixels import KINDS  # noqa: E402

PATH = f"{Braai.__module__.rpartition('.')[0]}.Braai"


def stored(kernels=KERNELS):
    """Return the bytes of a file of random weights, laid out as Keras does."""
    rng, out = np.random.default_rng(5), io.BytesIO()
    with h5py.File(out, "w") as file:
        for name, shape in kernels.items():
            layer = file.create_group(f"model_weights/{name}/{name}")
            scale = np.sqrt(2 / np.prod(shape[:-1]))
            layer["kernel:0"] = rng.normal(0, scale, shape).astype(np.float32)
            layer["bias:0"] = rng.normal(0, 0.05, shape[-1:]).astype(np.float32)
    return out.getvalue()


BYTES = stored()
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "braai.h5"
    path.write_bytes(BYTES)
    return path


def cutouts(n, seed=1):
    """Return three stamps for each alert: noise, a source, gaps, and now and then a short or missing stamp."""
    rng, made = np.random.default_rng(seed), []
    for number in range(n):
        shape = (63, 63) if number % 4 else (int(rng.integers(30, 63)), 63)
        images = {kind: rng.normal(rng.choice([0, 200]), 10, shape).astype(np.float32) for kind in KINDS}
        images["science"][shape[0] // 2, 31] += rng.lognormal(6, 1)
        images["template"][: number % 5] = np.nan
        row = {kind: fits_bytes(image, compress=True) for kind, image in images.items()}
        made.append(row | ({"template": None} if number % 10 == 9 else {}))
    return made


def alerts_with(*images, survey="ZTF"):
    """Return one alert with these science, template and difference images."""
    row = dict(zip(KINDS, (fits_bytes(np.asarray(image, np.float32), compress=True) for image in images), strict=True))
    return frame({"survey": [survey], "cutouts": [row]})


class TestBraai(ModuleConformance):
    @pytest.fixture
    def module(self, weights):
        return Braai(weights, SHA256)

    @pytest.fixture
    def alerts(self):
        made = random_alerts(90)
        return frame({name: made[name] for name in made if name != "cutouts"} | {"cutouts": cutouts(90)})

    def test_what_lacks_a_stamp_is_not_judged(self, module, alerts):
        assert module.score(alerts)["real"].isna().tolist() == [number % 10 == 9 for number in range(90)]

    def test_scores_differ_between_alerts(self, module, alerts):
        assert module.score(alerts)["real"].nunique() == 81

    def test_other_surveys_and_larger_stamps_are_not_judged(self, module):
        image, large = np.ones((63, 63)), np.ones((64, 63))
        assert module.score(alerts_with(image, image, image)).notna().all(axis=None)
        assert module.score(alerts_with(image, image, image, survey="LSST")).isna().all(axis=None)
        assert module.score(alerts_with(image, large, image)).isna().all(axis=None)


def test_stamps_are_normalised_then_padded_at_the_bottom_and_the_right():
    image = np.array([[3, 4, np.nan], [0, 0, 0], [3.4e38, 5, 5]])
    by_row, whole = (triplets(alerts_with(image, image[:, :2], image[:2]), rows)[0] for rows in (True, False))
    np.testing.assert_allclose(by_row[0, :3, :3], [[0.6, 0.8, 0], [0, 0, 0], [0, 0, 0]], rtol=1e-6)
    np.testing.assert_allclose(whole[2, :2, :3], [[0.6, 0.8, 0], [0, 0, 0]], rtol=1e-6)
    padded = np.ones((3, 63, 63), bool)
    padded[0, :3, :3] = padded[1, :3, :2] = padded[2, :2, :3] = False
    assert (by_row[padded] == np.float32(1e-9)).all() and (by_row[~padded] != np.float32(1e-9)).all()


def test_an_empty_stamp_is_judged_as_ztf_does():
    made = triplets(alerts_with(*[np.zeros((63, 63))] * 2, np.full((63, 63), np.nan)), by_row=False)
    assert (made == 0).all()


def by_definition(stamps):
    """Return what the network of the paper gives, in float64 and straight from its definition."""
    layers = {name: [array.astype(float) for array in pair] for name, pair in arrays(BYTES, SHA256).items()}
    image = stamps.astype(float).transpose(0, 2, 3, 1)
    for name, pooled in (("conv1", 1), ("conv2", 2), ("conv3", 1), ("conv4", 4)):
        kernel, bias = layers[name]
        image = np.maximum(np.einsum("nyxcij,ijco->nyxo", sliding_window_view(image, (3, 3), (1, 2)), kernel) + bias, 0)
        image = sliding_window_view(image, (pooled, pooled), (1, 2))[:, ::pooled, ::pooled].max(axis=(4, 5))
    flat = image.reshape(len(image), -1)
    hidden = np.maximum(flat @ layers["fc_1"][0] + layers["fc_1"][1], 0)
    return 1 / (1 + np.exp(-(hidden @ layers["fc_out"][0] + layers["fc_out"][1])))


def test_the_graph_and_its_peer_in_torch_are_the_network_of_the_paper(weights):
    table = frame({"survey": ["ZTF"] * 8, "cutouts": cutouts(8)})
    stamps = triplets(table, by_row=False)
    expected = by_definition(stamps)
    np.testing.assert_allclose(Braai(weights, SHA256).score(table), expected, atol=1e-6, rtol=0)
    torch = pytest.importorskip("torch", reason="needs the extra train")
    from benchmarks.braai_torch import network

    with torch.inference_mode():
        peer = network(arrays(BYTES, SHA256))(torch.from_numpy(stamps)).numpy()
    np.testing.assert_allclose(peer, expected, atol=1e-6, rtol=0)


def test_weights_are_known_by_their_checksum(settings, tmp_path):
    assert release(D6_M7.upper()) == ("d6_m7", True) and release(D6_M9) == ("d6_m9", False)
    assert Braai(tmp_path, SHA256).version == SHA256[:12] and Braai().version == "d6_m7"
    settings.TOM_ALERCE_LIKE = {"BRAAI_SHA256": D6_M9}
    assert Braai().version == "d6_m9"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not those of a braai network"),
        (BYTES[: len(BYTES) // 2], "not those of a braai network"),
        (stored({"conv1": KERNELS["conv1"]}), "not those of a braai network"),
        (stored(KERNELS | {"fc_1": (1152, 128)}), r"\(1152, 128\) and not \(1152, 256\)"),
    ],
)
def test_what_is_no_braai_is_told(data, message):
    with pytest.raises(ConfigurationError, match=message):
        arrays(data, hashlib.sha256(data).hexdigest())


def test_other_and_absent_files_are_told(weights, tmp_path):
    with pytest.raises(ConfigurationError, match=f"checksum {SHA256}, not {D6_M7}"):
        read(weights, D6_M7)
    with pytest.raises(ConfigurationError, match=r"absent\.h5 cannot be read: No such file"):
        read(tmp_path / "absent.h5", SHA256)


@pytest.mark.parametrize("given", [None, "absent.h5"])
def test_without_weights_nothing_is_judged_and_that_is_said_once(settings, tmp_path, caplog, given):
    settings.TOM_ALERCE_LIKE = {"BRAAI_WEIGHTS": given and str(tmp_path / given)}
    classifier._net.cache_clear()
    table = frame({"survey": ["ZTF"] * 2, "cutouts": cutouts(2)})
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert Braai().score(table)["real"].isna().all()
    [said] = [record.getMessage() for record in caplog.records]
    assert said.startswith("braai judges nothing") and (given or "BRAAI_WEIGHTS") in said


def test_checks(settings, weights, tmp_path):
    def told(**mine):
        settings.TOM_ALERCE_LIKE = {"MODULES": [PATH], "BRAAI_SHA256": SHA256, **mine}
        found = braai_weights(None)
        assert all(message.hint for message in found)
        return [message.id.partition(".")[2] for message in found]

    assert told() == ["I001"]
    assert told(BRAAI_WEIGHTS=str(weights)) == []
    assert told(BRAAI_WEIGHTS=str(tmp_path / "absent.h5")) == ["W001"]
    assert told(BRAAI_WEIGHTS=weights, BRAAI_SHA256=D6_M7) == ["W001"]
    assert told(MODULES=[]) == told(MODULES=None) == []


class TestFetching:
    @pytest.fixture
    def wanted(self, settings, tmp_path):
        """The file that the settings name, in a folder that is not there yet."""
        path = tmp_path / "weights" / "braai.h5"
        settings.TOM_ALERCE_LIKE = {"BRAAI_WEIGHTS": str(path), "BRAAI_SHA256": SHA256}
        return path

    def test_from_a_url(self, wanted):
        said = io.StringIO()
        with Loopback(lambda call: BYTES) as server:
            call_command("alerce_braai", f"{server.url}/models/d6_m7.h5", stdout=said)
        assert wanted.read_bytes() == BYTES and [path.name for path in wanted.parent.iterdir()] == ["braai.h5"]
        assert said.getvalue() == f"braai: {SHA256[:12]}, 1.3 MB in {wanted}\n"
        assert Braai().score(frame({"survey": ["ZTF"], "cutouts": cutouts(1)})).notna().all(axis=None)

    def test_from_a_path(self, wanted, weights):
        call_command("alerce_braai", str(weights), stdout=io.StringIO())
        assert wanted.read_bytes() == BYTES

    @pytest.mark.parametrize(("body", "message"), [(b"<html>", "checksum"), (BYTES[:-1], "checksum")])
    def test_anything_else_leaves_the_old_file(self, wanted, body, message):
        wanted.parent.mkdir()
        wanted.write_bytes(b"old")
        with Loopback(lambda call: body) as server, pytest.raises(CommandError, match=message):
            call_command("alerce_braai", server.url)
        assert wanted.read_bytes() == b"old"

    def test_no_more_is_read_than_the_limit(self, wanted, settings):
        settings.TOM_ALERCE_LIKE = {**settings.TOM_ALERCE_LIKE, "MAX_REPLY_MB": 1}
        with Loopback(lambda call: BYTES) as server, pytest.raises(CommandError, match="more than 1 MB"):
            call_command("alerce_braai", server.url)
        assert not wanted.exists()

    def test_what_is_not_there_is_told(self, wanted, tmp_path):
        with Loopback(lambda call: None) as server, http.session() as session, pytest.raises(RequestRefused):
            fetch(server.url, wanted, SHA256, session)
        with pytest.raises(CommandError, match=r"absent\.h5 cannot be read"):
            call_command("alerce_braai", str(tmp_path / "absent.h5"))

    def test_a_place_that_cannot_be_written_is_told(self, wanted, weights, tmp_path):
        (tmp_path / "weights").write_text("a file, not a folder")
        with pytest.raises(CommandError, match="cannot be written"):
            call_command("alerce_braai", str(weights))

    def test_the_setting_must_name_a_file(self, settings):
        settings.TOM_ALERCE_LIKE = {}
        with pytest.raises(CommandError, match="BRAAI_WEIGHTS"):
            call_command("alerce_braai", "https://braai.example/d6_m7.h5")


@pytest.fixture(scope="module")
def table(data):
    return shipped(data)


@pytest.mark.data
class TestRealAlerts:
    def test_each_drb_is_reproduced(self, data, table):
        assert len(table) > 600 and set(table["drbversion"]) == {"d6_m7"}
        assert (table["real"] - table["drb"]).abs().max() <= 1e-6
        assert figures(data, table) == {"drb_parity_fraction": (1, 1, 1), "drb_agreement": (1, 1, 1)}

    def test_a_drb_of_0_without_a_version_is_none(self, data):
        """Copies of packets of before drb was made; had they been judged, many would not be 0."""
        rows = pd.read_parquet(data / "ztf_alerts" / "alerts_labelled.parquet", columns=["drb", "candidate", "jd"])
        version = rows["candidate"].map(lambda candidate: candidate["drbversion"])
        fillers = rows[rows["drb"].notna() & (version == "")]
        assert (fillers["drb"] == 0).all() and fillers["jd"].max() < rows["jd"][version == "d6_m7"].min()

    def test_the_newer_release_agrees_with_its_own_normalisation(self, data, table):
        """d6_m9 was trained later; the alerts carry d6_m7."""
        from tom_alerce_like.plugins.classifiers.labelled import LABELLED, read

        alerts = read(data, LABELLED)
        alerts = alerts[alerts["alert_id"].isin(table["alert_id"])]
        real = Braai(data / WEIGHTS.with_name("braai_d6_m9.h5"), D6_M9).score(alerts)["real"]
        assert ((real > 0.5) == (alerts["real_bogus"] > 0.5)).mean() > 0.93
