"""The short form as the toolkit's observation page, its templates, and our own page want it."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from tom_observations.facility import BaseRoboticObservationForm
from tom_observations.observation_template import GenericTemplateForm
from tom_targets.models import Target

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.facilities.ocs.errors import placed
from tom_alerce_like.facilities.ocs.fields import RequestFields
from tom_alerce_like.facilities.ocs.payload import ROWS, default_params, exposures, request_group

_OF_THE_NIGHT = ("start", "end", "why", "name")


def _layout(*left_out: str) -> Layout:
    """Return the short form's rows of fields."""
    rows = [
        ("instrument_type", "mode"),
        *((f"element_{row}", f"exposure_s_{row}", f"count_{row}") for row in ROWS),
        ("start", "end"),
        ("max_airmass", "min_moon_deg"),
        ("ipp_value", "site"),
        ("proposal", "name"),
        ("why",),
    ]
    kept = [[name for name in row if name not in left_out] for row in rows]
    return Layout(*(_row(names) for names in kept if names))


def _row(names: list[str]) -> Row:
    """Return fields side by side; on a phone only the narrow ones of an exposure, three in a row."""
    width, look = ("col", "align-items-end gx-2") if len(names) == 3 else ("col-md", "")
    return Row(*(Column(name, css_class=width) for name in names), css_class=look)


def add_portal_errors(form: forms.Form, params: dict[str, Any], errors: Any, about: str = "") -> None:
    """Put the portal's errors about ``params`` at the fields of a short form; ``about`` is put before each."""
    rows = [exposure.row for exposure in exposures(params)]
    for name, message in placed(errors, rows):
        form.add_error(name if name in form.fields else None, f"{about}{message}")


class PageForm(RequestFields):
    """The short form inside a page's own form tag."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = _layout()


class TemplateForm(GenericTemplateForm, RequestFields):
    """The short form as an observation template of the toolkit: all may be left empty, and no times."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _OF_THE_NIGHT:
            del self.fields[name]
        for name in set(self.fields) - {"facility", "template_name"}:
            self.fields[name].required = False
        self.helper.layout = Layout(self.common_layout, _layout(*_OF_THE_NIGHT))

    def _check_rows(self, data: dict[str, Any], instrument: Any) -> None:
        """A template may be half filled."""


class ObservationForm(BaseRoboticObservationForm, RequestFields):
    """The short form on the toolkit's observation page; valid only if the portal says so, asked for a user who may."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.observatory = kwargs.get("facility")
        kwargs["initial"] = {**default_params(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if self.observatory is not None:
            self.observatory.http_request = self.initial.get("request")

    def layout(self) -> Layout:
        """Return the fields between the toolkit's hidden ones and its buttons."""
        return _layout()

    def clean(self) -> dict[str, Any]:
        """Check here first, then ask the portal, which books nothing."""
        data = super().clean()
        if data.get("cadence_strategy"):
            self.add_error(None, "Cadences are not offered here: they would book without a user.")
        if not self.errors:
            try:
                self._ask_portal()
            except AlerceLikeError as error:
                self.add_error(None, str(error))
        return data

    def _ask_portal(self) -> None:
        if self.observatory is None:
            self.add_error(None, "Nobody is named who asks: log in and use the observation page.")
            return
        payload = self.observation_payload()
        reply = self.observatory.validate(payload)
        add_portal_errors(self, payload["params"], reply["errors"])
        durations = reply.get("request_durations")
        duration = durations.get("duration") if isinstance(durations, dict) else None
        self.validation_message = f"The portal accepts this observation ({duration} s)."

    def observation_payload(self) -> dict[str, Any]:
        """Return the toolkit's payload (target_id, params) and the ``request_group`` that the portal would be sent."""
        target = Target.objects.filter(pk=self.cleaned_data["target_id"]).first()
        if target is None:
            raise forms.ValidationError("There is no such target.")
        params = {name: self.cleaned_data[name] for name in RequestFields().fields}
        return {"target_id": target.pk, "params": params, "request_group": request_group(params, target)}
