"""The page Strange tonight: what it shows to whom, what people say there, and what is learned from it."""

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from guardian.shortcuts import assign_perm

from tests.core.make import user
from tests.core.skies import BROKER, alert, batch
from tests.core.skies import point as measured
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.ingest import ingest
from tom_alerce_like.models import Classification
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plots import BAND_COLOURS
from tom_alerce_like.plugins.classifiers import thumbnail
from tom_alerce_like.plugins.classifiers.anomaly import Anomaly, decided
from tom_alerce_like.plugins.classifiers.checks import anomaly_decisions
from tom_alerce_like.plugins.classifiers.models import Decision
from tom_alerce_like.scoring import classify

pytestmark = pytest.mark.django_db
PAGE = "/alerce/strange/"


@pytest.fixture
def sky(settings, tmp_path):
    """Two recent targets that the module has judged, and one that faded long ago."""
    settings.TOM_ALERCE_LIKE = {
        "MODULES": ["tom_alerce_like.plugins.classifiers.anomaly.Anomaly"],
        "ANOMALY_DECISIONS": str(tmp_path / "decisions.json"),
    }
    rows = []
    now = now_mjd()
    for number, (name, last, blue) in enumerate([("ZTF26blue", now, 2), ("ZTF26usual", now, 0), ("ZTF26old", 6e4, 0)]):
        steps = [(day, band) for day in range(5) for band in "gr"]
        curve = [measured(last - 3 * day, 18 + 0.1 * day - blue * (band == "g"), band) for day, band in steps]
        rows.append(alert(name, last, ra_deg=10.0 * number, lightcurve=curve))
    made = ingest(batch(*rows), source=BROKER)
    classify(Night(targets=set(made.target_ids.values())))
    return {score.target.name: score.target for score in Classification.objects.select_related("target")}


def test_the_strangest_comes_first_with_its_reasons(client, sky):
    assert set(sky) == {"ZTF26blue", "ZTF26usual", "ZTF26old"}
    client.force_login(user("observer", "view", target=sky["ZTF26blue"]))
    text = client.get(PAGE).content.decode()
    assert "ZTF26blue" in text and "g − r" in text and "<path" in text and "10 det. (● 5 g, ■ 5 r)," in text
    assert "ZTF26usual" not in text and "ZTF26old" not in text
    assert reverse("tom_alerce_like_classifiers:interesting", args=[sky["ZTF26blue"].pk]) not in text


def test_recent_ones_only_in_order(admin_client, sky):
    text = admin_client.get(PAGE).content.decode()
    assert 0 < text.index("ZTF26blue") < text.index("ZTF26usual") and "ZTF26old" not in text
    assert reverse("tom_alerce_like_classifiers:interesting", args=[sky["ZTF26blue"].pk]) in text


def test_a_word_is_kept_changed_and_taken_back(client, sky):
    target = sky["ZTF26blue"]
    client.force_login(me := user("observer", "view", "change", target=target))
    for action, kept in (("interesting", [True]), ("ordinary", [False]), ("ordinary", [False]), ("open", [])):
        assert client.post(reverse(f"tom_alerce_like_classifiers:{action}", args=[target.pk])).url == PAGE
        assert list(Decision.objects.filter(user=me).values_list("is_interesting", flat=True)) == kept


def test_what_was_decided_makes_room(client, sky):
    target = sky["ZTF26blue"]
    client.force_login(user("observer", "view", "change", target=target))
    client.post(reverse("tom_alerce_like_classifiers:interesting", args=[target.pk]))
    text = client.get(PAGE).content.decode()
    assert "What you said last" in text and "No recent object" in text
    assert reverse("tom_alerce_like_classifiers:open", args=[target.pk]) in text


@pytest.mark.parametrize("action", ["interesting", "ordinary", "open"])
def test_only_a_post_of_those_who_may_change_the_target_decides(client, sky, action):
    target = sky["ZTF26blue"]
    url = reverse(f"tom_alerce_like_classifiers:{action}", args=[target.pk])
    Decision.objects.create(target=target, user=user("other"), is_interesting=True, mjd=61000)
    client.force_login(user("viewer", "view", target=target))
    client.post(url)
    client.force_login(user("stranger"))
    assert client.post(url).status_code == 404
    client.force_login(user("owner", "view", "change", target=target))
    assert client.get(url).status_code == 405
    assert list(Decision.objects.values_list("user__username", "is_interesting")) == [("other", True)]


