"""Laws of the map of where the host is."""

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.plugins.hosts import heatmap
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.heatmap import Map, grid
from tom_alerce_like.plugins.hosts.heatmap.centroid import centred
from tom_alerce_like.plugins.hosts.heatmap.evaluate import auc
from tom_alerce_like.plugins.hosts.heatmap.lessons import wanted

SIZE = 480


def blob(east, north, sigma_arcsec=1.0, peak=30.0, size=SIZE, pixel_arcsec=0.25):
    """A round galaxy."""
    step = (np.arange(size) - (size - 1) / 2) * pixel_arcsec
    apart2 = (-step[None, :] - east) ** 2 + (step[:, None] - north) ** 2
    return peak * np.exp(-apart2 / (2 * sigma_arcsec**2))


def fields(*images, pixel_arcsec=0.25) -> Fields:
    n = len(images)
    stack = np.array(images, np.float32)
    return Fields(stack, np.full(n, 150.0), np.full(n, 2.0), np.full(n, np.nan), pixel_arcsec)


def sky(number, size=SIZE):
    return np.random.default_rng(number).normal(0, 1, (size, size))


@pytest.fixture(scope="module")
def seen() -> Fields:
    """A near galaxy, a far and large one, one of two, and nothing."""
    return fields(
        sky(1) + blob(1.3, -0.8),
        sky(2) + blob(-14.0, 9.0, 4.0),
        sky(3) + blob(2.0, 2.0) + blob(-6.0, 1.0, 0.8),
        sky(4),
    )


@pytest.fixture(scope="module")
def answer(seen) -> Map:
    return heatmap.probability(seen)


def test_probabilities_sum_to_one_with_none(seen, answer):
    assert answer.levels.shape == (len(seen), grid.LEVELS, grid.SIDE, grid.SIDE)
    np.testing.assert_allclose(answer.levels.sum((1, 2, 3)) + answer.none, 1)
    assert (answer.levels >= 0).all() and (answer.none >= 0).all()
    assert (answer.levels[:, ~grid.SPEAKS] == 0).all()


def test_the_cells_that_speak_cover_the_field_once():
    assert (grid.SPEAKS * grid.AREA_ARCSEC2).sum() == 128.0**2
    east, north = (values[grid.SPEAKS] for values in grid.centres())
    assert len(np.unique(np.round(east * 8).astype(int) * 100_000 + np.round(north * 8).astype(int))) == 4096


def test_a_turned_or_mirrored_field_turns_the_answer(seen, answer):
    turned = heatmap.probability(fields(*np.rot90(seen.images, 1, (1, 2))))
    # the noise is measured on every third pixel, other ones after the turn
    np.testing.assert_allclose(turned.levels, np.rot90(answer.levels, 1, (2, 3)), atol=0.02)
    mirrored = heatmap.probability(fields(*seen.images[:, ::-1]))
    np.testing.assert_allclose(mirrored.levels, answer.levels[:, :, ::-1], atol=0.02)


def test_unit_and_sky_level_do_not_matter(seen, answer):
    other = heatmap.probability(fields(*(seen.images * 37.0 + 500.0)))
    np.testing.assert_allclose(other.levels, answer.levels, atol=1e-3)
    np.testing.assert_allclose(other.none, answer.none, atol=1e-3)


def test_a_batch_says_what_single_fields_say(seen, answer):
    for row in range(len(seen)):
        single = heatmap.probability(seen[row : row + 1])
        np.testing.assert_allclose(single.levels[0], answer.levels[row], atol=1e-6)
        np.testing.assert_allclose(single.none[0], answer.none[row], atol=1e-6)


def test_no_field_gives_no_answer():
    empty = heatmap.probability(fields(*np.empty((0, SIZE, SIZE))))
    assert len(empty) == 0 and empty.peaks(2)[0].shape == (0, 2, 2)


def test_what_was_not_observed_holds_no_host(seen):
    image = seen.images[0].copy()
    image[:, :180] = np.nan  # 15 arcsec east of the transient and beyond
    part = heatmap.probability(fields(image))
    assert np.isfinite(part.levels).all()
    assert part.mass(0, 40.0, 0.0, 15.0) < 1e-6
    nothing = fields(np.full((SIZE, SIZE), np.nan))
    answer = heatmap.probability(nothing)
    assert answer.none == pytest.approx(1) and answer.levels.sum() == 0
    assert np.isnan(heatmap.locate(nothing)).all()
    assert np.isfinite(heatmap.probability(fields(np.zeros((SIZE, SIZE)))).none).all()


@pytest.mark.parametrize(("size", "pixel_arcsec"), [(63, 1.01), (481, 0.25), (240, 0.5), (600, 0.2), (600, 0.25)])
def test_other_images_are_brought_onto_the_grid(size, pixel_arcsec):
    image = sky(5, size) / 4 + blob(3.0, -2.0, 1.2, 30, size, pixel_arcsec)
    np.testing.assert_allclose(heatmap.locate(fields(image, pixel_arcsec=pixel_arcsec)), [[3.0, -2.0]], atol=0.15)


