"""The short form's fields and rules, which mirror the portal's, and no call to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.facilities.models import KEY_LENGTH, NAME_LENGTH, Instrument
from tom_alerce_like.facilities.ocs import instruments
from tom_alerce_like.facilities.ocs.payload import ROWS, exposures, iso

MODES = [("NORMAL", "Normal"), ("TIME_CRITICAL", "Time critical"), ("RAPID_RESPONSE", "Rapid response")]
_RAPID_LIMIT = timedelta(hours=24)
#: Clocks differ a little, and a form is read before it is sent.
_PATIENCE = timedelta(minutes=1)


class UtcField(forms.CharField):
    """A time in UTC whose cleaned value is text, so that cleaned data are JSON."""

    # a browser's own picker would show the user's locale, with AM and PM
    widget = forms.TextInput(attrs={"placeholder": "2026-11-20T05:30:00"})

    def clean(self, value: Any) -> str:
        """Return ``YYYY-MM-DDTHH:MM:SS``; a time without a zone is UTC, whatever the TOM's own zone."""
        text = super().clean(value)
        try:
            time = datetime.fromisoformat(text)
        except ValueError as error:
            raise forms.ValidationError("Write a time as 2026-11-20T05:30:00 (UTC).") from error
        return iso(time if time.tzinfo else time.replace(tzinfo=UTC))


def _number(label: str, low: float, high: float, help_text: str = "", **kwargs: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=low, max_value=high, help_text=help_text, **kwargs)


class RequestFields(forms.Form):
    """What a follow-up request asks for; its cleaned data are the ``params`` of the ledger."""

    name = forms.CharField(
        required=False,
        max_length=NAME_LENGTH - KEY_LENGTH - 1,
        help_text="Of the request group; empty for the target's name. A key is added to it.",
    )
    proposal = forms.CharField(max_length=50)
    instrument_type = forms.ChoiceField(label="Instrument", choices=())
    mode = forms.ChoiceField(choices=MODES, initial="NORMAL")
    start = UtcField(label="Window start (UTC)")
    end = UtcField(label="Window end (UTC)")
    max_airmass = _number("Maximum airmass", 1, 25)
    min_moon_deg = _number("Minimum distance to the Moon (deg)", 0, 180)
    ipp_value = _number("Intra-proposal priority", 0.5, 2, "0.5 to 2: what you give to one request, others lose.")
    site = forms.RegexField("^[a-z]{3}$", required=False, help_text="Three letters; empty for any site.")
    why = forms.CharField(required=False, max_length=500, help_text="Kept in this TOM, with your name.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instruments = instruments.known()
        elements = sorted({code for row in self.instruments.values() for code in row.elements})
        self._choose("instrument_type", [(row.code, row.name) for row in self.instruments.values()])
        for row in ROWS:
            self.fields[f"element_{row}"] = forms.ChoiceField(label=f"Filter or slit {row}", required=False)
            self._choose(f"element_{row}", [("", "-"), *((code, code) for code in elements)])
            self.fields[f"exposure_s_{row}"] = _number(f"Exposure {row} (s)", 0.1, 36000, required=False)
            self.fields[f"count_{row}"] = forms.IntegerField(
                label=f"Count {row}", min_value=1, max_value=1000, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Check what concerns more than one field."""
        data = super().clean() or self.cleaned_data
        if instrument := self.instruments.get(data.get("instrument_type", "")):
            self._check_rows(data, instrument)
        if data.get("start") and data.get("end"):
            self._check_window(data)
        return data

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _check_rows(self, data: dict[str, Any], instrument: Instrument) -> None:
        rows = list(exposures(data))
        if not rows and not any(name.startswith("exposure_s_") for name in self.errors):
            self.add_error("exposure_s_1", "Give at least one exposure.")
        for row in rows:
            if (row.element or instrument.elements) and row.element not in instrument.elements:
                has = ", ".join(instrument.elements) or "none"
                self.add_error(f"element_{row.row}", f"{instrument.name} has: {has}.")

    def _check_window(self, data: dict[str, Any]) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        start, end = (datetime.fromisoformat(data[name]) for name in ("start", "end"))
        if end <= start:
            self.add_error("end", "The window ends before it starts.")
        elif end <= now:
            self.add_error("end", "The window is over.")
        if data.get("mode") == "RAPID_RESPONSE":
            self._check_rapid(start, end, now)

    def _check_rapid(self, start: datetime, end: datetime, now: datetime) -> None:
        if start > now + _PATIENCE:
            self.add_error("start", "A rapid response starts at once.")
        if end > now + _RAPID_LIMIT + _PATIENCE:
            self.add_error("end", "A rapid response ends within 24 hours.")


def clean_params(params: dict[str, Any]) -> dict[str, Any]:
    """Return ``params`` as the short form cleans them; raises `InputError` that names each fault."""
    form = RequestFields(params)
    if form.is_valid():
        return form.cleaned_data
    faults = [f"{name}: {' '.join(map(str, messages))}" for name, messages in form.errors.items()]
    raise InputError("; ".join(faults))
