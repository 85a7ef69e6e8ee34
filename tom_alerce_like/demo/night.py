"""What the demonstration's observer does: log in once, save queries, run the chain."""

from __future__ import annotations

import secrets
from typing import Any

USER = "observer"
DAYS = 3.0

#: Queries of the night: broker, name, and what is filled into its form.
QUERIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ALeRCE-multisurvey", "ALeRCE supernovae, ZTF", {"survey": "ZTF", "class_name": "SN", "min_probability": 0.4}),
    ("ALeRCE-multisurvey", "ALeRCE supernovae, LSST", {"survey": "LSST", "class_name": "SN", "min_probability": 0.4}),
    (
        "ALeRCE-multisurvey",
        "ALeRCE active galaxies, ZTF",
        {"survey": "ZTF", "class_name": "AGN", "min_probability": 0.5},
    ),
    ("ALeRCE-multisurvey", "ALeRCE variable stars, ZTF", {"survey": "ZTF", "class_name": "VS", "min_probability": 0.5}),
    ("Fink-multisurvey", "Fink supernovae, ZTF", {"survey": "ZTF", "class_name": "SN candidate"}),
    ("Fink-multisurvey", "Fink extragalactic, LSST", {"survey": "LSST", "class_name": "extragalactic_new_candidate"}),
)


def observer() -> tuple[Any, str]:
    """Make the user who acts, a superuser of this TOM, with a fresh password; returns both."""
    from django.contrib.auth.models import Group, User

    password = secrets.token_urlsafe(9)
    user, _ = User.objects.get_or_create(username=USER, defaults={"is_staff": True, "is_superuser": True})
    user.set_password(password)
    user.save()
    user.groups.add(Group.objects.get_or_create(name="Observers")[0])
    return user, password


def save_queries(user: Any) -> None:
    """Save the night's queries as the forms on the broker pages do, each once."""
    from tom_dataservices.dataservices import get_data_service_classes
    from tom_dataservices.models import DataServiceQuery

    from tom_alerce_like.clock import now_mjd

    classes = get_data_service_classes()
    for service, name, filled in QUERIES:
        if DataServiceQuery.objects.filter(name=name, data_service=service).exists():
            continue
        values = {"data_service": service, "query_name": name, "query_save": True, "last_mjd_min": now_mjd() - DAYS}
        form = classes[service].get_form_class()({**values, **filled})
        if not form.is_valid():
            raise SystemExit(f"the query {name!r} is not valid: {form.errors.as_text()}")
        form.save(owner=user)


def forget_queries() -> None:
    """Remove the night's queries: a night on files asks no broker."""
    from tom_dataservices.models import DataServiceQuery

    DataServiceQuery.objects.filter(name__in=[name for _, name, _ in QUERIES]).delete()
