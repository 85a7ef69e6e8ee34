"""The form takes what astronomers type, and says what is wrong with the rest."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from astropy.coordinates import Angle, SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.brokers.alerce.form import AlerceForm
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.sky import parse_centre
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.sky import separation_arcsec


def form(**fields: Any) -> AlerceForm:
    return AlerceForm({"data_service": "ALeRCE-multisurvey", "survey": "ZTF", **fields})


def errors(**fields: Any) -> dict[str, Any]:
    made = form(**fields)
    assert not made.is_valid()
    return {name: " ".join(texts) for name, texts in made.errors.items()}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("0 -30", (0, -30)),
        ("0.0, 0.0", (0, 0)),
        ("359.9999 +12.5", (359.9999, 12.5)),
        ("12:30:00 -12:15:00", (187.5, -12.25)),
        ("12 30 00, -12 15 00", (187.5, -12.25)),
        ("12h30m00s -12d15m00s", (187.5, -12.25)),
        ("00:00:00 -00:00:36", (0, -0.01)),
        ("187.5d -12.25d", (187.5, -12.25)),
        ("187.5 \N{MINUS SIGN}12.25", (187.5, -12.25)),
        ("360 10", (0, 10)),
    ],
)
def test_a_centre_in_any_usual_form(text: str, place: tuple[float, float]) -> None:
    assert parse_centre(text) == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize(
    "text", ["", "M31", "12", "400 10", "-1 10", "10 95", "25:00:00 10:00:00", "12:61:00 10:00:00", "1 2 3", "<b> 1"]
)
def test_a_malformed_centre_is_a_clear_message(text: str) -> None:
    with pytest.raises(InputError, match=r"not a position|not between"):
        parse_centre(text)
    if text:
        assert errors(centre=text, radius_arcsec=5)["centre"]


@given(st.text(max_size=40))
def test_no_text_breaks_the_centre(text: str) -> None:
    try:
        ra, dec = parse_centre(text)
    except InputError:
        return
    assert 0 <= ra < 360 and -90 <= dec <= 90


@given(st.floats(0, 359.99), st.floats(-89.99, 89.99))
def test_sexagesimal_and_decimal_are_the_same_place(ra: float, dec: float) -> None:
    place = SkyCoord(ra, dec, unit="deg")
    text = place.to_string("hmsdms", sep=":", precision=5)
    assert separation_arcsec(*parse_centre(text), ra, dec) < 1e-3


@given(st.floats(0, 360), st.floats(-90, 90), st.floats(0, 360), st.floats(-90, 90))
def test_separations_are_astropys(ra: float, dec: float, ra0: float, dec0: float) -> None:
    expected = SkyCoord(ra, dec, unit="deg").separation(SkyCoord(ra0, dec0, unit="deg")).arcsec
    assert separation_arcsec(ra, dec, ra0, dec0) == pytest.approx(expected, abs=1e-2)
    assert separation_arcsec(ra, dec, ra0, dec0) == pytest.approx(separation_arcsec(ra0, dec0, ra, dec), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "mjd"),
    [("61364.5", 61364.5), ("2026-11-20", 61364.0), ("2026-11-20 12:00", 61364.5), ("2026-11-20T12:00:00Z", 61364.5)],
)
def test_times_are_mjd_or_dates(text: str, mjd: float) -> None:
    made = form(last_mjd_min=text)
    assert made.is_valid() and made.cleaned_data["last_mjd_min"] == mjd


@pytest.mark.parametrize("text", ["yesterday", "2461365.0", "-5", "nan", "inf", "2026-13-01"])
def test_a_malformed_time_is_a_clear_message(text: str) -> None:
    assert "Write an MJD" in errors(last_mjd_min=text)["last_mjd_min"]


def test_ids_are_one_per_line_and_checked() -> None:
    made = form(object_ids="ZTF21aaxtctv\n ZTF18abcgqmz\r\nZTF21aaxtctv\n")
    assert made.is_valid() and made.cleaned_data["object_ids"] == ["ZTF21aaxtctv", "ZTF18abcgqmz"]
    assert "<script>" in errors(object_ids="<script>")["object_ids"]
    assert "not an object of LSST" in errors(survey="LSST", object_ids="ZTF21aaxtctv")["object_ids"]
    assert "not an object of ZTF" in errors(object_ids="170587116732416143")["object_ids"]


def test_at_most_max_rows_ids(settings: Any) -> None:
    settings.TOM_ALERCE_LIKE = {"MAX_ROWS": 1}
    assert "At most 1" in errors(object_ids="ZTF21aaxtctv ZTF18abcgqmz")["object_ids"]
    assert form(class_name="SN", max_rows=99).is_valid()


def test_something_must_be_asked() -> None:
    assert "at least one" in errors()["__all__"]
    assert "at least one" in errors(classifier="stamp_classifier", max_rows=5)["__all__"]
    assert form(n_detections_min=0).is_valid()


def test_half_a_cone_is_a_clear_message() -> None:
    assert "radius" in errors(centre="10 10")["radius_arcsec"]
    assert "centre" in errors(radius_arcsec=5, class_name="SN")["centre"]


def test_limits_that_exclude_everything_are_a_clear_message() -> None:
    assert errors(mag_min=20, mag_max=18)["mag_max"]
    assert errors(first_mjd_min="61000", first_mjd_max="60000")["first_mjd_max"]


def test_a_probability_needs_a_class() -> None:
    assert errors(min_probability=0.5, n_detections_min=2)["class_name"]
    assert errors(min_probability=1.5, class_name="SN")["min_probability"]


def test_any_class_may_be_typed_and_known_ones_are_suggested() -> None:
    made = form(class_name="A new class")
    assert made.is_valid() and '<option value="SNIa">' in str(made["class_name"])


def test_hostile_input_is_shown_escaped() -> None:
    made = form(class_name='"><script>', object_ids="<script>")
    assert "<script>" not in str(made["class_name"]) and "<script>" not in str(made["object_ids"].errors)


def test_rows_are_bounded_by_the_setting(settings: Any) -> None:
    settings.TOM_ALERCE_LIKE = {"MAX_ROWS": 7}
    made = form(class_name="SN", max_rows=1000)
    assert made.is_valid() and made.cleaned_data["max_rows"] == 7
    assert Query.of({"class_name": "SN", "max_rows": 1000}).max_rows == 7


def test_a_saved_form_opens_as_it_was() -> None:
    made = form(
        object_ids="ZTF21aaxtctv\nZTF18abcgqmz", centre="0:0:0 -1:0:0", radius_arcsec=2, last_mjd_max="2026-11-20"
    )
    assert made.is_valid()
    again = AlerceForm(initial=json.loads(json.dumps(made.cleaned_data)))
    assert "ZTF21aaxtctv\nZTF18abcgqmz" in str(again["object_ids"])
    assert again["last_mjd_max"].value() == 61364.0 and again["centre"].value() == "0:0:0 -1:0:0"


limits = st.one_of(st.none(), st.floats(50_000, 62_000))


@given(limits, limits, st.floats(55_000, 60_000))
def test_since_never_widens_a_query(low: float | None, high: float | None, since: float) -> None:
    query = Query(last_mjd_min=low, last_mjd_max=high)
    later = query.since(since)
    assert later.last_mjd_min == max(since, since if low is None else low) and later.last_mjd_max == high


@given(st.floats(0, 1e-3))
def test_a_query_at_ra_0_has_a_cone(ra: float) -> None:
    assert Query(ra_deg=ra, dec_deg=0.0, radius_arcsec=1.0).cone == (ra, 0.0, 1.0)
    assert Query(ra_deg=ra, dec_deg=None, radius_arcsec=1.0).cone is None


def test_what_cannot_be_judged_is_kept_and_told() -> None:
    from tom_alerce_like.alerts.schema import frame

    names = ["ZTF21aaaaaaa", "ZTF21aaaaaab", "ZTF21aaaaaac"]
    alerts = frame({"object_id": names, "mag": [18.0, np.nan, 21.0]})
    mask, notes = Query(mag_max=20.0).keep(alerts)
    assert mask.tolist() == [True, True, False] and "1 object" in notes[0]


def test_angles_agree_with_astropy() -> None:
    assert parse_centre("05:35:17.3 -05:23:28")[0] == pytest.approx(Angle("5h35m17.3s").deg)
