"""The Alerts tab: what it shows, to whom, and that a broken panel breaks nothing else."""

import json

import pytest
from guardian.shortcuts import assign_perm

from tests.core.make import candidate, point, user
from tom_alerce_like import panels
from tom_alerce_like.models import Alert, Classification
from tom_alerce_like.plots import light_curve
from tom_alerce_like.views.alerts_tab import photometry, scores

pytestmark = pytest.mark.django_db


@pytest.fixture
def target():
    return candidate(class_name="SN", class_probability=0.9).target


def url(target):
    return f"/alerce/targets/{target.pk}/alerts/"


def judge(target, probability, class_name="SN", **fields):
    fields = {"source": "ALeRCE", "classifier": "stamp_classifier", "version": "1.0", "mjd": 61000.0, **fields}
    return Classification.objects.create(target=target, class_name=class_name, probability=probability, **fields)


def of_survey(target, real_bogus, mjd=61000.0):
    place = {"object_id": "ZTF26a", "ra_deg": 10.0, "dec_deg": 5.0, "band": "r"}
    Alert.objects.create(target=target, survey="ZTF", alert_id="1", mjd=mjd, real_bogus=real_bogus, **place)


def test_the_newest_version_of_each_classifier_is_shown(target):
    judge(target, 0.5)
    judge(target, 0.7, version="1.1", mjd=61001.0)
    judge(target, 0.2, "AGN", version="1.1", mjd=61001.0)
    judge(target, 0.9, source="local", classifier="transient")
    judge(target, 0.8, "Transient", classifier="lc_classifier_top")
    shown = scores(target)
    assert [(said.source, said.version, said.classes) for said in shown["naming"]] == [
        ("local", "1.0", [("SN", 0.9)]),
        ("ALeRCE", "1.1", [("SN", 0.7), ("AGN", 0.2)]),
    ]
    assert [said.classifier for said in shown["branches"]] == ["lc_classifier_top"]


def test_what_the_picture_says_stands_apart_from_what_it_is(admin_client, target):
    judge(target, 0.97, "real", source="local", classifier="real_bogus")
    judge(target, 0.88, "real", source="local", classifier="braai")
    judge(target, 0.95, "galaxy", source="local", classifier="star_galaxy")
    judge(target, 0.93, source="local", classifier="stamp")
    of_survey(target, 0.84)
    shown = scores(target)
    assert [said.classifier for said in shown["real"]] == ["braai", "real_bogus"]
    assert [said.classifier for said in shown["aspects"]] == ["star_galaxy"]
    assert [said.classifier for said in shown["naming"]] == ["stamp"]
    page = admin_client.get(url(target)).content.decode()
    picture = page[page.index("Real or not, and other aspects") : page.index("Light curve")]
    assert all(
        text in picture for text in ("real_bogus", "0.97", "braai", "0.88", "star_galaxy", "the survey's own", "0.84")
    )
    assert "differs" not in page and "Difference" not in page


def test_a_difference_is_marked_with_words(admin_client, target):
    judge(target, 0.91, source="local", classifier="stamp")
    judge(target, 0.8, "AGN")
    judge(target, 0.7, "SNIa", classifier="lc_classifier")
    judge(target, 0.97, "real", source="local", classifier="real_bogus")
    of_survey(target, 0.2)
    page = admin_client.get(url(target)).content.decode()
    assert "≠ Difference: we say SN 0.91, ALeRCE stamp_classifier says AGN 0.80<" in page
    assert "≠ Difference: we say real 0.97, ZTF says real 0.20<" in page
    cards = {card[: card.index("<small")].strip(): card for card in page.split("<h6>")[1:] if "<small" in card}
    assert [name for name, card in cards.items() if "differs from ours" in card] == ["stamp_classifier"]


def test_the_light_curve_tells_detections_limits_and_forced_points_apart(target):
    datums = [
        point(target, 1, mag=None),
        point(target, 3),
        point(target, 5, reduction_version="forced"),
        point(target, 5, "g"),
    ]
    series = {trace["name"]: trace["marker"]["symbol"] for trace in light_curve(datums)["data"]}
    assert series == {"r": "circle", "r forced": "circle-open", "r limit": "triangle-down-open", "g": "circle"}
    assert light_curve([]) is None


def test_data_with_permissions_of_their_own_are_shown_to_those_who_have_them(target, settings):
    """Nothing gives a permission on each point of a survey: these are for everybody who may view the target."""
    settings.TARGET_PERMISSIONS_ONLY = False
    survey, private = point(target, 1), point(target, 2, reduction_version="my telescope")
    viewer, owner = user("viewer", "view", target=target), user("owner", "view", target=target)
    assign_perm("tom_dataproducts.view_photometryreduceddatum", owner, private)
    assert photometry(target, viewer) == [survey]
    assert photometry(target, owner) == [survey, private]
    settings.TARGET_PERMISSIONS_ONLY = True
    assert photometry(target, viewer) == [survey, private]


def test_a_target_without_alerts_says_so(admin_client, target):
    target.candidate.delete()
    page = admin_client.get(url(target))
    assert page.status_code == 200 and "No alerts of this target" in page.content.decode()


def test_a_panel_that_fails_becomes_a_note(admin_client, target, monkeypatch):
    broken = {"partial": "no/such/template.html", "context": "tom_alerce_like.clock.now_mjd", "position": 1}
    monkeypatch.setattr(panels, "_collect", lambda method: [broken] if method == "alert_panels" else [])
    page = admin_client.get(url(target)).content.decode()
    assert "could not be shown" in page and "What it is" in page


def test_hostile_text_is_shown_as_text(admin_client, target):
    judge(target, 0.5, "</script><script>alert(1)</script>", classifier="<b>x</b>")
    point(target, 3, band="</script><b>")
    page = admin_client.get(url(target)).content.decode()
    assert "<script>alert(1)" not in page and "<b>" not in page


def test_only_those_who_may_view_the_target(client, target):
    assert client.get(url(target)).status_code == 302
    client.force_login(user("stranger"))
    assert client.get(url(target)).status_code == 404
    client.force_login(user("observer", "view", target=target))
    assert client.get(url(target)).status_code == 200


def test_the_target_page_carries_the_tab(admin_client, target):
    page = admin_client.get(f"/targets/{target.pk}/").content.decode()
    assert f'hx-get="{url(target)}"' in page


def test_stamps_are_private_and_404_when_absent(client, target):
    alert = Alert.objects.create(
        target=target,
        survey="ZTF",
        object_id="a",
        alert_id="1",
        mjd=61000,
        ra_deg=1,
        dec_deg=1,
        band="r",
        cutout_science=b"not an image",
    )
    client.force_login(user("stranger"))
    assert client.get(f"/alerce/stamps/{alert.pk}/science.png").status_code == 404
    client.force_login(user("observer", "view", target=target))
    for kind in ("science", "template", "nonsense"):
        assert client.get(f"/alerce/stamps/{alert.pk}/{kind}.png").status_code == 404


def test_the_figure_is_json(target):
    point(target, 3)
    assert json.dumps(light_curve(list(target.photometryreduceddatum_set.all())))


@pytest.mark.parametrize("error", [float("nan"), float("inf"), None])
def test_an_unknown_error_is_none(target, error):
    datum = point(target, 3)
    datum.brightness_error = error
    figure = light_curve([datum])
    assert figure["data"][0]["error_y"]["array"] == [0] and figure["layout"]["yaxis"]["range"] == [19.3, 18.7]
