"""Light curves become the toolkit's photometry, each exposure once."""

from datetime import UTC, datetime

import pytest
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import Target

from tests.core.skies import BROKER, alert, batch, limit, point
from tom_alerce_like.ingest import ingest

pytestmark = pytest.mark.django_db
MS = 1e-3 / 86400


def datums(**where):
    return list(PhotometryReducedDatum.objects.filter(**where).order_by("timestamp", "reduction_version"))


def test_a_detection_with_everything_that_is_known_of_it():
    ingest(batch(alert(mjd=60000.25, lightcurve=None, mag=19.5, mag_err=0.05, flux_njy=57543.99)), source=BROKER)
    (datum,) = datums()
    assert datum.timestamp == datetime(2023, 2, 25, 6, tzinfo=UTC)
    assert (datum.brightness, datum.brightness_error, datum.limit, datum.bandpass) == (19.5, 0.05, None, "g")
    assert datum.value == {"flux_njy": 57543.99, "flux_err_njy": 9000.0, "is_positive": True}
    assert (datum.telescope, datum.instrument, datum.reduction_version) == ("ZTF", "ZTF-Cam", "alert")
    assert (datum.source_name, datum.source_location, datum.unit) == (BROKER, "ZTF26aaaaaaa", "mag")


def test_lsst_has_its_own_telescope():
    ingest(batch(alert("170000000000000001", survey="LSST")), source=BROKER)
    assert [(datum.telescope, datum.instrument) for datum in datums()] == [("LSST", "LSSTCam")]


def test_a_nondetection_is_a_limit():
    ingest(batch(alert(lightcurve=[limit(60999.0, 20.5)])), source=BROKER)
    datum = datums()[0]
    assert (datum.brightness, datum.brightness_error, datum.limit, datum.value) == (None, None, 20.5, {})


def test_a_detection_below_the_template_says_so():
    ingest(batch(alert(flux_njy=-91201.0, is_positive=False)), source=BROKER)
    (datum,) = datums()
    assert (datum.brightness, datum.value["is_positive"], datum.value["flux_njy"]) == (19.0, False, -91201.0)


def test_a_flux_without_a_magnitude_is_converted():
    ingest(batch(alert(mag=None, mag_err=None, flux_njy=3630.78, flux_err_njy=36.3078)), source=BROKER)
    (datum,) = datums()
    assert datum.brightness == pytest.approx(22.5, abs=1e-4)
    assert datum.brightness_error == pytest.approx(0.010857, rel=1e-3)


@pytest.mark.parametrize("flux_njy", [250.0, -5000.0])
def test_forced_photometry_below_3_sigma_is_a_limit_with_its_flux(flux_njy):
    forced = point(60999.0, mag=None, mag_err=None, flux_njy=flux_njy, flux_err_njy=100.0, is_forced=True)
    ingest(batch(alert(lightcurve=[forced])), source=BROKER)
    (datum,) = datums(reduction_version="forced")
    assert datum.brightness is None
    assert datum.limit == pytest.approx(31.4 - 2.5 * 2.69897, abs=1e-4)
    assert datum.value["flux_njy"] == flux_njy


def test_forced_photometry_above_3_sigma_is_a_detection():
    forced = point(60999.0, mag=None, mag_err=None, flux_njy=3630.78, flux_err_njy=100.0, is_forced=True)
    ingest(batch(alert(lightcurve=[forced | {"is_detection": False}])), source=BROKER)
    (datum,) = datums(reduction_version="forced")
    assert datum.brightness == pytest.approx(22.5, abs=1e-4)
    assert datum.brightness_error == pytest.approx(1.0857 * 100 / 3630.78, rel=1e-3)


def test_forced_and_alert_photometry_of_one_exposure_are_both_kept():
    ingest(batch(alert(lightcurve=[point(61000.0), point(61000.0, is_forced=True), limit(61000.0)])), source=BROKER)
    assert sorted((datum.reduction_version, datum.limit) for datum in datums() if datum.brightness) == [
        ("alert", None),
        ("forced", None),
    ]
    assert len(datums()) == 3


