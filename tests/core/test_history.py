"""How verdicts changed: modules judge again what was known each night, and nothing that came later."""

import json

import numpy as np
import pandas as pd
import pytest
from django.core.cache import cache

from tests.core.make import candidate, point, user
from tests.core.skies import alert, batch
from tests.core.skies import point as of_curve
from tom_alerce_like import history, panels, store, verdict_plot
from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.models import Alert, Candidate
from tom_alerce_like.plots import Line, light_curve
from tom_alerce_like.taxonomy import BRANCHES, branch
from tom_alerce_like.verdict_plot import LINE_COLOURS, MARKERS

LEAVES = tuple(leaf for leaves in BRANCHES.values() for leaf in leaves)


class Tree:
    """Is the surer of SNIa the more detections there are, and notes what it was shown."""

    name, version, columns, classes = "lightcurve", "1.0", ("lightcurve",), LEAVES

    def score(self, alerts):
        self.shown = alerts
        rows = lightcurve.points(alerts)["row"]
        count = np.bincount(rows, minlength=len(alerts))
        scores = pd.DataFrame(0.0, alerts.index, LEAVES)
        scores["SNIa"] = 1 - 1 / (1 + count)
        scores["QSO"] = 1 / (1 + count)
        return scores


class Early:
    """One probability, not for the first night."""

    name, version, columns, classes = "early", "1.0", ("mjd", "lightcurve"), ("SNIa", "other")

    def score(self, alerts):
        values = np.where(np.arange(len(alerts)) > 0, 0.8, np.nan)
        return pd.DataFrame({"SNIa": values, "other": 1 - values}, alerts.index)


class Broken:
    name, version, columns, classes = "broken", "1.0", ("lightcurve",), ("a",)

    def score(self, alerts):
        raise RuntimeError("broken")


class Pixels(Broken):
    columns = ("cutouts",)


class Strange(Early):
    name = "strange_score"


def alerts(*points, **other):
    return batch(alert(lightcurve=list(points), host_redshift=0.1, n_detections=9.0, **other)).alerts


def test_a_night_is_what_was_known_at_its_end():
    points = of_curve(61000.1, 19), of_curve(61000.2, 18.9, "r"), of_curve(61003.1, 18.5), of_curve(61004.1, 18.4)
    table, count = history.nights(alerts(*points))
    assert list(count) == [2, 3, 4] and list(table["mjd"]) == [61000.2, 61003.1, 61004.1]
    known = lightcurve.points(table)
    assert list(known.groupby("row").size()) == [2, 3, 4]
    assert all(known.groupby("row")["mjd"].max() == table["mjd"])
    assert list(table["mag"]) == [18.9, 18.5, 18.4] and list(table["band"]) == ["r", "g", "g"]
    assert (table["host_redshift"] == 0.1).all(), "the place is what it was"
    assert table["n_detections"].isna().all() and table["cutouts"].isna().all(), "of the newest alert alone"
    assert dict(table.dtypes) == dict(alerts(*points).dtypes)


def test_long_histories_are_judged_on_evenly_chosen_nights():
    table, count = history.nights(alerts(*(of_curve(61000.0 + day) for day in range(300))))
    assert len(table) == history.MAX_NIGHTS and count[0] == 1 and count[-1] == 300
    assert np.ptp(np.diff(table["mjd"])) <= 1


def test_of_very_many_points_the_newest_are_looked_at():
    table, count = history.nights(alerts(*(of_curve(60000.0 + day) for day in range(700))))
    assert count[0] == 201 and count[-1] == 700 and table["mjd"].iloc[0] == 60200
    assert lightcurve.points(table.iloc[-1:]).shape[0] == history.MAX_POINTS


def test_modules_that_fail_or_read_no_light_curve_are_left_out():
    shown = alerts(of_curve(61000.0), of_curve(61002.0), of_curve(61004.0))
    tree = Tree()
    found = history.verdicts(shown, [tree, Early(), Broken(), Pixels(), Strange()])
    assert [one.module for one in found] == ["lightcurve", "early"]
    assert [one.is_tree for one in found] == [True, False]
    assert len(tree.shown) == 3 and list(found[1].mjd) == [61002.0, 61004.0]
    assert history.verdicts(alerts(), [tree]) == [] == history.verdicts(shown.iloc[:0], [tree])


def test_the_newest_verdict_is_said_in_words():
    (tree,) = history.verdicts(alerts(of_curve(61000.0), of_curve(61002.0), of_curve(61004.0)), [Tree()])
    assert verdict_plot.words(tree) == (
        "after 3 detections it is Transient 0.75, most probably SNIa 0.75; "
        "it was already after 1 detection (Transient 0.50, most probably SNIa 0.50)."
    )
    (one,) = history.verdicts(alerts(of_curve(61000.0)), [Tree()])
    assert verdict_plot.words(one) == "after 1 detection it is Transient 0.50, most probably SNIa 0.50."


