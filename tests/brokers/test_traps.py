"""Defects that were measured in the toolkit and its plugins, one test for each: ours does not have them."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from requests import HTTPError
from tom_dataproducts.models import PhotometryReducedDatum
from tom_dataservices.dataservices import QueryServiceError, get_data_service_classes
from tom_dataservices.models import DataServiceQuery
from tom_targets.models import Target, TargetExtra

from tests.brokers import fink_replies
from tests.brokers.alerce_replies import Alerce
from tests.brokers.loopback import Loopback
from tests.conformance.broker import HOSTILE, IDS
from tom_alerce_like import http
from tom_alerce_like.brokers import saved
from tom_alerce_like.brokers.alerce.questions import question
from tom_alerce_like.brokers.alerce.service import AlerceService
from tom_alerce_like.brokers.errors import ToolkitError
from tom_alerce_like.brokers.fink.service import FinkService
from tom_alerce_like.brokers.query import Query

pytestmark = pytest.mark.django_db
ALERCE = AlerceService.name


@pytest.fixture
def alerce(settings: Any) -> Any:
    """Return ``alerce(survey, ids, class_name)``: an ALeRCE that has these objects."""
    with contextlib.ExitStack() as stack:

        def start(survey: str = "ZTF", object_ids: Any = (), class_name: str = "SN") -> Loopback:
            server = stack.enter_context(Loopback(Alerce(survey, object_ids or IDS[survey][:3], class_name)))
            settings.DATA_SERVICES = {ALERCE: dict.fromkeys(("ztf_url", "lsst_url", "stamps_url"), server.url)}
            return server

        yield start


@pytest.fixture
def service() -> AlerceService:
    return AlerceService(session=http.session(retries=0))


def logged_in(name: str = "observer") -> tuple[Client, User]:
    user = User.objects.create(username=name)
    client = Client()
    client.force_login(user)
    return client, user


def toolkit_query(client: Client, **fields: Any) -> Any:
    """Send a query through the toolkit's own form and page."""
    asked = {"data_service": ALERCE, "survey": "ZTF", "max_rows": 10, **fields}
    return client.post(reverse("tom_dataservices:create"), asked, follow=True)


# tom_dataservices


def test_cross_user_contamination_of_the_toolkits_cache(alerce: Any) -> None:
    alerce("ZTF", IDS["ZTF"][:6])
    first, _ = logged_in("a")
    second, _ = logged_in("b")
    page = toolkit_query(first, object_ids=IDS["ZTF"][0])
    token = page.context["results"][0]["run"]
    toolkit_query(second, object_ids=IDS["ZTF"][5])
    chosen = {"data_service": ALERCE, "query_id": "", "selected_results": ["0"], "run": token}
    reply = first.post(reverse("tom_dataservices:create-target"), chosen, follow=True)
    assert not Target.objects.exists()
    assert b"Another query replaced this result" in reply.content


def test_the_toolkits_page_makes_the_target_that_was_ticked(alerce: Any) -> None:
    alerce()
    client, user = logged_in()
    page = toolkit_query(client, class_name="SN")
    assert f'name="run" value="{page.context["results"][0]["run"]}"' in page.content.decode()
    chosen = {
        "data_service": ALERCE,
        "query_id": "",
        "selected_results": ["1"],
        "run": page.context["results"][0]["run"],
    }
    client.post(reverse("tom_dataservices:create-target"), chosen, follow=True)
    target = Target.objects.get()
    assert target.name == page.context["results"][1]["object_id"]
    assert PhotometryReducedDatum.objects.filter(target=target).count() > 3
    assert user.has_perm(f"{Target._meta.app_label}.view_target", target)


def test_same_query_within_an_hour_is_asked_again(alerce: Any) -> None:
    server = alerce()
    client, _ = logged_in()
    toolkit_query(client, class_name="SN")
    asked = len(server.calls)
    toolkit_query(client, class_name="SN")
    assert len(server.calls) == 2 * asked


