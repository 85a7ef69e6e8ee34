"""The form of a query: typed fields, no network, and cleaned data that JSON can hold."""

from __future__ import annotations

from typing import Any

from django import forms
from tom_dataservices.forms import BaseQueryForm
from tom_dataservices.models import DataServiceQuery

from tom_alerce_like import conf
from tom_alerce_like.brokers.fields import CentreField, MjdField, ObjectIdsField, Suggest
from tom_alerce_like.brokers.ids import SURVEYS, ZTF, survey_of
from tom_alerce_like.brokers.query import LIMITS, Query
from tom_alerce_like.brokers.sky import parse_centre

SIMPLE = ("survey", "class_name", "min_probability", "max_rows", "centre", "radius_arcsec", "object_ids")
#: Fields of which at least one must be filled.
CRITERIA = ("object_ids", "class_name", "centre", *(f"{name}_{end}" for name in LIMITS for end in ("min", "max")))
#: Key of a saved query's parameters that names the user who saved it.
OWNER = "owner"


class QueryForm(BaseQueryForm):
    """What to ask a broker for. Subclasses name the classes and classifiers that they suggest."""

    class_names: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()

    survey = forms.ChoiceField(choices=[(survey, survey) for survey in SURVEYS], initial=ZTF)
    object_ids = ObjectIdsField(required=False, label="Object ids", help_text="One per line")
    class_name = forms.CharField(required=False, max_length=50, label="Class")
    classifier = forms.CharField(required=False, max_length=100)
    min_probability = forms.FloatField(required=False, min_value=0, max_value=1, label="Probability ≥")
    centre = CentreField(
        required=False, max_length=100, label="Centre of a cone", help_text="187.5 -12.25 or 12:30:00 -12:15:00"
    )
    radius_arcsec = forms.FloatField(required=False, min_value=0.1, max_value=18_000, label="Radius (arcsec)")
    first_mjd_min = MjdField(required=False, label="First detection after", help_text="MJD or UTC date")
    first_mjd_max = MjdField(required=False, label="First detection before")
    last_mjd_min = MjdField(required=False, label="Last detection after")
    last_mjd_max = MjdField(required=False, label="Last detection before")
    n_detections_min = forms.IntegerField(required=False, min_value=0, label="Detections ≥")
    n_detections_max = forms.IntegerField(required=False, min_value=0, label="Detections ≤")
    mag_min = forms.FloatField(required=False, min_value=-5, max_value=40, label="Magnitude ≥")
    mag_max = forms.FloatField(required=False, min_value=-5, max_value=40, label="Magnitude ≤")
    max_rows = forms.IntegerField(required=False, min_value=1, initial=Query.max_rows, label="At most (objects)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_name"].widget = Suggest(self.class_names)
        self.fields["classifier"].widget = Suggest(self.classifiers)

    def get_advanced_form_partial(self) -> str:
        return "tom_alerce_like_brokers/partials/fields.html"

    def simple(self) -> list[forms.BoundField]:
        """Return the fields that most queries need."""
        return [self[name] for name in SIMPLE]

    def advanced(self) -> list[forms.BoundField]:
        """Return the other fields of the query."""
        toolkit = BaseQueryForm.base_fields
        return [self[name] for name in self.fields if name not in SIMPLE and name not in toolkit]

    def advanced_in_use(self) -> bool:
        """Tell whether one of `advanced` has a value or an error, so that it must be seen."""
        return any(field.value() not in (None, "") or field.errors for field in self.advanced())

    def clean_max_rows(self) -> int:
        return min(self.cleaned_data["max_rows"] or Query.max_rows, conf.get("MAX_ROWS"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and all(cleaned.get(name) in (None, "", []) for name in CRITERIA):
            raise forms.ValidationError("Fill in at least one of ids, class, cone, dates, detections or magnitudes.")
        self._clean_ids(cleaned)
        self._clean_cone(cleaned)
        self._clean_limits(cleaned)
        if cleaned.get("min_probability") is not None and not cleaned.get("class_name"):
            self.add_error("class_name", "Of which class is this the probability?")
        return cleaned

    def _clean_ids(self, cleaned: dict[str, Any]) -> None:
        others = [name for name in cleaned.get("object_ids") or () if survey_of(name) != cleaned.get("survey")]
        if others:
            self.add_error("object_ids", f"{others[0]} is not an object of {cleaned.get('survey')}.")

    def _clean_cone(self, cleaned: dict[str, Any]) -> None:
        centre, radius = cleaned.get("centre"), cleaned.get("radius_arcsec")
        if centre and radius is None and "radius_arcsec" not in self.errors:
            self.add_error("radius_arcsec", "A cone needs a radius.")
        if radius is not None and not centre and "centre" not in self.errors:
            self.add_error("centre", "A cone needs a centre.")
        cleaned["ra_deg"], cleaned["dec_deg"] = parse_centre(centre) if centre else (None, None)

    def _clean_limits(self, cleaned: dict[str, Any]) -> None:
        for name in LIMITS:
            low, high = cleaned.get(f"{name}_min"), cleaned.get(f"{name}_max")
            if low is not None and high is not None and low > high:
                self.add_error(f"{name}_max", "This is below the other end.")

    def save(self, query_id: int | None = None, owner: Any = None) -> DataServiceQuery:
        """Store the query where the toolkit lists queries; ``owner`` is the user whose it is.

        An edited query stays its owner's.
        """
        before = DataServiceQuery.objects.filter(pk=query_id).first()
        whose = owner.pk if owner else (before.parameters.get(OWNER) if before else None)
        saved = super().save(query_id)
        saved.parameters = {**saved.parameters, OWNER: whose}
        saved.save()
        return saved
