"""A TOM that writes thousands with a separator must still be able to choose a target."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from tom_dataservices.models import DataServiceQuery
from tom_targets.models import Target

from tom_alerce_like.models import Candidate

pytestmark = pytest.mark.django_db
PK = 1234567


@pytest.fixture
def client(client, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    target = Target.objects.create(pk=PK, name="ZTF26aaaaaaa", type="SIDEREAL", ra=150.0, dec=2.0)
    Candidate.objects.create(target=target, survey="ZTF", object_id=target.name, ra_deg=150.0, dec_deg=2.0)
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.mark.parametrize("fragment", ['name="target" value="{pk}"', "?target={pk}"])
def test_on_the_targets_tab(client, fragment):
    page = client.get(reverse("tom_alerce_like:alerts-tab", args=[PK])).content.decode()
    assert fragment.format(pk=PK) in page


def test_in_the_list_of_candidates(client):
    assert f'name="target" value="{PK}"' in client.get(reverse("tom_alerce_like:candidates")).content.decode()


def test_on_the_form_of_a_request(client):
    page = client.get(reverse("tom_alerce_like_facilities:request"), {"target": PK}).content.decode()
    assert f'name="target" value="{PK}"' in page


def test_on_the_preview_of_reports(client):
    page = client.post(reverse("tom_alerce_like_tns:bulk"), {"target": PK}).content.decode()
    assert f'name="target" value="{PK}"' in page and f'name="digest_{PK}"' in page


def test_in_the_list_of_saved_queries(client):
    DataServiceQuery.objects.create(pk=PK, name="q", data_service="Fink-multisurvey", parameters={"owner": None})
    assert f"?saved={PK}" in client.get(reverse("tom_alerce_like_brokers:index")).content.decode()