def test_own_pages_leave_the_shared_cache_alone(alerce: Any) -> None:
    alerce()
    client, _ = logged_in()
    cache.clear()
    cache.set("tns_values", "kept")
    asked = {"data_service": ALERCE, "survey": "ZTF", "class_name": "SN"}
    client.post(reverse("tom_alerce_like_brokers:query", args=[ALERCE]), asked, follow=True)
    assert cache.get("tns_values") == "kept" and cache.get("result_0") is None


def test_anonymous_run_of_a_saved_query_asks_nothing(alerce: Any) -> None:
    server = alerce()
    query = DataServiceQuery.objects.create(name="SN", data_service=ALERCE, parameters={"class_name": "SN"})
    reply = Client().get(reverse("tom_dataservices:run_saved", args=[query.pk]))
    assert reply.status_code == 200 and b"Log in to query a broker" in reply.content and not server.calls


def test_last_run_is_set_by_whoever_opens_the_toolkits_page_and_moves_no_window_of_ours(alerce: Any) -> None:
    alerce()
    query = DataServiceQuery.objects.create(name="SN", data_service=ALERCE, parameters={"class_name": "SN"})
    Client().get(reverse("tom_dataservices:run_saved", args=[query.pk]))
    query.refresh_from_db()
    assert query.last_run is not None and saved.new_since_last_run(query).last_mjd_min is None


def test_a_row_has_no_id_that_the_toolkit_would_overwrite(alerce: Any, service: AlerceService) -> None:
    alerce()
    rows = service.query_targets(service.build_query_parameters({"class_name": "SN"}))
    assert rows and not any("id" in row for row in rows)


def test_settings_that_are_empty_are_the_defaults(settings: Any, service: AlerceService) -> None:
    for given in ({}, {ALERCE: {}}, {ALERCE: None}, {ALERCE: {"ztf_url": ""}}):
        settings.DATA_SERVICES = given
        assert service.url("ztf_url") == "https://api.alerce.online"


def test_a_service_that_is_not_configured_says_so_on_the_toolkits_page() -> None:
    client, _ = logged_in()
    page = toolkit_query(client, data_service="Alert-archive", class_name="SN")
    assert page.status_code == 200 and b"The archive is off" in page.content


def test_a_target_is_made_without_any_fuzzy_search(alerce: Any, service: AlerceService, monkeypatch: Any) -> None:
    alerce()
    for name in ("match_fuzzy_name", "match_name", "match_target", "match_cone_search", "is_unique"):
        monkeypatch.setattr(type(Target.matches), name, lambda *args, **kwargs: pytest.fail("a search of all targets"))
    service.to_target(service.query_targets(service.build_query_parameters({"class_name": "SN"}))[0])
    assert Target.objects.count() == 1


def test_anonymous_post_of_rows_makes_no_target(alerce: Any) -> None:
    alerce()
    client, _ = logged_in()
    token = toolkit_query(client, class_name="SN").context["results"][0]["run"]
    chosen = {"data_service": ALERCE, "query_id": "", "selected_results": ["0"], "run": token}
    assert Client().post(reverse("tom_dataservices:create-target"), chosen).url.startswith("/accounts/login/")
    assert not Target.objects.exists()


def test_anonymous_update_of_a_target_stores_nothing(alerce: Any) -> None:
    server = alerce()
    target = Target.objects.create(name=IDS["ZTF"][0], type="SIDEREAL", ra=0, dec=0)
    Client().post(reverse("tom_dataservices:update-data"), {"target": target.pk, "data_service": ALERCE})
    assert not PhotometryReducedDatum.objects.exists() and not server.calls


