"""Batches become targets, names, alerts, classifications and candidates, once."""

import pyarrow as pa
import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db.models.signals import post_save
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import PersistentShare, Target, TargetExtra, TargetName
from tom_targets.permissions import targets_for_user

from tests.core.skies import BROKER, alert, batch, contents, judgement, limit, point, rows
from tom_alerce_like import store
from tom_alerce_like.alerts.schema import ALERT_SCHEMA, Batch, frame
from tom_alerce_like.ingest import Summary, ingest
from tom_alerce_like.models import Alert, Candidate, Classification
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.priority.stage import rank

pytestmark = pytest.mark.django_db

heard: list = []


def listen(target, created):
    heard.append((target.name, created, list(target.aliases.values_list("name", flat=True))))


def refuse(target, created):
    raise RuntimeError("the hook is broken")


def test_an_alert_becomes_a_target_with_everything_that_was_said():
    row = alert(lightcurve=[limit(60990.0), point(60999.0, 19.5), point(61000.0)], fwhm_arcsec=2.5, n_detections=2)
    row["cutouts"] = {"science": b"one", "template": b"two", "difference": None}
    summary = ingest(batch(row, judgements=[judgement()], aliases={"ZTF26aaaaaaa": ["AT 2026abc"]}), source=BROKER)
    target = Target.objects.get()
    assert summary == Summary(1, 1, 3, 0, 0, {"ZTF26aaaaaaa": target.pk})
    assert (target.name, target.type, target.ra, target.dec) == ("ZTF26aaaaaaa", "SIDEREAL", 150.0, 2.0)
    assert TargetName.objects.get().name == "AT 2026abc"
    stored = Alert.objects.get()
    assert stored.properties == {"fwhm_arcsec": 2.5, "n_detections": 2.0}
    assert (bytes(stored.cutout_science), bytes(stored.cutout_template)) == (b"one", b"two")
    assert stored.cutout_difference is None
    candidate = Candidate.objects.get()
    assert (candidate.n_detections, candidate.last_mag, candidate.last_band) == (2, 19.0, "g")
    assert (candidate.first_mjd, candidate.last_mjd) == (60999.0, 61000.0)
    assert (candidate.class_name, candidate.class_probability, candidate.classifier) == ("SN", 0.8, "stamp")


def test_the_same_batch_twice_changes_nothing():
    row = alert(lightcurve=[limit(60990.0), point(60999.0), point(61000.0, is_forced=True)])
    both = batch(row, judgements=[judgement()], aliases={"ZTF26aaaaaaa": ["AT 2026abc"]})
    ingest(both, source=BROKER)
    before = rows()
    summary = ingest(both, source="Fink-multisurvey")
    assert (summary.targets, summary.datums, summary.skipped, summary.errors) == (0, 0, 1, 0)
    assert rows() == before


def test_nothing_in_nothing_out():
    assert ingest(batch(), source=BROKER) == Summary()
    assert not contents()["targets"]


def test_more_objects_than_one_transaction_holds():
    many = [alert(f"ZTF26a{i:06d}", ra_deg=i * 0.1, dec_deg=i * 0.01) for i in range(501)]
    summary = ingest(batch(*many, alert(many[0]["object_id"], 61001.0)), source=BROKER)
    assert (summary.alerts, summary.targets, summary.datums, len(summary.target_ids)) == (502, 501, 502, 501)


def test_ids_of_lsst_stay_exact():
    big = "169298433216610349"
    ingest(batch(alert(big, survey="LSST", alert_id=str(2**53 + 1))), source=BROKER)
    assert Target.objects.get().name == big
    assert Alert.objects.get().alert_id == "9007199254740993"


@pytest.mark.parametrize(
    "bad",
    [
        {"object_id": ""},
        {"object_id": "x" * 51},
        {"object_id": "ZTF\x00"},
        {"alert_id": ""},
        {"ra_deg": float("nan")},
        {"ra_deg": 361.0},
        {"dec_deg": float("inf")},
        {"dec_deg": -90.5},
        {"mjd": float("nan")},
        {"mjd": 1e9},
        {"survey": ""},
        {"band": ""},
    ],
)
def test_a_bad_row_is_named_and_spoils_nothing_else(bad):
    summary = ingest(batch(alert("ZTF26bad") | bad, alert("ZTF26good", dec_deg=-30.0)), source=BROKER)
    assert (summary.alerts, summary.targets, summary.errors) == (2, 1, 1)
    assert "1 alerts without a usable" in summary.problems[0]
    assert Target.objects.get().name == "ZTF26good"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 2.0**70, -1.0, 1e-320])
