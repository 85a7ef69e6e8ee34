"""Laws that every broker keeps; a broker's tests inherit `BrokerConformance` and say how to serve objects.

Subclasses set ``service_class``, ``surveys`` (survey -> class name that a query may ask for) and write `serve`.
"""

from __future__ import annotations

import contextlib
import json
import math
import random
import socket
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory
from tom_dataproducts.models import PhotometryReducedDatum
from tom_dataservices.dataservices import QueryServiceError
from tom_targets.models import Target

from tests.brokers.loopback import FAULTS, Loopback
from tom_alerce_like import http
from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.schema import ALERT_SCHEMA, CLASSIFICATION_SCHEMA, Batch
from tom_alerce_like.brokers import rows, saved
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.service import BrokerService
from tom_alerce_like.exceptions import (
    BadReply,
    InputError,
    RateLimited,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
)

IDS = {
    "ZTF": [f"ZTF21aaaaa{a}{b}" for a in "abcdef" for b in "abcdefghij"],
    "LSST": [str(170000000000000001 + 2 * n) for n in range(60)],
}
HOSTILE = '<script>alert("x")</script>'


#: What a service may write where something else is promised.
WRONG: tuple[Any, ...] = (None, "x", "", [], [[]], {}, {"a": 1}, True, -1, 10**30, 10**400, 1e308, math.nan, math.inf)
WRONG += ("\x00", "\ud800", "9" * 400, HOSTILE)


def spoilt(reply: Any, rng: random.Random, share: float = 0.01) -> Any:
    """Return a reply in which one value in a hundred is replaced by one of `WRONG`, at any depth."""
    if rng.random() < share:
        return rng.choice(WRONG)
    if isinstance(reply, dict):
        return {name: spoilt(value, rng, share) for name, value in reply.items()}
    return [spoilt(value, rng, share) for value in reply] if isinstance(reply, list) else reply


def spread(n: int) -> list[tuple[float, float]]:
    """Return places that are far from each other, the first on RA 0 and the equator."""
    return [(0.1 * k, -0.05 * k) for k in range(n)]