def test_update_of_a_target_needs_permission_to_change_it(alerce: Any) -> None:
    server = alerce()
    target = Target.objects.create(name=IDS["ZTF"][0], type="SIDEREAL", ra=0, dec=0)
    client, user = logged_in()
    asked = {"target": target.pk, "data_service": ALERCE}
    client.post(reverse("tom_dataservices:update-data"), asked)
    assert not PhotometryReducedDatum.objects.exists() and not server.calls
    target.give_user_access(user)
    client.post(reverse("tom_dataservices:update-data"), asked)
    assert PhotometryReducedDatum.objects.filter(target=target).exists()


def test_html_in_a_reply_is_escaped_by_the_toolkits_page(alerce: Any) -> None:
    alerce(class_name=HOSTILE)
    client, _ = logged_in()
    page = toolkit_query(client, class_name="SN")
    assert page.status_code == 200 and HOSTILE not in page.content.decode() and b"&lt;script&gt;" in page.content


def test_html_in_an_error_is_escaped_by_the_toolkits_page(alerce: Any) -> None:
    server = alerce()
    client, _ = logged_in()
    server.fault = "400"
    page = toolkit_query(client, class_name="SN")
    assert page.status_code == 200 and b"refused the request" in page.content and b"alert(1)" not in page.content


def test_every_caller_in_the_toolkit_catches_our_errors_and_may_print_them_as_html() -> None:
    error = ToolkitError(f"no such class: {HOSTILE}")
    assert isinstance(error, QueryServiceError) and isinstance(error, HTTPError)
    assert isinstance(error, NotImplementedError) and "<" not in f"{error}"


def test_dates_do_not_break_the_toolkits_session(alerce: Any) -> None:
    alerce()
    client, _ = logged_in()
    page = toolkit_query(client, class_name="SN", last_mjd_min="2025-01-01 00:00", query_save="on", query_name="new")
    assert page.status_code == 200
    assert DataServiceQuery.objects.get().parameters["last_mjd_min"] == 60676.0


def test_the_form_page_opens_while_the_broker_is_down(settings: Any, monkeypatch: Any) -> None:
    settings.DATA_SERVICES = {ALERCE: dict.fromkeys(("ztf_url", "lsst_url", "stamps_url"), "http://127.0.0.1:9")}
    monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("a form used the network"))
    client, _ = logged_in()
    for name in (ALERCE, FinkService.name, "Alert-archive"):
        assert client.get(reverse("tom_dataservices:create"), {"data_service": name}).status_code == 200
        assert client.get(reverse("tom_alerce_like_brokers:query", args=[name])).status_code == 200


def test_more_than_100_rows_come_in_pages(alerce: Any) -> None:
    names = [f"ZTF21aaaa{a}{b}{c}" for a in "abcde" for b in "abcde" for c in "abcdefgh"]
    alerce("ZTF", names)
    client, _ = logged_in()
    asked = {"data_service": ALERCE, "survey": "ZTF", "class_name": "SN", "max_rows": 200}
    page = client.post(reverse("tom_alerce_like_brokers:query", args=[ALERCE]), asked, follow=True)
    assert b"of 200" in page.content
    last = client.get(page.request["PATH_INFO"], {"page": "8"})
    assert names[-1].encode() in last.content


def test_rundataquery_targets_are_seen_by_the_groups_of_the_settings(alerce: Any, settings: Any) -> None:
    alerce()
    settings.TOM_ALERCE_LIKE = {"GROUPS": ["Supernovae"]}
    member = User.objects.create(username="member")
    member.groups.add(Group.objects.create(name="Supernovae"))
    query = DataServiceQuery.objects.create(name="SN", data_service=ALERCE, parameters={"class_name": "SN"})
    call_command("rundataquery", str(query.pk))
    assert Target.objects.count() == 3
    for target in Target.objects.all():
        assert member.has_perm(f"{Target._meta.app_label}.view_target", target)


