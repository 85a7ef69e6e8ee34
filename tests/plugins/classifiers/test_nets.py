"""The net answers the same in any orientation, and its graph says what it says."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("onnx", reason="needs the extra train")

from tests.plugins.classifiers.skies import orientations, sky  # noqa: E402
from tom_alerce_like.plugins.classifiers import nets, nets_export  # noqa: E402
from tom_alerce_like.plugins.classifiers.normalise import by_lines, filled, normalised  # noqa: E402
from tom_alerce_like.serving import notes, session  # noqa: E402

#: View, what it is given while training, and while serving.
VIEWS = [(nets.NOISE, normalised, normalised), (nets.LINES, by_lines, filled)]


@pytest.fixture(scope="module")
def stamps():
    made = sky(6)
    # nothing about them is symmetric
    made[0, :, 20:24, 30:44] += 500
    made[1, 0, 33:36, 25:30] += 200
    made[2, :, 50:], made[3, 1], made[4, 2, :, :9] = np.nan, np.nan, np.nan
    return made


def trained(view):
    """A net whose weights are all far from 0."""
    torch.manual_seed(1)
    net = nets.StampNet(2, view)
    for parameter in net.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    return net.eval()


def logits(net, images):
    with torch.no_grad():
        return net(nets.planes(torch.from_numpy(images), net.view)).numpy()


@pytest.mark.parametrize(("view", "shown", "served"), VIEWS)
def test_orientation_does_not_matter_and_place_does(view, shown, served, stamps):
    net = trained(view)
    expected = logits(net, shown(stamps))
    assert np.ptp(expected) > 1e-2
    for turned in orientations(stamps):
        np.testing.assert_allclose(logits(net, shown(turned)), expected, atol=1e-5)
    assert np.abs(logits(net, shown(np.roll(stamps, 5, axis=-1))) - expected).max() > 1e-3


@pytest.mark.parametrize(("view", "shown", "served"), VIEWS)
def test_the_graph_says_the_same(view, shown, served, stamps, tmp_path):
    net, path = trained(view), tmp_path / "weights" / "net.onnx"
    nets_export.write(net, {"version": "7"}, path)
    (said,) = session(path).run(["logits"], {"stamps": served(stamps)})
    np.testing.assert_allclose(said, logits(net, shown(stamps)), atol=1e-5)
    assert notes(path) == {"version": "7"}


def test_each_filter_learns():
    net = nets.StampNet(1, nets.LINES)
    net(torch.randn(4, nets.LINES.planes, nets.INNER_PX, nets.INNER_PX)).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in net.lift.parameters())