def test_bars_are_the_leaves_and_add_up():
    found = history.verdicts(alerts(of_curve(61000.0), of_curve(61002.0), of_curve(61009.0)), [Tree(), Early()])
    figure = verdict_plot.draw(found)
    bars = {trace["name"]: trace for trace in figure["data"] if trace["type"] == "bar"}
    assert list(bars) == ["Transient: SNIa", "Stochastic: QSO"]
    assert np.allclose(sum(np.array(bar["y"]) for bar in bars.values()), 1, atol=1e-3)
    assert bars["Transient: SNIa"]["width"] == [2 * 86_400_000, 7 * 86_400_000, 4.5 * 86_400_000]
    (line,) = [trace for trace in figure["data"] if trace["type"] == "scatter"]
    assert line["name"] == "early: SNIa" and line["y"] == [0.8, 0.8] and line["yaxis"] == "y2"
    assert verdict_plot.draw([]) is None and json.dumps(figure)


def test_a_second_tree_has_a_line():
    tree, other = Tree(), Tree()
    other.name = "lightcurve_other"
    figure = verdict_plot.draw(history.verdicts(alerts(of_curve(61000.0), of_curve(61002.0)), [tree, other]))
    assert [trace["name"] for trace in figure["data"] if trace["type"] == "scatter"] == ["lightcurve_other: SNIa"]


def test_lines_differ_and_can_be_seen_on_white_and_on_black():
    looks = {(LINE_COLOURS[n % len(LINE_COLOURS)], MARKERS[n % len(MARKERS)]) for n in range(36)}
    assert len(looks) == 36
    for colour in LINE_COLOURS:
        channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        luminance = [0.2126, 0.7152, 0.0722] @ ((channels + 0.055) / 1.055) ** 2.4
        # contrast of the Web Content Accessibility Guidelines 2.1; plotly's dark background has luminance 0.006
        assert 1.05 / (luminance + 0.05) > 3 and (luminance + 0.05) / 0.056 > 3


def test_every_leaf_has_one_branch():
    assert len(set(LEAVES)) == len(LEAVES) == 16
    assert {branch(leaf) for leaf in LEAVES} == set(BRANCHES) and branch("SN") == ""


def test_lines_are_drawn_in_the_colour_of_their_band(db):
    target = candidate().target
    datum = point(target, 3)
    days = np.array([61350.0, 61351.0])
    band = Line("forecast", "r", days, np.array([19.0, 19.5]), np.array([18.8, 19.0]), np.array([19.2, np.inf]))
    figure = light_curve([datum], [band, Line("model", "?<b>", days, np.array([np.nan, 40.0]), dash="dot")])
    colours = {
        trace["name"]: trace["line"]["color"] for trace in figure["data"] if trace.get("name", "") and "line" in trace
    }
    (points,) = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert colours["r forecast"] == points["marker"]["color"]
    assert len({trace["legendgroup"] for trace in figure["data"] if trace["mode"] == "lines"}) == 2
    faint, bright = figure["layout"]["yaxis"]["range"]
    assert bright < 18.95 and 19.1 < faint < 22, "what cannot be seen does not stretch the axis"
    assert "Infinity" not in json.dumps(figure)


@pytest.mark.parametrize(
    "fields",
    [
        {"mag": [19.0, None], "mjd": [61350.0, 61351.0]},
        {"mag": np.array([19.0]), "mjd": np.array([61350.0, 61351.0])},
        {"mag": np.array([19.0]), "mjd": np.array([np.nan])},
        {"mag": None, "mjd": np.array([61350.0])},
        {"mag": np.array([19.0]), "mjd": np.array([61350.0]), "dash": 7},
        {"mag": "nonsense", "mjd": np.array([61350.0])},
    ],
)
def test_a_line_that_cannot_be_drawn_is_left_out(db, fields, caplog):
    good = Line("good", "r", np.array([61350.0]), np.array([19.0]))
    figure = light_curve([point(candidate().target, 3)], [Line("bad", "r", **fields), "no line", good])
    drawn = [trace["name"] for trace in figure["data"] if trace["mode"] == "lines"]
    # a gap in a line is fine, also in a list
    assert drawn == (["r bad", "r good"] if isinstance(fields["mag"], list) else ["r good"])
    assert "cannot be drawn: 'no line'" in caplog.text and json.dumps(figure, allow_nan=False)


# the page


