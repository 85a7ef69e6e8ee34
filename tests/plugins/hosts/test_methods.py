"""Every method finds an easy host, and what holds for images holds for its answer."""

import sys
from importlib import metadata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.hosts.test_detect import galaxy, noise
from tom_alerce_like.exceptions import ConfigurationError, InputError
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods import (
    METHODS,
    ascent,
    delight,
    delight_weights,
    directional,
    ellipse,
    nearest,
)
from tom_alerce_like.plugins.hosts.methods.best import best
from tom_alerce_like.plugins.hosts.methods.delight_stamps import stamps

SIZE = 480
OURS = {"nearest", "ellipse", "directional", "ascent"}
LOCATE = pytest.mark.parametrize("locate", [METHODS[name] for name in sorted(OURS)], ids=sorted(OURS))


def fields(*images) -> Fields:
    nowhere = np.full(len(images), np.nan)
    return Fields(np.array(images, np.float32).reshape(len(images), *np.shape(images)[1:]), nowhere, nowhere, nowhere)


@pytest.fixture(scope="module")
def host() -> np.ndarray:
    """A galaxy 2 arcsec east and 1.5 arcsec south of the transient, with a neighbour far away."""
    return noise(1) + galaxy(2, -1.5, 1.6, 1.0, 40, peak=80) + galaxy(-18, 14, 1.0, 1.0, peak=50)


def test_all_are_in_the_register():
    assert set(METHODS) - {"delight"} == OURS


@LOCATE
def test_an_easy_host_is_found(locate, host):
    found = locate(fields(host))
    assert found.shape == (1, 2)
    np.testing.assert_allclose(found[0], (2, -1.5), atol=0.1)


@LOCATE
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_image_turns_the_answer(locate, turns, host):
    (east, north), (turned_east, turned_north) = locate(fields(host, np.rot90(host, turns)))
    place = (east + 1j * north) * 1j**turns
    np.testing.assert_allclose((turned_east, turned_north), (place.real, place.imag), atol=0.1)


@LOCATE
def test_unit_and_sky_level_do_not_matter(locate, host):
    plain, other = locate(fields(host, host * 300 + 5000))
    np.testing.assert_allclose(other, plain, atol=0.02)


@LOCATE
def test_a_batch_is_its_single_fields_and_nothing_seen_is_no_answer(locate, host):
    images = [host, np.full(host.shape, np.nan), np.full(host.shape, 3.0), np.fliplr(host)]
    batch = locate(fields(*images))
    np.testing.assert_array_equal(batch, np.concatenate([locate(fields(image)) for image in images]))
    assert np.isnan(batch).all(axis=1).tolist() == [False, True, True, False]
    assert locate(fields(host)[:0]).shape == (0, 2)


def table(*rows) -> pd.DataFrame:
    names = ["row", "east_arcsec", "north_arcsec", "a_arcsec", "b_arcsec", "pa_deg"]
    made = pd.DataFrame(rows, columns=names, index=[f"galaxy {number}" for number in range(len(rows))])
    return made.assign(moment_a_arcsec=made["a_arcsec"], moment_b_arcsec=made["b_arcsec"])


@pytest.mark.parametrize("choose", [ellipse.choose, directional.choose])
def test_a_large_galaxy_that_points_at_the_transient_wins_over_a_near_small_one(choose):
    candidates = table((0, 6.0, 0.0, 6.0, 2.0, 90.0), (0, 0.0, 3.0, 1.0, 1.0, 0.0), (1, 6.0, 0.0, 6.0, 1.5, 0.0))
    assert choose(candidates).tolist() == ["galaxy 0", "galaxy 2"]
    assert nearest.choose(candidates).tolist() == ["galaxy 1", "galaxy 2"]


def test_directional_takes_a_galaxy_of_unknown_size_for_a_small_one():
    candidates = table((0, 3.0, 0.0, np.nan, np.nan, np.nan), (0, 0.0, 4.0, 5.0, 5.0, 0.0))
    assert directional.choose(candidates).tolist() == ["galaxy 1"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 9) | st.just(np.nan)), max_size=12))
def test_the_best_of_each_place_has_the_least_distance(rows):
    candidates = pd.DataFrame(rows, columns=["row", "distance"]).astype({"row": int, "distance": float})
    chosen = candidates.loc[best(candidates, candidates["distance"])]
    expected = candidates.groupby("row")["distance"].min().dropna()
    assert chosen.set_index("row")["distance"].to_dict() == expected.to_dict()


def test_the_ascent_climbs_to_the_centre_and_not_to_the_nearest_knot():
    image = noise(3) + galaxy(0, 0, 5, 5, peak=100) + galaxy(-5.0, 3.0, 0.6, 0.6, peak=15)
    assert np.hypot(*ascent.locate(fields(np.roll(image, (-8, 12), (0, 1))))[0] - (-3, -2)) < 1


