"""Images come north up and east left, whatever the source's own orientation, scale and projection point."""

from __future__ import annotations

import gzip
import io
import warnings
from contextlib import ExitStack

import astropy.units as u
import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.images import ImageSourceConformance
from tests.plugins.hosts.web import Reply, web
from tom_alerce_like import http
from tom_alerce_like.exceptions import AlerceLikeError, BadReply, ConfigurationError
from tom_alerce_like.models import Alert
from tom_alerce_like.plugins.hosts.images import Seen, blank, configured, look
from tom_alerce_like.plugins.hosts.sources import fits as cards_of
from tom_alerce_like.plugins.hosts.sources.alerts import newest
from tom_alerce_like.plugins.hosts.sources.cache import ORDER, REACH_ARCSEC, Folder, cell_of, centre_of
from tom_alerce_like.plugins.hosts.sources.grid import onto_grid, plate
from tom_alerce_like.plugins.hosts.sources.hips import TIERS, HipsImages
from tom_alerce_like.plugins.hosts.sources.stamps import Stamp, StampImages, image
from tom_alerce_like.sky import separation_arcsec

TURNS = {
    "north up": (1, 1, 0),
    "mirrored": (-1, 1, 0),
    "upside down": (1, -1, 0),
    "turned": (1, 1, 37),
    "both": (-1, 1, 200),
}


