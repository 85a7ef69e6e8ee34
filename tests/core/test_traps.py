"""Defects that were measured in the toolkit's models, one test for each: ingest is free of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import Target

from tests.core.skies import BROKER, alert, batch, judgement, limit, point
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.ingest import ingest

pytestmark = pytest.mark.django_db


def objects(n: int, n_points: int, n_names: int = 0) -> Batch:
    """Objects far from each other, each with a light curve, a judgement and other names."""
    names = [f"ZTF26aaaaa{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(n)]
    curve = [*(point(60900.0 + day) for day in range(n_points)), limit(60800.0)]
    rows = [alert(name, ra_deg=10.0 + k, dec_deg=-20.0, lightcurve=curve) for k, name in enumerate(names)]
    aliases = {name: [f"{name} alias {k}" for k in range(n_names)] for name in names}
    return batch(*rows, judgements=[judgement(name) for name in names], aliases=aliases)


def cost(what: Batch) -> int:
    with CaptureQueriesContext(
        connection,
    ) as done:
        assert not ingest(what, source=BROKER).problems
    return len(done)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table of ours and of the toolkit's targets and data, times of writing included."""
    labels = ("tom_targets", "tom_dataproducts", "guardian")
    configs = [app for app in apps.get_app_configs() if app.label in labels or app.label.startswith("tom_alerce_like")]
    return {model.__name__: list(model.objects.values()) for app in configs for model in app.get_models()}


def test_get_or_create_of_each_point_costs_10_s_for_500():
    few = cost(objects(5, 3))
    Target.objects.all().delete()
    assert cost(objects(5, 300)) <= few
    assert PhotometryReducedDatum.objects.count() == 5 * 301


def test_full_clean_of_each_alias_costs_a_search_of_all_targets():
    few = cost(objects(5, 3, 1))
    Target.objects.all().delete()
    assert cost(objects(5, 3, 20)) <= few
    assert Target.objects.get(name="ZTF26aaaaaaa").aliases.count() == 20


def test_nothing_is_asked_per_known_target():
    ingest(objects(5, 3), source=BROKER)
    few = cost(objects(5, 3))
    ingest(objects(50, 3), source=BROKER)
    assert cost(objects(50, 3)) == few


def test_the_same_point_with_another_error_is_no_field_error():
    """The toolkit's ``get_or_create`` raises on it, for a misspelt name."""
    ingest(batch(alert(lightcurve=[point(60900.0)])), source=BROKER)
    before = everything()
    ingest(batch(alert(lightcurve=[point(60900.0, mag_err=0.2)])), source=BROKER)
    assert everything() == before


def test_a_second_brokers_identical_point_is_neither_doubled_nor_an_error():
    ingest(objects(3, 5), source=BROKER)
    n_points = PhotometryReducedDatum.objects.count()
    assert ingest(objects(3, 5), source="Fink-multisurvey").datums == 0
    assert PhotometryReducedDatum.objects.count() == n_points


def test_the_same_input_twice_changes_nothing_not_even_a_time_of_writing():
    ingest(objects(4, 5, 2), source=BROKER)
    before = everything()
    assert ingest(objects(4, 5, 2), source=BROKER).skipped == 4
    assert everything() == before


def test_nanojanskys_are_not_plotted_as_magnitudes():
    ingest(objects(1, 1), source=BROKER)
    for datum in PhotometryReducedDatum.objects.exclude(brightness=None):
        assert datum.unit == "mag" and 15 < datum.brightness < 25
    assert PhotometryReducedDatum.objects.latest("timestamp").value["flux_njy"] == 91201.0


def test_a_point_that_bulk_create_would_store_twice_is_stored_once():
    """Its constraints see two points where a column is null or rounded."""
    copies = [point(60900.0), point(60900.0 + 0.1 / 86400), point(60900.0, mag=19.000001)]
    ingest(batch(alert(lightcurve=copies)), source=BROKER)
    assert PhotometryReducedDatum.objects.count() == 2


def test_foreign_keys_are_to_the_base_of_all_target_models():
    from tom_targets.base_models import BaseTarget

    ours = [model for model in apps.get_models() if model._meta.app_label.startswith("tom_alerce_like")]
    keys = [field for model in ours for field in model._meta.fields if field.name == "target"]
    assert len(keys) >= 6 and all(field.remote_field.model is BaseTarget for field in keys)
