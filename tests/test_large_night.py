"""A night of more targets than a database takes in one statement."""

from __future__ import annotations

import sqlite3

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils.module_loading import import_string

from tests.core.skies import BROKER, alert, batch, judgement
from tom_alerce_like import conf
from tom_alerce_like.ingest import ingest
from tom_alerce_like.pipeline import Night

pytestmark = pytest.mark.django_db
N_TARGETS = 1100
#: The smallest limit that any SQLite has by default.
N_VALUES = 999


@pytest.fixture
def few_values():
    """A connection to SQLite that refuses larger statements."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such limit")
    connection.ensure_connection()
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, N_VALUES)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


def test_every_stage_keeps_its_statements_small(few_values, settings):
    settings.TOM_ALERCE_LIKE = {"AUTO_SUBMIT": True, "AUTO_REPORT": True}
    settings.DATA_SERVICES = {"TNS": {"base_url": "http://127.0.0.1:9", "api_key": "k", "bot_id": "1", "bot_name": "b"}}
    known = {"chi": 1.5, "elongation": 1.1, "fwhm_arcsec": 2.3, "n_detections": 3}
    ids = [f"ZTF26a{i:06d}" for i in range(N_TARGETS)]
    alerts = [alert(name, ra_deg=i * 0.3, dec_deg=i * 0.02, **known) for i, name in enumerate(ids)]
    made = ingest(batch(*alerts, judgements=[judgement(name) for name in ids]), source=BROKER)
    night = Night(user=User.objects.create_superuser("su"), targets=set(made.target_ids.values()))
    for path in conf.DEFAULTS["STAGES"][1:]:
        import_string(path)(night)
    assert night.counts["classified"] == night.counts["ranked"] == N_TARGETS
    assert not any("too many" in problem for problem in night.problems)