def test_a_hostile_name_stays_text(admin_client, sky):
    target = sky["ZTF26blue"]
    type(target).objects.filter(pk=target.pk).update(name="<script>alert(1)</script>")
    text = admin_client.get(PAGE).content.decode()
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_decisions_are_learned(sky, settings, tmp_path, capsys):
    for name, word in (("ana", True), ("ben", False), ("eva", True)):
        Decision.objects.create(target=sky["ZTF26blue"], user=user(name), is_interesting=word, mjd=now_mjd())
    early = now_mjd() - 11
    Decision.objects.create(target=sky["ZTF26usual"], user=user("early"), is_interesting=False, mjd=early)
    call_command("alerce_anomaly")
    assert "learned from 1 targets" in capsys.readouterr().out, "the other one had too few detections then"
    features, labels = decided.read(settings.TOM_ALERCE_LIKE["ANOMALY_DECISIONS"])
    assert labels.tolist() == pytest.approx([2 / 3]) and np.isfinite(features).any()


def test_nothing_decided_is_nothing_learned(sky, settings):
    call_command("alerce_anomaly")
    assert len(decided.read(settings.TOM_ALERCE_LIKE["ANOMALY_DECISIONS"])[1]) == 0


def test_without_the_setting_or_a_place_the_command_says_so(settings, tmp_path):
    settings.TOM_ALERCE_LIKE = {}
    with pytest.raises(CommandError, match="ANOMALY_DECISIONS"):
        call_command("alerce_anomaly")
    (tmp_path / "file").write_text("")
    settings.TOM_ALERCE_LIKE = {"ANOMALY_DECISIONS": str(tmp_path / "file" / "decisions.json")}
    with pytest.raises(CommandError, match=r"decisions\.json"):
        call_command("alerce_anomaly")


def test_a_thumbnail_shows_detections_within_its_frame():
    rows = [(6e4, "g", 19.0, True), (60003, "r", 17.0, True), (60008, "g", 21.0, True), (60009, "r", 20.5, False)]
    points = pd.DataFrame(rows, columns=["mjd", "band", "mag", "is_detection"])
    first, brightest, faintest = thumbnail.dots(points)
    assert (first.x, brightest.y) == (thumbnail.MARGIN, thumbnail.MARGIN)
    assert (faintest.x, faintest.y) == (thumbnail.WIDTH - thumbnail.MARGIN, thumbnail.HEIGHT - thumbnail.MARGIN)
    assert thumbnail.caption(points) == "3 det. (● 2 g, ■ 1 r), 17.0–21.0 mag, 8 d"
    assert thumbnail.dots(points[:1])[0].x == thumbnail.MARGIN
    assert thumbnail.dots(points[3:]) == [] and thumbnail.caption(points[:0]) == ""


def test_every_band_has_a_shape_and_a_sign_of_its_own():
    paths = {thumbnail.Dot(0, 0, band).path for band in (*BAND_COLOURS, "white")}
    assert len(paths) == len(BAND_COLOURS) + 1
    points = pd.DataFrame({"mjd": 6e4, "band": [*BAND_COLOURS, "white"], "mag": 19.0, "is_detection": True})
    assert thumbnail.caption(points).startswith("7 det. (▲ 1 u, ● 1 g, ■ 1 r, ◆ 1 i, ▼ 1 z, ✚ 1 y, – 1 white)")


def test_the_page_asks_as_much_of_the_database_for_one_object_as_for_two(client, sky):
    asked = []
    for name, mine in (("one", ["ZTF26blue"]), ("two", ["ZTF26blue", "ZTF26usual"])):
        client.force_login(made := user(name))
        for target in mine:
            assign_perm("tom_targets.view_target", made, sky[target])
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            text = client.get(PAGE).content.decode()
        assert text.count("<svg") == len(mine)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_module_that_cannot_say_why_leaves_the_rows(admin_client, sky, monkeypatch):
    monkeypatch.setattr(Anomaly, "explain", lambda self, alerts: 1 / 0)
    text = admin_client.get(PAGE).content.decode()
    assert "ZTF26blue" in text and "<path" in text and text.count("the reasons could not be found") == 2


def test_the_page_says_whether_words_are_learned_and_whose_a_button_is(admin_client, sky, settings):
    text = admin_client.get(PAGE).content.decode()
    assert "is learned when" in text and 'aria-label="Ordinary: ZTF26blue"' in text
    del settings.TOM_ALERCE_LIKE["ANOMALY_DECISIONS"]
    assert "not learned from" in admin_client.get(PAGE).content.decode()


def test_a_place_without_memory_is_told(settings):
    assert [message.id for message in anomaly_decisions(None)] == ["tom_alerce_like_classifiers.I002"]
    settings.TOM_ALERCE_LIKE = {"ANOMALY_DECISIONS": "somewhere.json"}
    assert anomaly_decisions(None) == []
    settings.TOM_ALERCE_LIKE = {"MODULES": []}
    assert anomaly_decisions(None) == []