def header(ra: float, dec: float, pixel_arcsec: float, pixels: int, turn=(1, 1, 0), moved: float = 0.0) -> fits.Header:
    """The header of a gnomonic image around a place, east left when not mirrored, as astropy understands it."""
    mirrored, upside, angle = turn
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    cd = np.array([[c, -s], [s, c]]) @ np.diag([-mirrored, upside]) * pixel_arcsec / 3600
    made = fits.Header({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": ra, "CRVAL2": dec})
    made["CRPIX1"], made["CRPIX2"] = (pixels + 1) / 2 + moved, (pixels + 1) / 2 - moved
    for i in (1, 2):
        for j in (1, 2):
            made[f"CD{i}_{j}"] = cd[i - 1, j - 1]
    return made


def drawn(made: fits.Header, pixels: int, sources: list[tuple[float, float]], pixel_arcsec: float) -> np.ndarray:
    """Round sources of 1 arcsec at places, in an image with this header; their flux is 1, 2, ..."""
    y, x = np.mgrid[:pixels, :pixels]
    image = np.zeros((pixels, pixels), np.float32)
    for number, place in enumerate(sources):
        at = WCS(made).all_world2pix([place], 0)[0]
        image += (number + 1) * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 2 / (1 / pixel_arcsec) ** 2)
    return image


def fits_bytes(pixels: np.ndarray, made: fits.Header | None = None) -> bytes:
    file = io.BytesIO()
    fits.PrimaryHDU(pixels.astype(np.float32), made).writeto(file)
    return file.getvalue()


def moved(ra: float, dec: float, east: float, north: float) -> tuple[float, float]:
    """The place at an offset on the plane that touches the sky at the first one."""
    there = SkyCoord(ra, dec, unit="deg").directional_offset_by(
        np.arctan2(east, north) * u.rad, np.arctan(np.radians(np.hypot(east, north) / 3600)) * u.rad
    )
    return float(there.ra.deg), float(there.dec.deg)


def peak(image: np.ndarray) -> tuple[float, float]:
    """Offset (east, north) in arcsec of the centroid around the brightest pixel."""
    y0, x0 = np.unravel_index(np.nanargmax(image), image.shape)
    y, x = np.mgrid[y0 - 24 : y0 + 25, x0 - 24 : x0 + 25]
    weight = np.nan_to_num(image[y0 - 24 : y0 + 25, x0 - 24 : x0 + 25])
    centre = (len(image) - 1) / 2
    return tuple((weight * axis).sum() / weight.sum() * 0.25 for axis in (centre - x, y - centre))


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
@pytest.mark.parametrize("place", [(150.0, 2.0), (0.0, -30.0), (359.9999, 60.0), (10.0, 89.999), (200.0, -89.99)])
def test_a_source_lies_where_its_offset_says(turn, place):
    made = header(*moved(*place, 8.0, -5.0), 0.5, 240, turn, moved=3.3)
    source = moved(*place, 12.0, 20.0)
    found = onto_grid(drawn(made, 240, [source], 0.5), plate(strings(made), *place))
    assert peak(found) == pytest.approx((12.0, 20.0), abs=0.02)


def strings(made: fits.Header) -> dict[str, str]:
    return cards_of.cards(fits_bytes(np.zeros((2, 2)), made))


@settings(max_examples=30)
@given(
    ra=st.floats(0, 359.99),
    dec=st.floats(-89.99, 89.99),
    angle=st.floats(0, 360),
    mirrored=st.sampled_from([1, -1]),
    east=st.floats(-60, 60),
    north=st.floats(-60, 60),
)
def test_the_plate_agrees_with_astropy(ra, dec, angle, mirrored, east, north):
    made = header(*moved(ra, dec, 30.0, 10.0), 0.25, 480, (mirrored, 1, angle), moved=-1.7)
    where = plate(strings(made), ra, dec)
    expected = WCS(made).all_world2pix([moved(ra, dec, east, north)], 0)[0]
    assert where.matrix @ [east, north] + [where.x, where.y] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_cards_with_a_turn_and_steps_mean_the_same_as_a_matrix(turn):
    made = header(150.0, 2.0, 1.0, 60, turn)
    steps = made.copy()
    for i in (1, 2):
        steps[f"CDELT{i}"] = -0.5 / 3600
        for j in (1, 2):
            steps[f"PC{i}_{j}"] = steps.pop(f"CD{i}_{j}") / (-0.5 / 3600)
    first, second = plate(strings(made), 150.0, 2.001), plate(strings(steps), 150.0, 2.001)
    np.testing.assert_allclose(first.matrix, second.matrix)
    assert (first.x, first.y) == pytest.approx((second.x, second.y))


@pytest.mark.parametrize(
    "change", [{"CRVAL1": None}, {"CD1_1": 0, "CD1_2": 0}, {"CTYPE1": "GLON-CAR"}, {"CRVAL1": 330.0, "CRVAL2": -2.0}]
)
def test_an_image_that_cannot_be_placed_is_refused(change):
    made = header(150.0, 2.0, 1.0, 60)
    for name, value in change.items():
        made.pop(name)
        if value is not None:
            made[name] = value
    with pytest.raises(BadReply):
        plate(strings(made), 150.0, 2.0)


@pytest.mark.parametrize("data", [b"", b"<html>", b"SIMPLE  =" + b" " * 100, b"SIMPLE  =" + b"\xff" * 10000])
def test_bytes_that_are_no_fits_are_refused(data):
    with pytest.raises(BadReply):
        cards_of.cards(data)


def hips2fits(sources, turn=(1, 1, 0)):
    """The service of CDS: an image of the sources for what was asked."""

    def answer(query: dict[str, str]) -> Reply:
        pixels, ra, dec = int(query["width"]), float(query["ra"]), float(query["dec"])
        pixel_arcsec = float(query["fov"]) * 3600 / pixels
        if dec < -80:
            return Reply(fits_bytes(np.full((pixels, pixels), np.nan), header(ra, dec, pixel_arcsec, pixels)))
        made = header(ra, dec, pixel_arcsec, pixels, turn)
        near = [place for place in sources if separation_arcsec(*place, ra, dec) < 600]
        return Reply(fits_bytes(drawn(made, pixels, near, pixel_arcsec), made))

    return answer


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_two_tiers_become_one_image(turn):
    place = 150.0, 2.0
    sources = [moved(*place, -40.0, 30.0), moved(*place, 7.0, -9.0)]
    with web(hips2fits(sources, turn)) as service:
        seen = HipsImages("ps1", session=http.session(retries=0), url=service.url).fields(
            np.array([150.0]), np.array([2.0]), np.array([0.1])
        )
    (found,) = seen.fields.images
    assert seen.source == ("ps1",) and seen.problems == () and seen.fields.redshift == [0.1]
    assert peak(found) == pytest.approx((7.0, -9.0), abs=0.15)  # half a pixel and a little
    outer = found.copy()
    outer[180:300, 180:300] = np.nan
    assert peak(outer) == pytest.approx((-40.0, 30.0), abs=0.25)
    # the tiers agree on how bright a source is
    assert np.nansum(outer) == pytest.approx(np.nansum(found[180:300, 180:300]) / 2, rel=0.02)
    assert [query["fov"] for query in service.queries] == ["0.035555556", "0.010277778"]
    assert {query["hips"] for query in service.queries} == {"CDS/P/PanSTARRS/DR1/r"}
    if turn == (1, 1, 0):
        assert np.isfinite(found).all()


@pytest.fixture
def played():
    """Makes a source of images whose service answers so."""
    with ExitStack() as stack:

        def make(answer) -> HipsImages:
            url = stack.enter_context(web(answer)).url
            return HipsImages("ps1", session=http.session(retries=0), url=url)

        yield make


class TestHips(ImageSourceConformance):
    @pytest.fixture
    def source(self, played):
        return played(hips2fits([(150.0, 2.0), (10.0, 2.0)]))

    @pytest.fixture
    def places(self):
        return np.array([10.0, 150.0, 3.0]), np.array([2.0, 2.0, -89.0])

    @pytest.fixture
    def broken(self, played):
        return played(lambda query: Reply("busy", 503))


class TestStamps(ImageSourceConformance):
    @pytest.fixture
    def source(self):
        return StampImages([ztf(5.0, 5.0), ztf(-5.0, 5.0)._replace(ra_deg=10.0)])

    @pytest.fixture
    def places(self):
        return np.array([10.0, 150.0, 3.0]), np.array([2.0, 2.0, -89.0])

    @pytest.fixture
    def broken(self):
        return StampImages([Stamp(b"junk", 150.0, 2.0), Stamp(b"", 10.0, 2.0)])


def test_a_place_without_an_image_is_no_problem_and_a_failure_is():
    ra, dec = np.array([150.0, 150.0, np.nan]), np.array([2.0, -85.0, 1.0])
    with web(hips2fits([(150.0, 2.0)])) as service:
        seen = HipsImages("legacy", session=http.session(retries=0), url=service.url).fields(ra, dec, np.zeros(3))
    assert seen.source == ("legacy", "", "") and seen.problems == ()
    assert np.isnan(seen.fields.images[1:]).all() and len(service.queries) == 4


@pytest.mark.parametrize(
    ("reply", "most_queries"),
    [
        (Reply("busy", 503), 4),
        (Reply("slow down", 429), 4),
        (Reply("", pause_s=0.6), 4),
        (Reply("no such survey", 404), 12),
        (Reply("<html>", 200), 12),
        (Reply(fits_bytes(np.ones((4, 4)))[:3000]), 12),
        (Reply(fits_bytes(np.arange(16).reshape(4, 4))), 12),
        (Reply(b"x" * 300_000), 12),
    ],
)
def test_a_service_that_is_down_is_not_asked_for_every_place(reply, most_queries, settings):
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 0.25, "MAX_REPLY_MB": 0.2}
    with web(lambda query: reply) as service:
        source = HipsImages("des", session=http.session(retries=0), url=service.url, deadline_s=5)
        seen = source.fields(np.arange(12.0), np.arange(12.0), np.zeros(12))
    assert np.isnan(seen.fields.images).all() and seen.source == ("",) * 12
    assert len(seen.problems) == 1 and seen.problems[0].startswith("des: ")
    assert len(service.queries) <= most_queries