def test_absurd_numbers_spoil_nothing_else(number):
    """Everything that has a place and a time is kept, and can be read again and ranked."""
    numbers = [field.name for field in ALERT_SCHEMA if field.type == pa.float64() and field.name != "mjd"]
    points = [{"lightcurve": [point(60990.0) | {name: number}]} for name in ("mag", "mag_err", "flux_njy", "mjd")]
    changes = [{name: number} for name in numbers] + [{**one, "n_detections": number} for one in points]
    rows = [alert(f"ZTF26a{i:06d}", ra_deg=5.0 * i, dec_deg=1.0 * i) | change for i, change in enumerate(changes)]
    summary = ingest(batch(*rows), source=BROKER)
    assert len(summary.target_ids) >= len(rows) - 2
    night = Night(targets=set(summary.target_ids.values()))
    assert len(store.latest(night.targets)) == len(night.targets) == Candidate.objects.count()
    rank(night)
    assert night.counts["ranked"] == len(night.targets) and not night.problems


def test_a_judgement_of_an_impossible_object_is_named_and_spoils_nothing_else():
    said = [judgement("ZTF\x00"), judgement("ZTF26good")]
    summary = ingest(batch(alert("ZTF26good"), judgements=said), source=BROKER)
    assert summary.errors == 1 and "1 class probabilities left out" in summary.problems[0]
    assert Classification.objects.count() == 1


def test_problems_of_the_reader_are_passed_on():
    summary = ingest(Batch(frame({}), problems=["broken.avro: truncated"]), source=BROKER)
    assert (summary.errors, summary.problems) == (1, ("broken.avro: truncated",))


def test_hostile_text_is_kept_as_text():
    ingest(batch(alert("<script>alert(1)</script>"), judgements=[judgement(class_name="<b>SN")]), source=BROKER)
    assert Target.objects.get().name == "<script>alert(1)</script>"


def test_a_second_copy_of_an_alert_brings_what_the_first_lacked():
    ingest(batch(alert()), source=BROKER)
    richer = alert(chi=1.5, cutouts={"science": b"s", "template": b"t", "difference": b"d"})
    assert ingest(batch(richer), source=BROKER).skipped == 0
    stored = Alert.objects.get()
    assert (stored.properties, bytes(stored.cutout_science)) == ({"chi": 1.5}, b"s")
    assert ingest(batch(alert(), richer), source=BROKER).skipped == 2
    assert Alert.objects.get().properties == {"chi": 1.5}


class TestPermissions:
    def see(self, user):
        return set(targets_for_user(user, Target.objects.all(), "view_target").values_list("name", flat=True))

    def test_new_targets_are_for_the_groups_of_the_setting_and_for_the_user(self, settings):
        settings.TOM_ALERCE_LIKE = {"GROUPS": ["astronomers"]}
        group = Group.objects.create(name="astronomers")
        creator, member, stranger = (User.objects.create_user(name) for name in ("creator", "member", "stranger"))
        member.groups.add(group)
        ingest(batch(alert()), source=BROKER, user=creator)
        assert Target.objects.get().permissions == "PRIVATE"
        assert self.see(creator) == self.see(member) == {"ZTF26aaaaaaa"}
        assert self.see(stranger) == self.see(AnonymousUser()) == set()
        target = Target.objects.get()
        for action in ("view_target", "change_target", "delete_target"):
            assert creator.has_perm(f"tom_targets.{action}", target)
            assert member.has_perm(f"tom_targets.{action}", target)

    def test_the_level_of_the_setting(self, settings):
        settings.TOM_ALERCE_LIKE = {"TARGET_PERMISSION": "OPEN"}
        ingest(batch(alert()), source=BROKER, user=AnonymousUser())
        assert self.see(AnonymousUser()) == {"ZTF26aaaaaaa"}

    def test_updating_gives_nobody_more(self, settings):
        ingest(batch(alert()), source=BROKER)
        other = User.objects.create_user("other")
        ingest(batch(alert(mjd=61001.0)), source=BROKER, user=other)
        assert self.see(other) == set()

    def test_a_group_that_is_not_there_is_a_message(self, settings):
        settings.TOM_ALERCE_LIKE = {"GROUPS": ["nobody"]}
        summary = ingest(batch(alert()), source=BROKER)
        assert (summary.targets, summary.errors) == (1, 1)
        assert "nobody" in summary.problems[0]