class BrokerConformance:
    """Laws of all brokers, with a network or without."""

    service_class: type[BrokerService]
    surveys: dict[str, str]

    @pytest.fixture
    def serve(self, settings: Any) -> Any:
        """Return ``serve(survey, object_ids, class_name="SN")``, which makes these the objects that exist."""
        raise NotImplementedError

    def service(self, **kwargs: Any) -> BrokerService:
        return self.service_class(session=http.session(retries=0), **kwargs)

    @pytest.fixture(params=["ZTF", "LSST"])
    def survey(self, request: Any) -> str:
        return request.param

    def query(self, survey: str, **limits: Any) -> Query:
        return Query(survey=survey, class_name=self.surveys[survey], **limits)

    # what a search gives

    def test_a_search_gives_one_row_for_each_object(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:7])
        found = self.service().search(self.query(survey))
        assert sorted(found.alerts["object_id"]) == sorted(IDS[survey][:7])
        assert set(found.alerts["survey"]) == {survey}

    def test_the_table_has_the_alert_tables_words_only(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:2])
        for batch in (self.service().search(self.query(survey)), self.service().fetch(IDS[survey][:2], survey)):
            assert list(batch.alerts.columns) == ALERT_SCHEMA.names
            assert list(batch.classifications.columns) == CLASSIFICATION_SCHEMA.names

    def test_rows_beyond_the_bound_are_a_message(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:12])
        found = self.service().search(self.query(survey, max_rows=5))
        assert len(found) == 5
        assert any("narrow the query" in problem for problem in found.problems)

    def test_no_message_when_all_rows_are_there(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:5])
        assert self.service().search(self.query(survey, max_rows=5)).problems == ()

    def test_a_cone_finds_what_is_in_it_also_at_ra_0_and_dec_0(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:6])
        query = Query(survey=survey, ra_deg=0.0, dec_deg=0.0, radius_arcsec=10.0)
        assert self.service().search(query).alerts["object_id"].tolist() == IDS[survey][:1]

    def test_a_cone_finds_what_is_in_it_at_negative_declination(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:6])
        query = Query(survey=survey, ra_deg=0.3, dec_deg=-0.15, radius_arcsec=10.0)
        assert self.service().search(query).alerts["object_id"].tolist() == [IDS[survey][3]]

    def test_ids_find_their_objects(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:6])
        wanted = (IDS[survey][1], IDS[survey][4])
        assert sorted(self.service().search(Query(survey=survey, object_ids=wanted)).alerts["object_id"]) == list(
            wanted
        )

    def test_limits_may_be_open_at_either_end(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:4])
        everything = self.service().search(self.query(survey)).alerts
        middle = float(everything["mjd"].median())
        late = self.service().search(self.query(survey, last_mjd_min=middle)).alerts
        early = self.service().search(self.query(survey, last_mjd_max=middle)).alerts
        assert set(late["object_id"]) == set(everything[everything["mjd"] >= middle]["object_id"])
        assert set(early["object_id"]) == set(everything[everything["mjd"] <= middle]["object_id"])

    def test_nothing_found_is_an_empty_table(self, serve: Any, survey: str) -> None:
        serve(survey, [])
        found = self.service().search(self.query(survey))
        assert len(found) == 0 and list(found.alerts.columns) == ALERT_SCHEMA.names

    # what a fetch gives

    def test_a_fetch_gives_the_light_curve_with_errors_and_fluxes(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:3])
        batch = self.service().fetch(IDS[survey][:2], survey)
        assert set(batch.alerts["object_id"]) == set(IDS[survey][:2])
        flat = lightcurve.points(batch.alerts)
        seen = flat[flat["is_detection"]]
        assert len(seen) >= 4 and seen[["flux_njy", "flux_err_njy", "mag", "mag_err"]].notna().all(axis=None)
        assert (~flat["is_detection"] | flat["is_forced"]).any()
        assert set(flat["band"]) <= set("ugrizy")

    def test_a_row_has_what_an_alert_must_have(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:2])
        row = self.service().fetch(IDS[survey][:1], survey).alerts.iloc[-1]
        assert row["alert_id"] and row["mag"] > 0 and row["flux_njy"] > 0 and row["band"]
        assert abs(row["ra_deg"]) < 1e-3 and abs(row["dec_deg"]) < 1e-3

    def test_probabilities_are_data(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:2])
        said = self.service().fetch(IDS[survey][:2], survey).classifications
        assert len(said) and said["probability"].between(0, 1).all()
        assert set(said["object_id"]) == set(IDS[survey][:2])
        assert (said[["source", "classifier", "version", "class_name"]] != "").all(axis=None)

    def test_an_unknown_object_harms_no_other(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:2])
        batch = self.service().fetch([IDS[survey][50], *IDS[survey][:2]], survey)
        assert set(batch.alerts["object_id"]) == set(IDS[survey][:2])

    def test_nothing_is_kept_between_calls(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:3])
        service = self.service()
        before = dict(vars(service))
        service.fetch(IDS[survey][:1], survey)
        assert vars(service) == before
        assert set(service.fetch(IDS[survey][1:2], survey).alerts["object_id"]) == {IDS[survey][1]}

    # the form

    def test_the_form_is_made_and_checked_without_network(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("a form used the network"))
        form = self.service_class.get_form_class()(
            {
                "data_service": self.service_class.name,
                "survey": "ZTF",
                "class_name": "SN",
                "first_mjd_min": "2026-11-01",
            }
        )
        assert form.is_valid(), form.errors
        assert "<datalist" in str(form["class_name"])

    def test_cleaned_data_survives_json(self) -> None:
        form = self.service_class.get_form_class()(
            {
                **{"data_service": self.service_class.name, "survey": "LSST", "object_ids": "170028526513684557"},
                **{"centre": "00:00:00 -05:00:00", "radius_arcsec": "5", "last_mjd_max": "2026-11-01 03:00"},
            }
        )
        assert form.is_valid(), form.errors
        again = json.loads(json.dumps(form.cleaned_data))
        assert Query.of(again) == Query.of(form.cleaned_data)
        assert Query.of(again).cone == (0.0, -5.0, 5.0)

    # the toolkit

    def test_it_is_registered_under_its_name(self) -> None:
        assert saved.services()[self.service_class.name] is self.service_class
        assert len(self.service_class.name) <= 50

    def test_it_takes_a_user(self) -> None:
        user = User(username="observer")
        assert self.service_class(user=user).user is user

    @pytest.mark.django_db
    def test_the_toolkits_pages_make_targets_and_datums_named_after_the_service(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:2])
        user = User.objects.create(username="observer")
        service = self.service(user=user)
        parameters = service.build_query_parameters({"survey": survey, "class_name": self.surveys[survey]})
        row = service.query_targets(parameters)[0]
        request = RequestFactory().post("/", {"run": row["run"]})
        request.user = user
        target = service.to_target(row, request=request)
        assert service.to_reduced_datums(target, row["reduced_datums"]) == []
        datums = PhotometryReducedDatum.objects.filter(target=target)
        assert datums.exists() and set(datums.values_list("source_name", flat=True)) == {self.service_class.name}
        assert user.has_perm(f"{Target._meta.app_label}.view_target", target)

    @pytest.mark.django_db
    def test_an_update_refreshes_a_target_by_any_of_its_names(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:2])
        target = Target.objects.create(name="AT2026qqq", type="SIDEREAL", ra=0, dec=0)
        target.aliases.create(name=IDS[survey][0])
        service = self.service()
        datums = service.to_reduced_datums(target, service.query_reduced_data(target))
        assert datums and {datum.target_id for datum in datums} == {target.pk}

    def test_anonymous_users_ask_nothing(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:2])
        service = self.service(user=AnonymousUser())
        with pytest.raises(QueryServiceError, match="Log in"):
            service.query_targets(service.build_query_parameters({"survey": survey, "class_name": "SN"}))