def test_images_are_kept_on_disk_and_failures_are_not(tmp_path):
    answers = [Reply("busy", 503)]
    with web(lambda query: answers.pop() if answers else hips2fits([(150.0, 2.0)])(query)) as service:
        source = HipsImages("ps1", session=http.session(retries=0), url=service.url, folder=Folder(tmp_path))
        place = np.array([150.0]), np.array([2.0]), np.zeros(1)
        assert source.fields(*place).problems
        first, again = source.fields(*place), source.fields(*place)
    np.testing.assert_array_equal(first.fields.images, again.fields.images)
    assert first.source == ("ps1",) and len(service.queries) == 3


@pytest.mark.parametrize("cell", [11_111_111_111, 7, 12 * 4**ORDER - 1])
def test_an_image_is_found_again_where_the_place_has_moved_a_little(tmp_path, cell):
    """Anywhere in a HEALPix pixel the kept image serves, and fills the whole field; here also near a pole."""
    middle = tuple(float(axis) for axis in centre_of(cell))
    source = moved(*middle, 7.0, -9.0)
    with web(hips2fits([source])) as service:
        images = HipsImages("ps1", session=http.session(retries=0), url=service.url, folder=Folder(tmp_path))
        for north, east in ((0.0, 0.0), (1.0, 0.4), (-0.7, -0.8)):
            place = moved(*middle, north, east)
            assert int(cell_of(*place)) == cell
            found = images.image(*place)
            assert peak(found) == pytest.approx((7.0 - north, -9.0 - east), abs=0.15)
            assert np.isfinite(found).all()
    assert len(service.queries) == 2