def test_a_saturated_core_is_no_gap(seen):
    image = seen.images[1].copy()
    image[blob(-14.0, 9.0, 4.0) > 28] = np.nan
    hole = heatmap.probability(fields(image))
    # no other place is as probable, and none is not sure
    assert hole.mass(0, -14.0, 9.0, 3.0) > 0.2


def certain(east, north) -> Map:
    """A map of a Gaussian of 0.5 arcsec, with nothing left for none."""
    at = grid.centres()
    density = np.exp(-((at[0] - east) ** 2 + (at[1] - north) ** 2) / (2 * 0.5**2))
    levels = np.where(grid.SPEAKS, density * grid.AREA_ARCSEC2, 0)
    return Map((levels / levels.sum())[None], np.zeros(1))


def test_density_and_mass_of_a_known_map():
    made = certain(0.7, -1.1)
    assert made.density(0, 0.7, -1.1) == pytest.approx(np.log(1 / (2 * np.pi * 0.25)), abs=0.2)
    assert made.density(0, 0.7, -0.1) == pytest.approx(np.log(1 / (2 * np.pi * 0.25)) - 2, abs=0.2)
    assert made.density(0, 500.0, 0.0) < -20
    radius = np.array([0.25, 0.5, 1.0, 2.0])
    np.testing.assert_allclose(made.mass(np.zeros(4, int), 0.7, -1.1, radius), 1 - np.exp(-2 * radius**2), atol=0.02)


def test_the_density_sums_to_what_none_leaves(answer):
    # the far galaxy: maps of near ones change too fast for so few places
    east, north = np.meshgrid(*[np.arange(-63.75, 64, 0.5)] * 2)
    total = np.exp(answer.density(1, east, north)).sum() * 0.25
    assert total == pytest.approx(1 - answer.none[1], abs=0.03)


def test_peaks_are_apart_and_in_order():
    both = Map((0.6 * certain(2.0, 2.0).levels + 0.3 * certain(-11.0, 20.0).levels), np.array([0.1]))
    offsets, mass = both.peaks(3)
    np.testing.assert_allclose(offsets[0, 0], [2.0, 2.0], atol=0.1)
    np.testing.assert_allclose(offsets[0, 1], [-11.0, 20.0], atol=1.0)
    assert mass[0, 0] > mass[0, 1] > mass[0, 2] >= 0


def test_light_has_a_middle():
    field = fields(blob(3.04, -2.11) + 100, blob(-17.3, 8.8, 2.0))
    found = centred(field, np.array([[3.5, -2.4], [-16.5, 8.0]]), np.array([0.25, 2.0]))
    np.testing.assert_allclose(found, [[3.04, -2.11], [-17.3, 8.8]], atol=0.02)


def test_light_that_is_not_there_moves_nothing():
    flat = fields(np.zeros((SIZE, SIZE)), np.full((SIZE, SIZE), np.nan))
    places = np.array([[3.5, -2.4], [100.0, 8.0]])
    np.testing.assert_array_equal(centred(flat, places, np.array([0.25, 4.0])), places)


def test_the_right_answer_is_where_the_host_is():
    host = np.array([[0.3, -0.4], [9.0, 21.0], [np.nan, np.nan], [200.0, 0.0]])
    right = wanted(host, np.broadcast_to(grid.SPEAKS, (4, *grid.SPEAKS.shape)))
    np.testing.assert_allclose(right.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(right[:, -1], [0, 0, 1, 1])
    offsets, mass = Map(right[:, :-1].reshape(4, *grid.SPEAKS.shape), right[:, -1]).peaks(1)
    np.testing.assert_allclose(offsets[:2, 0], host[:2], atol=1.0)
    np.testing.assert_allclose(offsets[0, 0], host[0], atol=0.02)
    np.testing.assert_allclose(mass[:, 0], [1, 1, 0, 0], atol=0.01)


def test_the_graph_says_what_the_net_says(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from tom_alerce_like.plugins.hosts.heatmap import export, net, serve

    torch.manual_seed(1)
    made = net.HeatNet()
    torch.nn.init.normal_(made.cell)
    planes = np.random.default_rng(1).normal(0, 1, (3, grid.LEVELS, 4, grid.SIDE, grid.SIDE)).astype(np.float32)
    export.write(made, {"temperature": "1.0"}, tmp_path / "net.onnx")
    cells, none = serve.logits(planes, tmp_path / "net.onnx")
    with torch.no_grad():
        same_cells, same_none = made(torch.from_numpy(planes))
        turned, _ = made(torch.from_numpy(np.rot90(planes, 1, (3, 4)).copy()))
    np.testing.assert_allclose(cells, same_cells, atol=1e-4)
    np.testing.assert_allclose(none, same_none, atol=1e-4)
    np.testing.assert_allclose(np.rot90(cells, 1, (2, 3)), turned, atol=1e-4)


def test_rates_of_the_report():
    score, positive = pd.Series([0.1, 0.4, 0.35, 0.8]), pd.Series([False, False, True, True])
    assert auc(score, positive) == pytest.approx(0.75)