class HttpBrokerConformance(BrokerConformance):
    """Laws of brokers that are asked over HTTP; ``serve`` returns the `Loopback` that answers."""

    ERRORS = {
        "500": ServiceUnavailable,
        "429": RateLimited,
        "400": RequestRefused,
        "truncated": BadReply,
        "html": BadReply,
        "number": BadReply,
        "null rows": BadReply,
        "timeout": ServiceUnavailable,
    }

    @pytest.mark.parametrize("seed", range(8))
    def test_values_of_the_wrong_kind_raise_nothing_but_our_errors(self, serve: Any, survey: str, seed: int) -> None:
        server, rng = serve(survey, IDS[survey][:6]), random.Random(seed)
        answer = server.answer
        server.answer = lambda call: spoilt(answer(call), rng)
        asks = (self.query(survey), self.query(survey, mag_max=30.0), Query(survey=survey, object_ids=IDS[survey][:2]))
        for ask in (*(partial(self.service().search, query) for query in asks), partial(self.fetch, survey)):
            with contextlib.suppress(ServiceError, InputError):
                batch = ask()
                text = json.dumps([rows.of(batch), batch.problems], allow_nan=False, ensure_ascii=False)
                assert "\\u0000" not in text and text.encode()

    def fetch(self, survey: str) -> Batch:
        return self.service().fetch(IDS[survey][:4], survey)

    @pytest.mark.parametrize("fault", ERRORS)
    def test_faults_are_our_errors(self, serve: Any, settings: Any, survey: str, fault: str) -> None:
        settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 0.05 if fault == "timeout" else 5}
        server: Loopback = serve(survey, IDS[survey][:2])
        server.fault = fault
        with pytest.raises(self.ERRORS[fault]):
            self.service().search(self.query(survey))
        with pytest.raises(self.ERRORS[fault]):
            self.service().fetch(IDS[survey][:2], survey)

    @pytest.mark.parametrize("fault", FAULTS)
    def test_the_toolkit_sees_its_own_error_with_escaped_text(self, serve: Any, survey: str, fault: str) -> None:
        server: Loopback = serve(survey, IDS[survey][:2])
        server.fault = fault
        service = self.service()
        with pytest.raises(QueryServiceError) as caught:
            service.query_targets(service.build_query_parameters({"survey": survey, "class_name": "SN"}))
        assert str(caught.value) and "<" not in str(caught.value)

    def test_a_service_that_is_down_is_our_error(self, serve: Any, survey: str) -> None:
        server: Loopback = serve(survey, IDS[survey][:2])
        server._server.shutdown()
        server._server.server_close()
        with pytest.raises(ServiceUnavailable):
            self.service().search(self.query(survey))

    def test_a_reply_without_end_is_cut_off(self, serve: Any, settings: Any, survey: str) -> None:
        settings.TOM_ALERCE_LIKE = {"MAX_REPLY_MB": 0.0001}
        serve(survey, IDS[survey][:20])
        with pytest.raises(BadReply, match="more than"):
            self.service().search(self.query(survey))

    def test_a_service_that_fails_is_not_asked_for_all_objects(self, serve: Any, survey: str) -> None:
        server: Loopback = serve(survey, IDS[survey])
        server.fault = "500"
        with pytest.raises(ServiceUnavailable):
            self.service().fetch(IDS[survey], survey)
        assert len(server.calls) < len(IDS[survey]) / 2

    def test_hostile_text_stays_text(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:1], HOSTILE)
        batch = self.service().fetch(IDS[survey][:1], survey)
        assert len(batch) == 1
        assert all(isinstance(name, str) for name in batch.classifications["class_name"])

    def test_many_objects_are_all_fetched(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey])
        assert set(self.service().fetch(IDS[survey], survey).alerts["object_id"]) == set(IDS[survey])

    def test_names_that_need_quoting_reach_the_service_as_one_name(self, serve: Any, survey: str) -> None:
        server: Loopback = serve(survey, IDS[survey][:1])
        assert len(self.service().fetch(["../a?b=c"], survey)) == 0
        assert not any("b" in call.params for call in server.calls)