def test_noise_is_not_smoothed_by_the_place():
    """White noise of the service stays white, wherever in its HEALPix pixel a place lies."""

    def answer(query: dict[str, str]) -> Reply:
        pixels, ra, dec = int(query["width"]), float(query["ra"]), float(query["dec"])
        noise = np.random.default_rng(3).normal(0, 1, (pixels, pixels))
        return Reply(fits_bytes(noise, header(ra, dec, float(query["fov"]) * 3600 / pixels, pixels)))

    with web(answer) as service:
        images = HipsImages("ps1", session=http.session(retries=0), url=service.url)
        for place in ((150.0, 2.0), (150.00013, 2.00021)):
            middle = images.image(*place)[190:290, 190:290]
            assert middle.std() == pytest.approx(1, abs=0.03)


def test_the_two_tiers_reach_as_far_as_a_place_may_be_from_the_middle():
    for (pixel_arcsec, pixels), wanted_arcsec in zip(TIERS, (120.0, 30.0), strict=True):
        assert pixel_arcsec * pixels >= wanted_arcsec + 2 * REACH_ARCSEC


def ztf(east: float, north: float, x_px: float = 100.2, y_px: float = 200.6) -> Stamp:
    """A cutout as ZTF makes it, of an alert at RA 150, Dec 2, and a source at an offset from it."""
    y, x = np.mgrid[:63, :63]
    at = 31 + x_px - round(x_px) - east / 1.01, 31 + y_px - round(y_px) - north / 1.01
    pixels = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 2)
    return Stamp(gzip.compress(fits_bytes(pixels)), 150.0, 2.0, x_px, y_px)


def test_stamps_of_ztf_are_upside_down():
    found = image(ztf(5.0, -9.0), 150.0, 2.0)
    assert peak(found) == pytest.approx((5.0, -9.0), abs=0.03)
    assert np.isnan(found[0]).all() and np.isfinite(found[120:360, 120:360]).all()


def test_without_a_place_on_the_detector_the_alert_is_in_the_middle():
    expected = image(ztf(5.0, -9.0, 100.0, 200.0), 150.0, 2.0)
    for unknown in (None, np.nan):
        found = image(ztf(5.0, -9.0, 100.0, 200.0)._replace(x_px=unknown, y_px=unknown), 150.0, 2.0)
        np.testing.assert_array_equal(found, expected)


def test_a_place_beside_the_alert_is_the_centre():
    found = image(ztf(5.0, -9.0), *moved(150.0, 2.0, 1.0, 2.0))
    assert peak(found) == pytest.approx((4.0, -11.0), abs=0.03)


