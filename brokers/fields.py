"""Form fields for what astronomers type; cleaned values are fit for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tom_alerce_like import conf
from tom_alerce_like.brokers.ids import survey_of
from tom_alerce_like.brokers.sky import parse_centre
from tom_alerce_like.clock import to_mjd
from tom_alerce_like.exceptions import InputError

MJD_RANGE = (10_000.0, 100_000.0)
_SHOWN = 60


class Suggest(forms.TextInput):
    """A text input that suggests words and takes any other."""

    def __init__(self, words: Iterable[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.words = tuple(words)

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        list_id = f"words_{name}"
        box = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((word,) for word in self.words))
        return format_html('{}<datalist id="{}">{}</datalist>', box, list_id, options)


class ObjectIdsField(forms.CharField):
    """Names of ZTF or LSST objects, one per line; cleans to a list of str."""

    widget = forms.Textarea(attrs={"rows": 3, "placeholder": "ZTF21aaxtctv\nZTF18abcgqmz"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        names = list(dict.fromkeys(str(super().to_python(value) or "").replace(",", " ").split()))
        for name in names:
            if survey_of(name) is None:
                raise forms.ValidationError(f"“{name[:_SHOWN]}” is not a ZTF or LSST object id.")
        if len(names) > conf.get("MAX_ROWS"):
            raise forms.ValidationError(f"At most {conf.get('MAX_ROWS')} objects at once.")
        return names


class CentreField(forms.CharField):
    """A place on the sky; cleans to its text, of which `parse_centre` makes degrees."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text:
            try:
                parse_centre(text)
            except InputError as error:
                raise forms.ValidationError(str(error)) from error
        return text


class MjdField(forms.CharField):
    """A time as MJD or as date and time in UTC; cleans to MJD or None."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        mjd = _mjd(text)
        if mjd is None or not MJD_RANGE[0] <= mjd <= MJD_RANGE[1]:
            raise forms.ValidationError("Write an MJD, such as 61364.5, or a UTC date, such as 2026-11-20 03:00.")
        return mjd


def _mjd(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return _mjd_of_date(text)


def _mjd_of_date(text: str) -> float | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_mjd(when if when.tzinfo else when.replace(tzinfo=UTC))
