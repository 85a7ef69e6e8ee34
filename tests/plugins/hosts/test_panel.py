"""What the panel draws is where it says, and what it says is what was found."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.plugins.hosts.conftest import moved
from tom_alerce_like.plugins.hosts import redshift_panel, sketch
from tom_alerce_like.plugins.hosts.models import Host, HostSearch
from tom_alerce_like.plugins.hosts.panel import percent
from tom_alerce_like.plugins.hosts.picture import SIZE_PX, picture

RA, DEC = 150.0, 2.0


def host(north_arcsec: float = 0.0, east_arcsec: float = 0.0, rank: int = 1, **fields) -> Host:
    ra_deg, dec_deg = moved(RA, DEC, north_arcsec, east_arcsec)
    measured = {"offset_arcsec": float(np.hypot(north_arcsec, east_arcsec)), "probability": 0.9, "dlr": 1.0, **fields}
    return Host(rank=rank, name=f"galaxy {rank}", ra_deg=ra_deg, dec_deg=dec_deg, **measured)


def search(**fields) -> HostSearch:
    return HostSearch(hostless=0.0, undetected=0.0, outside=0.0, **fields)


def opened(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("LA")).astype(int)


def test_north_is_up_and_east_is_left():
    drawn = sketch.draw(RA, DEC, [host(5, 0), host(0, 5, 2)], None)
    north, east = drawn.ellipses
    middle = sketch.SIZE / 2
    scale = middle / drawn.half_arcsec
    assert (north.x, north.y) == pytest.approx((middle, middle - 5 * scale), abs=0.1)
    assert (east.x, east.y) == pytest.approx((middle - 5 * scale, middle), abs=0.1)


@given(pa=st.floats(0, 180), along=st.floats(-1, 1))
def test_an_ellipse_points_where_the_galaxy_does(pa, along):
    """The end of the longer axis, turned as SVG turns it, lies in the position angle from north through east."""
    one = sketch.draw(RA, DEC, [host(a_arcsec=6.0, b_arcsec=1.0, pa_deg=pa)], None).ellipses[0]
    turn = np.radians(one.turn_deg)
    x, y = along * one.rx * np.cos(turn), along * one.rx * np.sin(turn)
    east, north = -x, -y
    across = east * np.cos(np.radians(pa)) - north * np.sin(np.radians(pa))
    assert across == pytest.approx(0, abs=one.rx * np.radians(0.2))
    assert one.rx > one.ry


def test_the_field_holds_what_is_probable_and_marks_the_rest():
    near, far = host(3, 0), host(200, 0, 2, probability=1e-4)
    drawn = sketch.draw(RA, DEC, [near, far], None)
    assert drawn.half_arcsec < 20
    assert [one.is_inside for one in drawn.ellipses] == [True, False]
    assert 0 < drawn.ellipses[1].label_y < drawn.ellipses[0].label_y
    far.is_chosen = True
    assert all(one.is_inside for one in sketch.draw(RA, DEC, [near, far], None).ellipses)


def test_a_picture_is_drawn_to_the_scale_of_the_field():
    drawn = sketch.draw(RA, DEC, [host(100, 0)], 60.0)
    assert drawn.image == pytest.approx(sketch.SIZE * 60 / (2 * drawn.half_arcsec), abs=0.1)
    assert drawn.image_corner == pytest.approx((sketch.SIZE - drawn.image) / 2, abs=0.1)


@pytest.mark.parametrize("side_arcsec", [24.0, 60.0, 120.0, 500.0])
def test_a_picture_has_its_length_north_up(side_arcsec):
    """A lit pixel 10 arcsec north and 5 east of the middle of an image of 120 arcsec."""
    image = np.zeros((480, 480), np.float32)
    image[278:282, 218:222] = 100.0
    made = picture(image, 0.25, side_arcsec, "test")
    shown = opened(made.png)[..., 0]
    assert made.side_arcsec == pytest.approx(min(side_arcsec, 120.0), abs=1.0)
    assert len(shown) <= SIZE_PX
    row, column = (float(value.mean()) for value in np.nonzero(shown > shown.max() / 2))
    pixel = made.side_arcsec / len(shown)
    middle = (len(shown) - 1) / 2
    assert ((middle - row) * pixel, (middle - column) * pixel) == pytest.approx((10.0, 5.0), abs=pixel)


def test_what_was_not_observed_is_transparent():
    image = np.random.default_rng(1).normal(0, 1, (480, 480)).astype(np.float32)
    image[:, :240] = np.nan
    alpha = opened(picture(image, 0.25, 120.0, "test").png)[..., 1]
    assert set(alpha[:, : len(alpha) // 2].ravel()) == {0} and set(alpha[:, len(alpha) // 2 :].ravel()) == {255}
    assert picture(np.full((480, 480), np.nan), 0.25, 120.0, "test") is None


def test_a_picture_of_pure_noise_is_small():
    image = np.random.default_rng(1).normal(0, 1, (480, 480))
    assert len(picture(image, 0.25, 120.0, "test").png) < 60_000


@pytest.mark.parametrize(
    ("probability", "said"), [(0.0, "< 0.1 %"), (0.5, "50.0 %"), (0.9994, "> 99.9 %"), (1.0, "> 99.9 %")]
)
def test_no_probability_is_told_as_certain(probability, said):
    assert percent(probability) == said


def test_the_errors_of_a_redshift_are_told_apart():
    measured = {"redshift": 0.12, "redshift_lo68": 0.108, "redshift_hi68": 0.132, "redshift_kind": "photo"}
    said = redshift_panel.of_all(search(e_host_phot=0.012, e_host_id=0.001, **measured), host(redshift=0.12))
    assert "z = 0.120" in said and "photometric" in said
    assert "± 0.012 from the photo-z" in said and "± 0.0010 from doubt about which galaxy" in said
    assert "a guess" in redshift_panel.of_all(search(**measured | {"redshift_kind": ""}), None)
    assert redshift_panel.of_all(search(), None) == ""


def test_the_plot_of_a_redshift_has_its_peak_at_the_median():
    z = np.linspace(0.05, 0.15, 50)
    density = np.exp(-(((z - 0.1) / 0.01) ** 2) / 2)
    drawn = {"z": z.tolist(), "density": density.tolist()}
    made = search(redshift=0.1, redshift_lo68=0.09, redshift_hi68=0.11, redshift_density=drawn)
    assert redshift_panel.draw(made).range95 == ""
    made.redshift_lo95, made.redshift_hi95 = 0.08, 0.12
    plot = redshift_panel.draw(made)
    points = [tuple(map(float, pair.split(","))) for pair in plot.points.split()]
    peak = min(points, key=lambda point: point[1])
    assert peak[0] == pytest.approx(plot.x_median, abs=3)
    assert plot.x_low68 < plot.x_median < plot.x_low68 + plot.width68
    assert plot.ticks[0] == (0.0, "0") and float(plot.ticks[-1][1]) >= 0.15
    assert plot.range95 == "0.080 to 0.120"
    assert redshift_panel.draw(search()) is None