def test_each_place_gets_the_stamp_of_its_alert():
    stamps = [ztf(5.0, 5.0), ztf(-5.0, 5.0)._replace(ra_deg=10.0), Stamp(b"junk", 20.0, 2.0)]
    stamps.append(Stamp(fits_bytes(np.zeros((40, 63))), 30.0, 2.0))
    ra = np.array([10.0, 30.0, 150.0, 77.0, 20.0])
    seen = StampImages(stamps).fields(ra, np.full(5, 2.0), np.full(5, np.nan))
    assert seen.source == ("stamps", "", "stamps", "", "") and len(seen.problems) == 2
    assert peak(seen.fields.images[0]) == pytest.approx((-5.0, 5.0), abs=0.03)
    assert StampImages([]).fields(ra, ra, ra).source == ("",) * 5


def test_stamps_with_a_wcs_are_placed_by_it():
    made = header(*moved(150.0, 2.0, 0.5, 0.5), 0.2, 30, (1, 1, 40))
    pixels = drawn(made, 30, [moved(150.0, 2.0, 1.0, -1.5)], 1.0)
    for name in ("CTYPE1", "CTYPE2"):
        made.pop(name)  # as in LSST's cutouts
    found = image(Stamp(fits_bytes(pixels, made), 150.0, 2.0), 150.0, 2.0)
    y, x = np.unravel_index(np.nanargmax(found), found.shape)
    assert ((239.5 - x) * 0.25, (y - 239.5) * 0.25) == pytest.approx((1.0, -1.5), abs=0.3)


class Fixed:
    """A source that has an image for some places, of one value."""

    def __init__(self, name: str, value: float, ra: set[float], problems: tuple[str, ...] = ()) -> None:
        self.name, self.value, self.ra, self.problems, self.asked = name, value, ra, problems, []

    def fields(self, ra_deg, dec_deg, redshift):
        from tom_alerce_like.plugins.hosts.fields import Fields

        self.asked.append(ra_deg.tolist())
        images = blank(len(ra_deg))
        has = np.isin(ra_deg, list(self.ra))
        images[has] = self.value
        whose = tuple(self.name if one else "" for one in has)
        return Seen(Fields(images, ra_deg, dec_deg, redshift), whose, self.problems)


def test_the_first_source_that_has_an_image_counts():
    sources = [Fixed("a", 1.0, {1.0}, ("a: busy",)), Fixed("b", 2.0, {1.0, 2.0}), Fixed("c", 3.0, {1.0})]
    ra = np.array([3.0, 2.0, 1.0])
    seen = look(sources, ra, ra, ra)
    assert seen.source == ("", "b", "a") and seen.problems == ("a: busy",)
    assert seen.fields.images[:, 0, 0].tolist() == pytest.approx([np.nan, 2.0, 1.0], nan_ok=True)
    assert [source.asked for source in sources] == [[[3.0, 2.0, 1.0]], [[3.0, 2.0]], [[3.0]]]
    assert look([Fixed("a", 1.0, {1.0}), sources[1]], ra[2:], ra[2:], ra[2:]).source == ("a",)
    assert len(sources[1].asked) == 1 and look([], ra, ra, ra).source == ("", "", "")


def test_the_setting_names_sources(settings, db, tmp_path):
    settings.TOM_ALERCE_LIKE = {"HOST_IMAGES": ["stamps", "ps1"], "HOST_CACHE": tmp_path}
    assert [source.name for source in configured([])] == ["stamps", "ps1"]
    settings.TOM_ALERCE_LIKE = {"HOST_IMAGES": ["dss"]}
    with pytest.raises(ConfigurationError, match="dss"):
        configured([])