def test_the_stamps_are_blocks_around_the_transient_and_go_west_first():
    image = noise(4, SIZE) + galaxy(-4, 2, 1, 1, peak=300, size=SIZE)
    made = stamps(image)
    assert made.shape == (5, 30, 30)
    np.testing.assert_array_equal(made.max(axis=(1, 2))[1:], 1)
    west, north = np.unravel_index(made[2].argmax(), (30, 30))
    assert abs((west - 14.5) - 4) <= 1
    assert abs((north - 14.5) - 2) <= 1
    assert stamps(np.zeros((SIZE, SIZE))) is None
    assert stamps(np.full((SIZE, SIZE), np.nan)) is None


def weights_file(path):
    """A file as Keras writes it, of random weights."""
    h5py = pytest.importorskip("h5py")
    rng = np.random.default_rng(5)
    with h5py.File(path, "w") as file:
        for name, shape in delight_weights.KERNELS.items():
            layer = file.create_group(f"layers/{name}/vars")
            layer["0"] = (rng.normal(size=shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)
            layer["1"] = rng.normal(size=shape[-1:]).astype(np.float32) / 10
    return path


def reference(weights, levels):
    """The network in plain NumPy: the first axis of the stamps goes west, channels are last."""
    features = []
    for level in levels.astype(float):
        seen = level[..., None]
        for name in ("conv2d", "conv2d_1", "conv2d_2"):
            kernel, bias = weights[name]
            windows = np.lib.stride_tricks.sliding_window_view(seen, (3, 3), axis=(0, 1))
            seen = np.maximum(np.einsum("xycij,ijco->xyo", windows, kernel) + bias, 0)
            if name != "conv2d_2":
                half = seen.shape[0] // 2
                seen = seen[: 2 * half, : 2 * half].reshape(half, 2, half, 2, -1).max(axis=(1, 3))
        features.append(seen.ravel())
    (first, first_bias), (last, last_bias) = weights["dense"], weights["dense_1"]
    return np.tanh(np.concatenate(features) @ first + first_bias) @ last + last_bias


@pytest.fixture(scope="module")
def random_weights(tmp_path_factory):
    pytest.importorskip("onnx")
    return weights_file(tmp_path_factory.mktemp("delight") / "made.weights.h5")


def test_delight_is_the_mean_of_eight_orientations(random_weights):
    image = noise(6, SIZE) + galaxy(3, 1, 1, 1, peak=200, size=SIZE)
    weights, levels = delight_weights.read(random_weights), stamps(image)
    said = []
    for mirrored in (False, True):
        view = levels[..., ::-1] if mirrored else levels
        for turns in range(4):
            west, north = reference(weights, np.rot90(view, turns, (1, 2)))
            back = (west + 1j * north) * (-1j) ** turns
            said.append(back.conjugate() if mirrored else back)
    answer = delight.answer(fields(image, image), random_weights)
    expected = np.mean(said)
    np.testing.assert_allclose(answer.offset_arcsec, [(-expected.real / 4, expected.imag / 4)] * 2, atol=1e-5)
    np.testing.assert_allclose(answer.scatter_arcsec, np.std(said) / 4, atol=1e-5)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_delight_turns_with_the_image(turns, random_weights):
    image = noise(7, SIZE) + galaxy(3, 1, 1, 1, peak=200, size=SIZE)
    (east, north), turned = delight.answer(fields(image, np.rot90(image, turns)), random_weights).offset_arcsec
    place = (east + 1j * north) * 1j**turns
    np.testing.assert_allclose(turned, (place.real, place.imag), atol=1e-3)


def test_delight_has_no_answer_where_nothing_is_seen(random_weights):
    answer = delight.answer(fields(np.zeros((SIZE, SIZE))), random_weights)
    assert np.isnan(answer.offset_arcsec).all()
    assert np.isnan(answer.scatter_arcsec).all()


def test_delight_refuses_images_of_another_size(random_weights, host):
    with pytest.raises(InputError, match="480 x 480"):
        delight.answer(fields(host), random_weights)


def test_other_files_are_not_taken_for_weights(tmp_path):
    h5py = pytest.importorskip("h5py")
    (tmp_path / "text.h5").write_text("no weights")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 1, 8), np.float32)
        file["layers/conv2d/vars/1"] = np.zeros(8, np.float32)
    for name in ("text.h5", "other.h5", "missing.h5"):
        with pytest.raises(ConfigurationError, match=name):
            delight_weights.read(tmp_path / name)


def test_without_h5py_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ConfigurationError, match="h5py"):
        delight_weights.read(tmp_path / "any.weights.h5")


def test_weights_are_found_in_an_installed_package_without_importing_it(tmp_path, monkeypatch):
    info = tmp_path / "astro_delight-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: astro-delight\nVersion: 0.1.0\n")
    (info / "RECORD").write_text("delight/__init__.py,,\ndelight/V1.weights.h5,,\n")
    (tmp_path / "delight").mkdir()
    (tmp_path / "delight" / "__init__.py").write_text("raise ImportError('imported')\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(ConfigurationError, match="no file"):
        delight_weights.installed()
    (tmp_path / "delight" / "V1.weights.h5").write_bytes(b"")
    assert delight_weights.installed() == tmp_path / "delight" / "V1.weights.h5"
    assert delight_weights.is_installed()


def test_without_the_package_the_message_says_so(monkeypatch):
    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", absent)
    with pytest.raises(ConfigurationError, match="astro-delight"):
        delight_weights.installed()
