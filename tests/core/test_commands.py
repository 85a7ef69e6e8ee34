"""Alert files into this TOM, and one pass of the chain, from a terminal."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from tom_targets.models import Target
from tom_targets.permissions import targets_for_user

from tests.core.skies import BROKER, alert, batch
from tom_alerce_like import progress
from tom_alerce_like.ingest import ingest
from tom_alerce_like.models import Candidate

pytestmark = pytest.mark.django_db
seen: list = []


def pull(night):
    night.targets |= set(ingest(batch(alert()), source=BROKER, user=night.user).target_ids.values())
    night.counts["targets"] += len(night.targets)


def look(night):
    seen.append((night.user, set(night.each(night.targets, "look", len(night.targets)))))


def fail(night):
    raise RuntimeError("no weather")


def run(command, *arguments):
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


class TestIngest:
    def test_real_packets_once_and_again(self, data):
        packets = data / "ztf_alerts" / "packets"
        assert run("alerce_ingest", packets)[-1] == "ingest: alerts=25 targets=25 datums=540 skipped=0 errors=0"
        assert run("alerce_ingest", packets)[-1] == "ingest: alerts=25 targets=0 datums=0 skipped=25 errors=0"

    @pytest.mark.parametrize(("name", "alerts"), [("ztf_alerts", 25 + 750 + 300 + 860), ("lsst_alerts", 236 + 9)])
    def test_every_real_alert(self, data, name, alerts):
        line = run("alerce_ingest", data / name)[-1]
        assert line.startswith(f"ingest: alerts={alerts} ") and line.endswith(" errors=0")
        assert Candidate.objects.count() == Target.objects.count() > 100

    def test_the_user_may_see_the_new_targets(self, data):
        user = User.objects.create_user("ada")
        run("alerce_ingest", data / "ztf_alerts" / "packets", "--user", "ada")
        assert targets_for_user(user, Target.objects.all(), "change_target").count() == 25

    def test_a_file_that_is_cut_short_spoils_no_other(self, data, tmp_path):
        for packet in sorted((data / "ztf_alerts" / "packets").glob("*.avro"))[:2]:
            (tmp_path / packet.name).write_bytes(packet.read_bytes())
        (tmp_path / "cut.avro").write_bytes(packet.read_bytes()[:5000])
        line = run("alerce_ingest", tmp_path)[-1]
        assert line.startswith("ingest: alerts=2 targets=2") and line.endswith("errors=1")

    def test_nothing_readable_fails_after_the_line(self, tmp_path, capsys):
        (tmp_path / "bad.avro").write_bytes(b"no alert")
        with pytest.raises(CommandError, match="no alert could be read"):
            call_command("alerce_ingest", str(tmp_path))
        assert capsys.readouterr().out == "ingest: alerts=0 targets=0 datums=0 skipped=0 errors=1\n"

    def test_a_folder_without_alerts_is_told_and_no_failure(self, tmp_path, capsys):
        (tmp_path / "notes.txt").write_text("no alert")
        call_command("alerce_ingest", str(tmp_path))
        said = capsys.readouterr()
        assert said.out == "ingest: alerts=0 targets=0 datums=0 skipped=0 errors=0\n" and "no alert files" in said.err

    @pytest.mark.parametrize("command", ["alerce_ingest", "alerce_run"])
    def test_an_unknown_user(self, command, tmp_path):
        with pytest.raises(CommandError, match="there is no user 'nobody'"):
            run(command, *([tmp_path] if command == "alerce_ingest" else []), "--user", "nobody")


class TestRun:
    @pytest.fixture(autouse=True)
    def chain(self, settings):
        seen.clear()
        stages = ["pull", "fail", "look"]
        settings.TOM_ALERCE_LIKE = {"STAGES": [f"tests.core.test_commands.{stage}" for stage in stages]}

    def test_the_stages_in_order_and_a_line_at_the_end(self):
        user = User.objects.create_user("ada")
        line = run("alerce_run", "--user", "ada")[-1]
        assert line == "night: alerts=0 targets=1 classified=0 hosts=0 ranked=0 requests=0 reports=0 errors=1"
        assert seen == [(user, {Target.objects.get().pk})]

    def test_nothing_new_is_nothing_to_do(self, settings):
        ingest(batch(alert()), source=BROKER)
        settings.TOM_ALERCE_LIKE = {"STAGES": ["tests.core.test_commands.look"]}
        assert run("alerce_run")[-1].endswith("errors=0")
        assert seen == [(None, set())]

    def test_also_what_changed_lately(self, settings):
        ids = ingest(batch(alert()), source=BROKER).target_ids.values()
        settings.TOM_ALERCE_LIKE = {"STAGES": ["tests.core.test_commands.look"]}
        run("alerce_run", "--since-hours", "1")
        assert seen == [(None, set(ids))]


class Terminal(io.StringIO):
    def isatty(self):
        return True


class TestProgress:
    def test_a_bar_in_a_terminal(self):
        terminal = Terminal()
        assert list(progress.shown("ab", "judge", 2, terminal)) == ["a", "b"]
        frames = terminal.getvalue().split("\r")
        assert frames[1] == "judge      [###############...............] 1/2"
        assert frames[-1] == "judge      [##############################] 2/2\n"

    def test_a_line_elsewhere(self):
        plain = io.StringIO()
        assert list(progress.shown([], "judge", 0, plain)) == []
        assert list(progress.shown(iter("abc"), "read", None, plain)) == ["a", "b", "c"]
        assert plain.getvalue() == "judge      0\nread       3\n"