def test_the_newest_template_in_the_best_band_is_taken(new_target):
    one, other = new_target("a", 150.0, 2.0), new_target("b", 10.0, 2.0)
    rows = [
        (one, "r", 1, b"old"),
        (one, "r", 2, b"new"),
        (one, "g", 3, b"g"),
        (one, "r", 4, None),
        (other, "g", 5, b"b"),
    ]
    for target, band, mjd, data in rows:
        Alert.objects.create(
            target=target, survey="ZTF", object_id=target.name, alert_id=str(mjd), mjd=mjd, band=band, ra_deg=target.ra,
            dec_deg=2.0, cutout_template=data, properties={"x_px": 7.5},
        )  # fmt: skip
    assert newest([one.pk, other.pk]) == [Stamp(b"new", 150.0, 2.0, 7.5, None), Stamp(b"b", 10.0, 2.0, 7.5, None)]


@pytest.mark.data
def test_hosts_lie_where_people_saw_them_on_real_stamps(data):
    """24 of ZTF's template cutouts: something is detected within 2 arcsec of the host that people chose (23 of 24)."""
    from tom_alerce_like.plugins.hosts.detect import detect

    alerts = pd.read_parquet(
        data / "ztf_alerts" / "alerts_labelled.parquet",
        columns=["objectId", "jd", "fid", "ra", "dec", "cutoutTemplate", "candidate"],
    )
    hosts = pd.read_parquet(data / "hosts" / "alerce_hosts.parquet").dropna(subset="host_ra")
    both = alerts.merge(hosts[["oid", "host_ra", "host_dec"]], left_on="objectId", right_on="oid")
    both = both.sort_values(["fid", "jd"]).drop_duplicates("objectId", keep="last").reset_index(drop=True)
    stamps = [
        Stamp(row.cutoutTemplate, row.ra, row.dec, row.candidate["xpos"] or 0.0, row.candidate["ypos"] or 0.0)
        for row in both.itertuples()
    ]
    ra, dec = both["ra"].to_numpy(), both["dec"].to_numpy()
    found = detect(StampImages(stamps).fields(ra, dec, np.full(len(ra), np.nan)).fields)
    host = both.loc[found["row"]].reset_index(drop=True)
    apart = separation_arcsec(found["ra_deg"], found["dec_deg"], host["host_ra"], host["host_dec"])
    nearest = pd.Series(apart).groupby(found["row"]).min()
    assert len(nearest) == len(both) > 20
    assert (nearest < 2).mean() > 0.9 and nearest.median() < 0.5


@pytest.mark.data
def test_the_alert_is_in_the_middle_of_lssts_stamps(data):
    rows = pd.read_parquet(
        data / "lsst_alerts" / "fink_lsst_v10_0_raw_2025-12-31.parquet", columns=["diaSource", "cutoutDifference"]
    ).dropna()
    assert len(rows)
    for source, raw in zip(rows["diaSource"], rows["cutoutDifference"], strict=True):
        where = plate(cards_of.cards(raw), source["ra"], source["dec"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            head = fits.getheader(io.BytesIO(raw))
        assert (where.x, where.y) == pytest.approx(((head["NAXIS1"] - 1) / 2, (head["NAXIS2"] - 1) / 2), abs=1.01)
        assert abs(np.linalg.det(where.matrix)) == pytest.approx(25, rel=0.02)


def test_an_image_without_a_place_raises_our_own_error():
    with pytest.raises(AlerceLikeError):
        image(Stamp(gzip.compress(b"junk"), 1.0, 2.0), 1.0, 2.0)


@pytest.mark.data
@pytest.mark.parametrize("band", ["SDSS_u", "SDSS_r", "SDSS_z"])
def test_headers_of_surveys_mean_what_astropy_says(data, band):
    path = data / "host_images" / f"SN2010H_{band}.fits"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wcs = WCS(fits.getheader(path))
        ra, dec = wcs.all_pix2world([[180.0, 220.0]], 0)[0]
        expected = wcs.all_world2pix([moved(ra, dec, 20.0, -10.0)], 0)[0]
    where = plate(cards_of.cards(path.read_bytes()), ra, dec)
    assert (where.x, where.y) == pytest.approx((180, 220), abs=1e-3)
    assert where.matrix @ [20.0, -10.0] + [where.x, where.y] == pytest.approx(expected, abs=1e-3)
