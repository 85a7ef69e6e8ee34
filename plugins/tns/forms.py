"""What a user may say in a report."""

from __future__ import annotations

from typing import Any

from django import forms

from tom_alerce_like.plugins.tns.account import Account
from tom_alerce_like.plugins.tns.ids import AT_TYPES

_LOOKS: dict[type, str] = {forms.CheckboxInput: "form-check-input", forms.Select: "form-select"}


class BulkForm(forms.Form):
    """What all reports of a submission share; production asks to be confirmed."""

    reporter = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    confirm = forms.BooleanField()

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if account.is_production:
            self.fields["confirm"].label = f"Send to {account.label}: this is public and cannot be taken back"
        else:
            del self.fields["confirm"]
        for field in self.fields.values():
            field.widget.attrs["class"] = _LOOKS.get(type(field.widget), "form-control")


class ReportForm(BulkForm):
    """The free fields of one report, and the fingerprint of the rest of what the user saw."""

    at_type = forms.ChoiceField(choices=list(AT_TYPES.items()), label="Kind of transient")
    remarks = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    digest = forms.CharField(widget=forms.HiddenInput)
    field_order = ["at_type", "reporter", "remarks", "confirm"]