@pytest.mark.parametrize("later", [0.0, 40e-6 / 86400, -40e-6 / 86400, 400 * MS, -400 * MS])
def test_the_copy_of_a_second_broker_is_the_same_point(later):
    ours = [point(60990.0), limit(60991.0), point(60992.0, flux_njy=300.0, flux_err_njy=100.0, is_forced=True)]
    theirs = [
        point(60990.0 + later, 19.00003),
        limit(60991.0 + later, 20.50002),
        point(60992.0 + later, 25.2, flux_njy=299.9, flux_err_njy=100.0, is_forced=True),
    ]
    ingest(batch(alert(lightcurve=ours)), source=BROKER)
    summary = ingest(batch(alert(lightcurve=theirs)), source="Fink-multisurvey")
    assert (summary.datums, summary.skipped) == (0, 1)
    assert {datum.source_name for datum in datums()} == {BROKER}
    assert len(datums()) == 4
    PhotometryReducedDatum.objects.all().delete()
    assert ingest(batch(alert(lightcurve=[*ours, *theirs])), source=BROKER).datums == 4


@pytest.mark.parametrize("other", [{"band": "r"}, {"mjd": 60990.0 + 30 / 86400}])
def test_another_band_or_exposure_is_another_point(other):
    ingest(batch(alert(lightcurve=[point(60990.0)])), source=BROKER)
    assert ingest(batch(alert(lightcurve=[point(60990.0) | other])), source=BROKER).datums == 1


def test_two_surveys_that_look_at_the_same_moment_are_two_points():
    rows = alert("ZTF26one"), alert("170000000000000001", survey="LSST")
    assert ingest(batch(*rows), source=BROKER).datums == 2


def test_points_of_the_built_in_service_are_known():
    """The toolkit's own ALeRCE service names no instrument and no version."""
    target = Target.objects.create(name="ZTF26aaaaaaa", type="SIDEREAL", ra=150.0, dec=2.0)
    when = datetime(2023, 2, 25, 6, tzinfo=UTC)
    PhotometryReducedDatum.objects.create(
        target=target, timestamp=when, brightness=19.0, bandpass="g", source_name="ALeRCE"
    )
    assert ingest(batch(alert(mjd=60000.25)), source=BROKER).datums == 0


def test_points_of_another_telescope_are_other_points():
    target = Target.objects.create(name="ZTF26aaaaaaa", type="SIDEREAL", ra=150.0, dec=2.0)
    when = datetime(2023, 2, 25, 6, tzinfo=UTC)
    PhotometryReducedDatum.objects.create(
        target=target, timestamp=when, brightness=19.0, bandpass="g", instrument="Sinistro"
    )
    assert ingest(batch(alert(mjd=60000.25)), source=BROKER).datums == 1


def test_what_measures_nothing_is_left_out_silently():
    nothing = [point(60990.0, None, mag_err=None), limit(60991.0, None)]
    summary = ingest(batch(alert(lightcurve=nothing)), source=BROKER)
    assert (summary.datums, summary.errors) == (1, 0)


@pytest.mark.parametrize(
    "impossible", [point(60990.0, 99.0), point(60990.0, -99.0), point(1e12), point(None), point(60990.0, band="")]
)
def test_what_cannot_be_is_left_out_with_a_message(impossible):
    summary = ingest(batch(alert(lightcurve=[impossible, point(60995.0)])), source=BROKER)
    assert (summary.datums, summary.errors) == (2, 1)
    assert "1 points with an impossible time, band or magnitude" in summary.problems[0]


def test_infinite_errors_and_fluxes_are_unknown():
    odd = point(60990.0, mag_err=float("inf"), flux_njy=float("inf"), flux_err_njy=1.0)
    assert ingest(batch(alert(lightcurve=[odd])), source=BROKER).errors == 0
    datum = datums()[0]
    assert (datum.brightness, datum.brightness_error, datum.value) == (19.0, None, {})


def test_the_toolkit_accepts_every_datum():
    curve = [limit(60990.0), point(60991.0, is_forced=True, flux_njy=1.0, flux_err_njy=1.0), point(60992.0)]
    ingest(batch(alert(lightcurve=curve)), source=BROKER)
    stored = datums()
    # the alert itself is the fourth
    assert len(stored) == 4
    for datum in stored:
        datum.full_clean()