class TestHooks:
    def test_the_hook_of_the_tom_runs_once_for_each_new_target_when_its_names_are_there(self, settings):
        settings.HOOKS = {"target_post_save": "tests.core.test_ingest.listen"}
        heard.clear()
        aliases = {"ZTF26aaaaaaa": ["AT 2026abc"]}
        for _ in range(2):
            ingest(batch(alert(), aliases=aliases), source=BROKER)
        assert heard == [("ZTF26aaaaaaa", True, ["AT 2026abc"])]

    def test_a_hook_that_fails_is_a_message(self, settings):
        settings.HOOKS = {"target_post_save": "tests.core.test_ingest.refuse"}
        summary = ingest(batch(alert()), source=BROKER)
        assert (summary.targets, summary.datums, summary.errors) == (1, 1, 1)
        assert "the hook is broken" in summary.problems[0]

    def test_django_receivers_hear_of_new_targets(self):
        made = []

        def receive(instance, created, **kwargs):
            made.append((instance.name, created))

        post_save.connect(receive, sender=Target)
        try:
            ingest(batch(alert()), source=BROKER)
        finally:
            post_save.disconnect(receive, sender=Target)
        assert made == [("ZTF26aaaaaaa", True)]

    def test_extra_fields_with_a_default_are_made(self, settings):
        settings.EXTRA_FIELDS = [{"name": "redshift", "type": "number", "default": 0.5}]
        settings.HOOKS = {"target_post_save": "tests.core.test_ingest.listen"}
        heard.clear()
        ingest(batch(alert()), source=BROKER)
        assert TargetExtra.objects.get(key="redshift").float_value == 0.5
        assert [name for name, *_ in heard] == ["ZTF26aaaaaaa"]


class TestSharing:
    @pytest.fixture
    def shared(self, settings, monkeypatch):
        settings.DATA_SHARING = {"friends": {"BASE_URL": "http://127.0.0.1:9/"}}
        ingest(batch(alert()), source=BROKER)
        PersistentShare.objects.create(target=Target.objects.get(), destination="friends")
        sent = []
        monkeypatch.setattr("tom_targets.sharing.share_data_with_tom", lambda *args, **kw: sent.append((args[0], kw)))
        return sent

    def test_new_datums_go_where_the_owner_shares_the_target(self, shared):
        ingest(batch(alert(mjd=61001.0), alert("ZTF26other", dec_deg=50.0)), source=BROKER)
        newest = PhotometryReducedDatum.objects.filter(target__name="ZTF26aaaaaaa").latest()
        assert shared == [("friends", {"selected_data": [newest.pk]})]

    def test_nothing_new_nothing_sent(self, shared):
        ingest(batch(alert()), source=BROKER)
        assert shared == []

    def test_a_friend_who_is_down_is_a_message(self, shared, monkeypatch):
        def fail(*args, **kwargs):
            raise ConnectionError("no route")

        monkeypatch.setattr("tom_targets.sharing.share_data_with_tom", fail)
        summary = ingest(batch(alert(mjd=61001.0)), source=BROKER)
        assert (summary.datums, summary.errors) == (1, 1)
        assert "no route" in summary.problems[0]


class TestClassifications:
    def test_the_newest_judgement_stays_whatever_the_order(self):
        old, new = judgement(probability=0.4, mjd=61000.0), judgement(probability=0.9, mjd=61005.0)
        for order in ([old, new], [new, old]):
            for one in order:
                ingest(batch(alert(), judgements=[one]), source=BROKER)
            assert Classification.objects.get().probability == 0.9
            Classification.objects.all().delete()

    def test_a_judgement_of_unknown_time_is_renewed(self):
        for probability in (0.4, 0.6):
            ingest(batch(alert(), judgements=[judgement(probability=probability, mjd=None)]), source=BROKER)
        assert Classification.objects.get().probability == 0.6

    @pytest.mark.parametrize(
        "bad", [{"probability": 1.2}, {"probability": None}, {"class_name": ""}, {"version": "v" * 51}]
    )
    def test_what_is_no_judgement_is_a_message(self, bad):
        summary = ingest(batch(alert(), judgements=[judgement() | bad, judgement(class_name="AGN")]), source=BROKER)
        assert summary.errors == 1 and "class probabilities left out" in summary.problems[0]
        assert Classification.objects.get().class_name == "AGN"

    def test_of_a_known_object_without_a_new_alert(self):
        ingest(batch(alert()), source=BROKER)
        summary = ingest(batch(judgements=[judgement(), judgement("ZTF26unknown")]), source=BROKER)
        assert summary.errors == 1
        assert Candidate.objects.get().class_name == "SN"
