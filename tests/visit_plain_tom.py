"""Run inside a TOM without network: ask every page of ours that needs no row of its own, and the target page.

``python -P tests/visit_plain_tom.py SITE``: SITE is where our wheel is installed.
"""

import socket
import sys

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import get_resolver, reverse  # noqa: E402
from tom_dataservices.dataservices import get_data_service_classes  # noqa: E402
from tom_targets.models import Target  # noqa: E402

import tom_alerce_like  # noqa: E402
from tom_alerce_like.models import Candidate  # noqa: E402


def refuse(self, address):
    raise OSError(f"no network: {address}")


def ours():
    """Return our URL resolvers, wherever the toolkit put them."""
    found = [one for root in get_resolver().url_patterns for one in getattr(root, "url_patterns", [])]
    return [one for one in found if (getattr(one, "namespace", None) or "").startswith("tom_alerce_like")]


def pages(target):
    """Return the addresses to ask."""
    services = [name for name in get_data_service_classes() if name.endswith(("-multisurvey", "-archive"))]
    assert len(services) == 3, services
    names = [
        f"{resolver.namespace}:{pattern.name}"
        for resolver in ours()
        for pattern in resolver.url_patterns
        if not pattern.pattern.converters
    ]
    posts = ("tom_alerce_like_tns:bulk", "tom_alerce_like_tns:bulk-send", "tom_alerce_like_facilities:request")
    return [
        "/",
        f"/targets/{target.pk}/",
        f"/alerce/targets/{target.pk}/alerts/",
        f"/observations/OCS-portal/create/?target_id={target.pk}",
        f"{reverse('tom_alerce_like_facilities:request')}?target={target.pk}",
        reverse("tom_alerce_like_tns:report", args=[target.pk]),
        *(reverse(name) for name in names if name not in posts),
        *(reverse("tom_alerce_like_brokers:query", args=[name]) for name in services),
        *(f"/tom_dataservices/query/create/?data_service={name}" for name in services),
    ]


def main():
    """Migrate, make a target, ask."""
    assert tom_alerce_like.__file__.startswith(sys.argv[1]), tom_alerce_like.__file__
    socket.socket.connect = refuse
    call_command("migrate", verbosity=0)
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    call_command("check", verbosity=0)
    target = Target.objects.create(name="ZTF26aaaaaaa", type="SIDEREAL", ra=150, dec=2)
    Candidate.objects.create(target=target, survey="ZTF", object_id=target.name, ra_deg=150, dec_deg=2, n_detections=1)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    for page in pages(target):
        response = client.get(page)
        print(response.status_code, page)
        assert response.status_code == 200, (page, response.status_code)


main()
