"""The list of candidates: filter, sort, page, permissions, hostile text."""

import pytest

from tests.core.make import candidate, user
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.views.candidates import PAGE_SIZE

pytestmark = pytest.mark.django_db
URL = "/alerce/candidates/"


def names(client, query=""):
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200
    return [row.object_id for row in response.context["object_list"]]


@pytest.fixture
def three(admin_client):
    ours = {"own_class": "SN", "own_probability": 0.9, "real_bogus": 0.3}
    candidate(
        "ZTF26aaaaaaa", priority=0.2, class_name="SN", class_probability=0.9, last_mag=18.0, n_detections=9, **ours
    )
    ours = {"own_class": "VS", "own_probability": 0.6, "real_bogus": 0.95, "disagreement": "we say VS, others AGN"}
    named = {"class_name": "AGN", "class_probability": 0.8}
    candidate("ZTF26aaaaaab", priority=0.9, last_mag=17.0, host_redshift=0.05, **named, **ours)
    candidate("ZTF26aaaaaac", class_name="SN", class_probability=0.4, last_mjd=now_mjd() - 30)
    return admin_client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "bac"),
        ("sort=priority", "abc"),
        ("sort=name", "abc"),
        ("sort=-name", "cba"),
        ("sort=mag", "bac"),
        ("sort=-mag", "abc"),
        ("sort=nonsense", "bac"),
        ("class_name=sn", "ac"),
        ("min_probability=0.5", "ba"),
        ("min_priority=0.5", "b"),
        ("brighter_than_mag=17.5", "b"),
        ("seen_within_days=3", "ba"),
        ("min_detections=5", "a"),
        ("max_redshift=0.1", "b"),
        ("name=ZTF26aaaaaac", "c"),
        ("own_class=sn", "a"),
        ("min_real_bogus=0.5", "b"),
        ("only_differing=on", "b"),
        ("only_differing=", "bac"),
        ("sort=-ours", "abc"),
        ("sort=-real", "bac"),
        ("page=zero", "bac"),
        ("page=99999999999999", "bac"),
    ],
)
def test_filter_and_sort(three, query, expected):
    assert names(three, query) == [f"ZTF26aaaaaa{letter}" for letter in expected]


def test_a_difference_is_marked_with_its_words(three):
    rows = three.get(URL).content.decode().split("<tr>")[2:]
    assert ["≠ differs" in row for row in rows] == [True, False, False]
    assert 'title="we say VS, others AGN"' in rows[0] and ": we say VS, others AGN<" in rows[0]


def test_a_wrong_filter_value_is_told_and_the_others_hold(three):
    response = three.get(f"{URL}?min_probability=much&class_name=AGN")
    assert "Enter a number" in response.content.decode()
    assert [row.object_id for row in response.context["object_list"]] == ["ZTF26aaaaaab"]


def test_pages_join_without_gap_or_overlap(admin_client):
    every = [candidate(f"ZTF26a{number:06d}", priority=0.5).object_id for number in range(PAGE_SIZE + 3)]
    assert names(admin_client) + names(admin_client, "page=2") == every
    assert "Next" in admin_client.get(URL).content.decode()
    assert "Next" not in admin_client.get(f"{URL}?page=2").content.decode()


def test_only_what_the_user_may_view(client):
    seen = candidate("ZTF26aaaaaaa")
    candidate("ZTF26aaaaaab")
    client.force_login(user("observer", "view", target=seen.target))
    assert names(client) == ["ZTF26aaaaaaa"]


def test_anonymous_users_are_sent_to_the_login(client):
    response = client.get(URL)
    assert response.status_code == 302 and "/accounts/login/" in response.url


def test_hostile_text_is_shown_as_text(admin_client):
    candidate("ZTF26aaaaaaa", class_name="<script>alert(1)</script>", priority_reason="<img src=x onerror=alert(1)>")
    page = admin_client.get(f"{URL}?name=%22%3E%3Cscript%3E").content.decode() + admin_client.get(URL).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page and '"><script>' not in page