def test_rundataquery_goes_on_after_an_object_that_fails(alerce: Any) -> None:
    server = alerce()
    answer = server.answer
    server.answer = lambda call: b"{" if f"{IDS['ZTF'][0]}/lightcurve" in call.path else answer(call)
    query = DataServiceQuery.objects.create(name="SN", data_service=ALERCE, parameters={"class_name": "SN"})
    call_command("rundataquery", str(query.pk))
    assert set(Target.objects.values_list("name", flat=True)) == set(IDS["ZTF"][1:3])


@pytest.fixture
def update(monkeypatch: Any) -> Any:
    """Run the toolkit's command with our services alone: its own SIMBAD service calls its network when it is made."""
    module = "tom_dataproducts.management.commands.updatereduceddata.get_data_service_classes"
    monkeypatch.setattr(module, saved.services)
    return lambda: call_command("updatereduceddata")


def test_updatereduceddata_refreshes_every_target_with_its_own_data(alerce: Any, update: Any) -> None:
    alerce()
    for name in IDS["ZTF"][:3]:
        target = Target.objects.create(name=name, type="SIDEREAL", ra=0, dec=0)
        seed = {"brightness": 20.0, "bandpass": "r", "source_name": ALERCE, "timestamp": "2020-01-01T00:00Z"}
        PhotometryReducedDatum.objects.create(target=target, **seed)
    assert update() == "Update completed successfully"
    for index, name in enumerate(IDS["ZTF"][:3]):
        newest = PhotometryReducedDatum.objects.filter(target__name=name, reduction_version="alert").latest("timestamp")
        assert newest.timestamp.isoformat().startswith(["2025-11-23", "2025-12-03", "2025-12-13"][index])


def test_updatereduceddata_goes_on_after_a_target_without_a_survey_id(alerce: Any, update: Any) -> None:
    alerce()
    for name in ("Nova Somewhere", IDS["ZTF"][1]):
        target = Target.objects.create(name=name, type="SIDEREAL", ra=0, dec=0)
        seed = {"brightness": 20.0, "bandpass": "r", "source_name": ALERCE, "timestamp": "2020-01-01T00:00Z"}
        PhotometryReducedDatum.objects.create(target=target, **seed)
    assert "errors" in update()
    assert PhotometryReducedDatum.objects.filter(target__name=IDS["ZTF"][1]).count() > 3


def test_ticking_an_existing_target_adds_to_it(alerce: Any, service: AlerceService) -> None:
    alerce()
    target = Target.objects.create(name="AT2026qqq", type="SIDEREAL", ra=0, dec=0)
    target.aliases.create(name=IDS["ZTF"][0])
    row = service.query_targets(service.build_query_parameters({"class_name": "SN"}))[0]
    request = RequestFactory().post("/", {"run": row["run"]})
    request.user = User.objects.create(username="observer")
    assert service.to_target(row, request=request) == target and Target.objects.count() == 1


# the built-in ALeRCE service


def test_lsst_light_curves_have_no_magpsf(alerce: Any, service: AlerceService) -> None:
    alerce("LSST")
    batch = service.fetch(IDS["LSST"][:1], "LSST")
    assert batch.alerts["mag"].notna().all()


def test_survey_is_a_visible_field() -> None:
    form = AlerceService.get_form_class()()
    assert not form["survey"].is_hidden and [name for name, _ in form.fields["survey"].choices] == ["ZTF", "LSST"]


def test_ra_0_does_not_drop_the_cone(alerce: Any, service: AlerceService) -> None:
    server = alerce()
    found = service.search(Query(ra_deg=0.0, dec_deg=0.0, radius_arcsec=3.0))
    assert found.alerts["object_id"].tolist() == IDS["ZTF"][:1]
    assert 0 < float(server.calls[0].params["ra"][0]) < 1e-6


def test_a_cone_that_the_service_dropped_is_kept_by_us(alerce: Any, service: AlerceService) -> None:
    server = alerce()
    answer = server.answer
    server.answer = lambda call: answer(type(call)(call.method, call.path, {**call.params, "ra": ["0"]}, None))
    assert len(service.search(Query(ra_deg=0.1, dec_deg=-0.05, radius_arcsec=3.0))) == 1