@pytest.fixture
def target(db, settings):
    settings.TOM_ALERCE_LIKE = {"MODULES": [f"{__name__}.{made.__name__}" for made in (Tree, Early, Broken)]}
    made = candidate(class_name="SN", class_probability=0.9).target
    place = {"object_id": "ZTF26aaaaaaa", "ra_deg": 150.0, "dec_deg": 2.0, "band": "r", "mag": 18.5, "mag_err": 0.1}
    Alert.objects.create(target=made, survey="ZTF", alert_id="1", mjd=61370.0, **place)
    return made


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


def page(client, target, part="alerts"):
    reply = client.get(f"/alerce/targets/{target.pk}/{part}/")
    assert reply.status_code == 200
    return reply.content.decode()


def test_the_page_shows_how_the_verdict_changed(admin_client, target):
    for day in (1, 3, 5):
        point(target, day)
    shown = page(admin_client, target)
    assert f'hx-get="/alerce/targets/{target.pk}/verdicts/"' in shown and "forecast to +10 nights" in shown
    part = page(admin_client, target, "verdicts")
    assert "How the verdict changed" in part and "after 3 detections it is Transient 0.75" in part
    assert '"alerce-history"' in part and 'role="img"' in part


def test_a_target_without_points_or_without_modules_shows_no_history(admin_client, target, settings):
    shown = page(admin_client, target)
    assert "No photometry yet" in shown and "hx-get" not in shown
    assert "How the verdict changed" not in page(admin_client, target, "verdicts")
    point(target, 1)
    settings.TOM_ALERCE_LIKE = {"MODULES": []}
    assert "How the verdict changed" not in page(admin_client, target, "verdicts")
    Alert.objects.all().delete()
    assert "alerce-lightcurve" in page(admin_client, target)
    assert "How the verdict changed" not in page(admin_client, target, "verdicts")


def test_modules_judge_again_when_there_is_something_new(admin_client, target, monkeypatch):
    asked = []
    score = Tree.score
    monkeypatch.setattr(Tree, "score", lambda self, alerts: asked.append(len(alerts)) or score(self, alerts))
    point(target, 1)
    first = page(admin_client, target, "verdicts")
    assert page(admin_client, target, "verdicts") == first and asked == [1]
    point(target, 3)
    assert "after 2 detections" in page(admin_client, target, "verdicts") and asked == [1, 2]
    monkeypatch.setattr(Tree, "version", "1.1")
    page(admin_client, target, "verdicts")
    Candidate.objects.filter(pk=target.pk).update(host_redshift=0.05)
    page(admin_client, target, "verdicts")
    assert asked == [1, 2, 2, 2]


@pytest.mark.parametrize("nonsense", ["nonsense", None, pd.DataFrame({"a": ["b"]}), pd.DataFrame({"a": [0.1] * 9})])
def test_a_module_that_answers_nonsense_breaks_nothing_else(admin_client, target, monkeypatch, nonsense):
    monkeypatch.setattr(Early, "score", lambda self, alerts: nonsense)
    point(target, 1)
    part = page(admin_client, target, "verdicts")
    assert "after 1 detection it is Transient 0.50" in part and "alerce-history" in part


def test_a_history_that_fails_becomes_a_note(admin_client, target, monkeypatch):
    monkeypatch.setattr(verdict_plot, "draw", lambda found: 1 / 0)
    point(target, 1)
    assert "could not be shown" in page(admin_client, target, "verdicts")


def test_lines_that_fail_leave_the_light_curve(admin_client, target, monkeypatch):
    point(target, 1)
    broken = [{"context": "no.such.function", "position": 1}, {"context": "no.position"}, {}]
    collect = panels._collect
    monkeypatch.setattr(panels, "_collect", lambda hook: broken if hook == "light_curve_lines" else collect(hook))
    shown = page(admin_client, target)
    assert "alerce-lightcurve" in shown and "forecast" not in shown


def test_hostile_names_of_classes_and_modules_are_text(admin_client, target, monkeypatch):
    hostile = "</script><script>alert(1)</script>"
    monkeypatch.setattr(Early, "name", hostile)
    monkeypatch.setattr(
        Early, "score", lambda self, alerts: pd.DataFrame({f"{hostile}<b>": np.ones(len(alerts))}, alerts.index)
    )
    for day in (1, 3):
        point(target, day)
    shown = page(admin_client, target, "verdicts")
    assert "alert(1)" in shown and "<script>alert(1)" not in shown and "<b>" not in shown


def test_only_those_who_may_view_the_target(client, target):
    point(target, 1)
    client.force_login(user("stranger"))
    for part in ("alerts", "verdicts"):
        assert client.get(f"/alerce/targets/{target.pk}/{part}/").status_code == 404


def test_the_history_is_of_this_target_alone(target):
    other = candidate("ZTF26bbbbbbb").target
    point(target, 1)
    point(other, 2)
    assert len(history.nights(store.latest([target.pk]))[0]) == 1
