"""What each facility of ours must do, tested without an observatory: inherit `FacilityConformance`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from tom_observations.facility import BaseRoboticObservationFacility, get_service_class
from tom_observations.models import ObservationRecord
from tom_observations.observation_template import GenericTemplateForm

from tom_alerce_like.exceptions import NotAuthorised
from tom_alerce_like.facilities import ledger
from tom_alerce_like.facilities.models import FollowupRequest, State


class FacilityConformance:
    """A subclass gives ``name`` and `params`, and requests a fixture under which its observatory is unreachable.

    The fixtures ``target``, ``astronomer`` (may change it) and ``reader`` (may see it) come from a conftest.
    """

    name: str

    def params(self) -> dict[str, Any]:
        """Return data that the facility's form accepts."""
        raise NotImplementedError

    def facility(self, user: Any = None) -> Any:
        made = get_service_class(self.name)()
        if user is not None:
            made.set_user(user)
        return made

    def payload(self, target: Any) -> dict[str, Any]:
        group = self.facility().request_group(self.params(), target, "conformance")
        return {"target_id": target.pk, "params": self.params(), "request_group": group}

    def test_the_app_registers_it_without_a_setting(self, settings):
        assert settings.TOM_FACILITY_CLASSES == []
        assert issubclass(get_service_class(self.name), BaseRoboticObservationFacility)
        assert get_service_class(self.name).name == self.name

    def test_forms_are_made_without_a_call(self, target):
        for kind, form_class in self.facility().get_form_classes_for_display().items():
            form = form_class(initial={"target_id": target.pk, "facility": self.name, "observation_type": kind})
            assert {"facility", "target_id", "observation_type", "name"} <= set(form.fields)
            assert set(self.facility().get_start_end_keywords()) <= set(form.fields)
        assert issubclass(self.facility().get_template_form(None), GenericTemplateForm)

    def test_states(self):
        facility = self.facility()
        assert set(facility.get_failed_observing_states()) < set(facility.get_terminal_observing_states())

    def test_sites_are_in_the_order_that_the_map_reads(self):
        for site in self.facility().get_observing_sites().values():
            assert list(site) == ["sitecode", "latitude", "longitude", "elevation"]

    def test_status_and_weather_have_the_form_that_the_page_reads(self, reader):
        facility = self.facility(reader)
        assert set(facility.get_facility_status()) == {"code", "sites"}
        for site in facility.get_facility_weather_urls()["sites"]:
            assert set(site) == {"code", "weather_url"}

    def test_cleaned_params_are_json(self, target):
        cleaned = self.facility().clean_params(self.params(), target)
        assert json.loads(json.dumps(cleaned)) == cleaned

    @pytest.mark.parametrize("who", ["nobody", "anonymous", "reader"])
    def test_submit_is_refused_to(self, who, target, reader):
        user = {"nobody": None, "anonymous": AnonymousUser(), "reader": reader}[who]
        with pytest.raises(PermissionDenied):
            self.facility(user).submit_observation(self.payload(target))
        with pytest.raises(NotAuthorised):
            self.facility(user).validate_observation(self.payload(target))
        assert not FollowupRequest.objects.exists()

    def test_submit_without_an_answer_loses_nothing_and_raises_nothing(self, target, astronomer):
        assert self.facility(astronomer).submit_observation(self.payload(target)) == []
        assert FollowupRequest.objects.get().state == State.UNKNOWN

    def test_the_ledger_makes_no_second_request_of_the_same(self, target, astronomer):
        first = ledger.submit(target, self.params(), astronomer, facility=self.name)
        assert ledger.submit(target, self.params(), astronomer, facility=self.name) == first

    def test_a_form_without_a_user_is_not_valid(self, target):
        for kind, form_class in self.facility().get_form_classes_for_display().items():
            form = form_class(
                {**self.params(), "target_id": target.pk, "facility": self.name, "observation_type": kind}
            )
            assert not form.is_valid()
            assert "__all__" in form.errors

    def test_the_api_refuses_an_anonymous_post(self, target):
        for kind in self.facility().get_form_classes_for_display():
            data = {"facility": self.name, "observation_type": kind, "target_id": target.pk}
            reply = Client().post(
                "/api/observations/",
                {**data, "observing_parameters": self.params()},
                content_type="application/json",
            )
            assert reply.status_code in (400, 401, 403)
        assert not FollowupRequest.objects.exists() and not ObservationRecord.objects.exists()

    def test_a_get_cancels_nothing(self, target, astronomer):
        with pytest.raises(forms.ValidationError):
            self.facility(astronomer).cancel_observation("1")

    def test_pages_of_the_toolkit_stand_without_the_observatory(self, target, astronomer):
        record = ObservationRecord.objects.create(
            target=target, user=astronomer, facility=self.name, parameters={}, observation_id="1", status="PENDING"
        )
        client = Client()
        client.force_login(astronomer)
        pages = [
            reverse("tom_observations:detail", kwargs={"pk": record.pk}),
            reverse("tom_observations:list"),
            reverse("tom_observations:render-facility-status-list"),
            reverse("tom_observations:template-create", kwargs={"facility": self.name}),
            reverse("tom_targets:detail", kwargs={"pk": target.pk}),
        ]
        assert [client.get(page).status_code for page in pages] == [200] * len(pages)
        assert client.get(reverse("tom_observations:list") + "?update_status=1").status_code == 302
        assert client.get(reverse("tom_observations:cancel", kwargs={"pk": record.pk})).status_code == 302
