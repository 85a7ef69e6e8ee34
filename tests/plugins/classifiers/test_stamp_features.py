"""What the stamp classifier measures: the same in any orientation, and what it should be for simple stamps."""

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.normalise import normalised
from tom_alerce_like.plugins.classifiers.stamp import features, measurements, net, shapes
from tom_alerce_like.sky import ecliptic_latitude_deg, galactic_latitude_deg

Y, X = np.mgrid[-31:32, -31:32]


def gaussian(height: float, width: float, y: float = 0.0, x: float = 0.0):
    return height * np.exp(-((Y - y) ** 2 + (X - x) ** 2) / (2 * width**2))


@pytest.fixture
def noise():
    return np.random.default_rng(3).normal(100, 5, (1, 3, 63, 63)).astype(np.float32)


def seen(stamps):
    return dict(zip(shapes.NAMES, shapes.matrix(normalised(stamps))[0], strict=True))


def test_orientation_changes_nothing(noise):
    noise[0, :2] += gaussian(300, 3, 5, -4) + gaussian(200, 1)
    noise[0, 2] += gaussian(200, 1, 0.3, 0.2) - gaussian(80, 1, -3, 1)
    noise[0, :, :9] = np.nan
    expected_shapes, expected_net = shapes.matrix(normalised(noise)), net.matrix(normalised(noise))
    for turns in range(4):
        for turned in (np.rot90(noise, turns, (2, 3)), np.rot90(noise, turns, (2, 3))[..., ::-1]):
            again = normalised(np.ascontiguousarray(turned))
            np.testing.assert_allclose(shapes.matrix(again), expected_shapes, atol=2e-3, rtol=1e-3)
            np.testing.assert_allclose(net.matrix(again), expected_net, atol=0.05)


def test_a_point_source_in_the_difference(noise):
    noise[0, 2] += gaussian(300, 1)
    found = seen(noise)
    assert found["difference_width"] == 1.0 and found["difference_explained"] > 0.9
    assert found["difference_offset"] < 0.2 and found["difference_ellipticity"] < 0.1
    assert found["negative"] < 0.05 and found["template_sources"] == 0


def test_one_bright_pixel_is_narrower_than_a_source(noise):
    noise[0, 2, 31, 31] += 500
    found = seen(noise)
    assert found["difference_width"] == 0.45 and found["difference_second"] < 0.2


def test_a_dipole_has_light_and_a_hole_apart(noise):
    noise[0, 2] += gaussian(200, 1, 0, 1.5) - gaussian(200, 1, 0, -1.5)
    found = seen(noise)
    assert found["negative"] == pytest.approx(0.5, abs=0.1) and found["dipole"] == pytest.approx(3.5, abs=1)


def test_a_dead_pixel_is_a_hole_of_the_science_image(noise):
    before = seen(noise)["science_hole"]
    noise[0, 0, 31, 32] -= 100
    assert seen(noise)["science_hole"] < before - 1


def test_a_host_is_found_in_the_template(noise):
    noise[0, 1] += gaussian(400, 3, 6, 0)
    found = seen(noise)
    assert found["template_source_px"] == pytest.approx(6, abs=1.5) and found["template_sources"] > 0


def test_missing_pixels_are_counted(noise):
    noise[0, 1, :, 32:] = np.nan
    found = seen(noise)
    assert found["template_missing"] == pytest.approx(31 / 63, abs=0.01) and found["science_missing"] == 0


def test_no_pixels_no_measurement(noise):
    nothing = np.full_like(noise, np.nan)
    assert np.isnan(shapes.matrix(nothing)).all() and np.isnan(net.matrix(nothing)).all()


def test_a_power_law_has_its_slope_and_no_scatter_whichever_bands_are_known():
    mags = 18 - 0.8 * np.log(np.array([0.481, 0.617, 0.752, 0.866]) / 0.617)
    known = {f"nearest_source_{band}_mag": [mag, mag] for band, mag in zip("griz", mags, strict=True)}
    known["nearest_source_g_mag"] = [mags[0], np.nan]
    alerts = frame(known | {"survey": ["ZTF"] * 2, "band": ["g"] * 2, "mag": [19.0] * 2})
    table = pd.DataFrame(measurements.matrix(alerts), columns=measurements.NAMES)
    np.testing.assert_allclose(table["spectral_slope"], -0.8, atol=1e-4)
    np.testing.assert_allclose(table["spectral_scatter"], 0, atol=1e-4)
    np.testing.assert_allclose(table["amplitude_ps1_mag"], 19 - mags[0], atol=1e-4)
    assert table["n_bands"].tolist() == [4, 3]


def test_a_column_that_is_absent_is_unknown():
    alerts = frame({"survey": ["ZTF"], "chi": [1.0]}).drop(columns=["snr", "ra_deg", "is_positive"])
    table = pd.Series(features.matrix(alerts)[0], index=features.NAMES)
    assert table["chi"] == 1
    assert table[["snr", "galactic_latitude_deg", "is_positive", "difference_width", "simulated_artefact"]].isna().all()


def test_latitudes_of_known_places():
    # the Galactic centre and pole, the point of Aries and the ecliptic pole
    np.testing.assert_allclose(galactic_latitude_deg([266.405, 192.859], [-28.936, 27.128]), [0, 90], atol=0.01)
    np.testing.assert_allclose(ecliptic_latitude_deg([0.0, 270.0], [0.0, 66.5607]), [0, 90], atol=1e-6)