def test_firstmjd_with_one_end_is_not_dropped() -> None:
    asked = question(Query(first_mjd_min=61000.0))
    assert asked["firstmjd"][0] == pytest.approx(61000.0, abs=0.01) and asked["firstmjd"][1] > 1e5
    assert question(Query(last_mjd_max=61000.0))["lastmjd"][0] == 0


def test_several_classifiers_do_not_duplicate_rows(alerce: Any, service: AlerceService) -> None:
    server = alerce("LSST")
    answer = server.answer

    def twice(call: Any) -> Any:
        reply = answer(call)
        again = [{**row, "classifier_name": "other", "probability": 0.5} for row in reply["items"]]
        return {**reply, "items": [*reply["items"], *again]}

    server.answer = twice
    found = service.search(Query(survey="LSST", class_name="SN"))
    assert len(found) == 3 and len(found.classifications) == 6


def test_parameters_are_not_changed_by_asking(alerce: Any, service: AlerceService) -> None:
    alerce()
    parameters = service.build_query_parameters({"class_name": "SN", "classifiers": ["kept"]})
    before = json.dumps(parameters)
    service.query_targets(parameters)
    assert json.dumps(parameters) == before


def test_lists_are_asked_for_in_order() -> None:
    assert question(Query(class_name="SN"))["order_by"] == "probability"
    assert question(Query(object_ids=("ZTF21aaaaaaa",)))["order_by"] == "lastmjd"


def test_a_renamed_target_is_asked_for_by_its_survey_id(alerce: Any, service: AlerceService) -> None:
    server = alerce()
    target = Target.objects.create(name="AT2026qqq", type="SIDEREAL", ra=0, dec=0)
    target.aliases.create(name=IDS["ZTF"][0])
    service.query_reduced_data(target)
    assert server.calls and all("AT2026qqq" not in call.path for call in server.calls)
    assert f"/ztf/v1/objects/{IDS['ZTF'][0]}/lightcurve" in {call.path for call in server.calls}


def test_telescope_is_stored(alerce: Any, service: AlerceService) -> None:
    alerce()
    service.to_target(service.query_targets(service.build_query_parameters({"class_name": "SN"}))[0])
    assert set(PhotometryReducedDatum.objects.values_list("telescope", flat=True)) == {"ZTF"}


def test_forced_photometry_is_stored_as_such(alerce: Any, service: AlerceService) -> None:
    alerce()
    service.to_target(service.query_targets(service.build_query_parameters({"class_name": "SN"}))[0])
    assert PhotometryReducedDatum.objects.filter(reduction_version="forced").exists()


def test_no_target_extras_of_text(alerce: Any, service: AlerceService) -> None:
    alerce()
    service.to_target(service.query_targets(service.build_query_parameters({"class_name": "SN"}))[0])
    assert Target.objects.exists() and not TargetExtra.objects.exists()


def test_errors_of_photometry_are_not_swallowed(alerce: Any, service: AlerceService) -> None:
    server = alerce()
    server.fault = "500"
    target = Target.objects.create(name=IDS["ZTF"][0], type="SIDEREAL", ra=0, dec=0)
    with pytest.raises(QueryServiceError):
        service.query_reduced_data(target)


def test_an_omitted_classifier_is_named(alerce: Any, service: AlerceService) -> None:
    assert question(Query(class_name="SN"))["classifier"] == "stamp_classifier"
    assert question(Query(class_name="TDE"))["classifier"] == "lc_classifier_BHRF_forced_phot"
    assert "classifier" not in question(Query(object_ids=("ZTF21aaaaaaa",)))


def test_firstmjd_is_not_the_first_detection(alerce: Any, service: AlerceService) -> None:
    server = alerce()
    answer = server.answer
    early = {"mjdstarthist": 59000.0}
    server.answer = lambda call: (reply := answer(call)) | {"items": [{**row, **early} for row in reply["items"]]}
    assert len(service.search(Query(class_name="SN"))) == 3
    assert len(service.search(Query(class_name="SN", first_mjd_min=60000.0))) == 0


def test_has_next_is_false_on_every_page_that_is_not_counted(
    alerce: Any, service: AlerceService, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tom_alerce_like.brokers.alerce.questions.PAGE_SIZE", 2)
    alerce("ZTF", IDS["ZTF"][:5])
    assert len(service.search(Query(class_name="SN"))) == 5


def test_the_slash_at_the_end_saves_a_redirection(alerce: Any, service: AlerceService) -> None:
    server = alerce()
    service.search(Query(class_name="SN"))
    assert {call.path for call in server.calls} == {"/ztf/v1/objects/"}


# tom_fink and tom_antares


def fink_target(settings: Any) -> Target:
    with Loopback(fink_replies.answers("ZTF", IDS["ZTF"][:1])) as server:
        settings.DATA_SERVICES = {FinkService.name: {"ztf_url": server.url, "lsst_url": server.url}}
        service = FinkService(session=http.session(retries=0))
        return service.to_target(
            service.query_targets(service.build_query_parameters({"class_name": "SN candidate"}))[0]
        )


def test_fink_magnitudes_have_their_errors(settings: Any) -> None:
    target = fink_target(settings)
    errors = PhotometryReducedDatum.objects.filter(target=target, brightness__isnull=False)
    assert set(errors.values_list("brightness_error", flat=True)) == {0.1}


def test_fink_bands_are_those_of_alerce(settings: Any) -> None:
    target = fink_target(settings)
    assert set(PhotometryReducedDatum.objects.filter(target=target).values_list("bandpass", flat=True)) <= {
        "g",
        "r",
        "i",
    }


def test_fink_probabilities_are_stored(settings: Any) -> None:
    said = fink_target(settings).classifications.get(classifier="snn_sn_vs_all")
    assert (said.source, said.class_name, said.probability, said.version) == ("Fink", "SN", 0.9, "8.4.0")


def test_fink_values_hold_no_raw_alert(settings: Any) -> None:
    values = PhotometryReducedDatum.objects.filter(target=fink_target(settings)).values_list("value", flat=True)
    assert not any(":" in key for value in values for key in value)


def test_the_southern_sky_can_be_asked_for() -> None:
    fields = {"data_service": ALERCE, "survey": "ZTF", "centre": "10:00:00 -89:59:00", "radius_arcsec": "5"}
    assert AlerceService.get_form_class()(fields).is_valid()


def test_a_cone_is_round_near_the_pole() -> None:
    from tom_alerce_like.sky import separation_arcsec

    # 10 degrees of RA at Dec 89.9 are 62.8 arcsec
    assert separation_arcsec([10.0], [89.9], 0.0, 89.9)[0] == pytest.approx(62.75, abs=0.1)
    assert separation_arcsec([359.9999], [0.0], 0.0001, 0.0)[0] == pytest.approx(0.72, abs=1e-6)


def test_there_are_no_comma_strings() -> None:
    form = AlerceService.get_form_class()
    assert {"class_name", "classifier", "min_probability", "radius_arcsec", "max_rows"} <= set(form.base_fields)


# the toolkit's hooks


def test_an_attribute_error_would_hide_all_our_urls() -> None:
    assert reverse("tom_alerce_like_brokers:index") == "/alerce/query/"


def test_services_replace_none_of_the_toolkits() -> None:
    services = get_data_service_classes()
    assert {"ALeRCE", "TNS", ALERCE, FinkService.name, "Alert-archive"} <= set(services)
    assert services["ALeRCE"].__module__.startswith("tom_dataservices.")
