"""The list of candidates with 100,000 of them, on SQLite and on PostgreSQL: what a person waits for a page."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import numpy as np

from benchmarks.figure import ROOT, figure
from benchmarks.scratch import tom

N_CANDIDATES = 100_000
N_REQUESTS = 120
QUERIES = (
    "",
    "sort=-priority&page=3",
    "sort=seen",
    "sort=-seen",
    "sort=mag",
    "sort=-class&class_name=SN",
    "sort=redshift",
    "sort=-detections&min_detections=5",
    "min_probability=0.8&brighter_than_mag=19",
    "name=ZTF26aaaaac",
    "class_name=SN&seen_within_days=3&page=2",
    "own_class=SN&min_real_bogus=0.9",
    "only_differing=on",
    "only_differing=on&sort=-real",
    "sort=-ours&own_class=AGN",
)


def fill() -> None:
    """Make targets, candidates and one group that may see them all; one target in ten belongs to others."""
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType
    from guardian.models import GroupObjectPermission
    from tom_targets.models import Target

    from tom_alerce_like.clock import now_mjd
    from tom_alerce_like.models import Candidate

    rng = random.Random(1)
    targets = Target.objects.bulk_create(
        (
            Target(name=f"ZTF26{i:07d}", type="SIDEREAL", ra=rng.uniform(0, 360), dec=rng.uniform(-30, 80))
            for i in range(N_CANDIDATES)
        ),
        batch_size=5000,
    )
    now = now_mjd()
    Candidate.objects.bulk_create(
        (
            Candidate(
                target_id=target.pk,
                survey="ZTF",
                object_id=target.name,
                ra_deg=target.ra,
                dec_deg=target.dec,
                last_mjd=now - rng.expovariate(0.1),
                last_mag=rng.gauss(19, 1),
                n_detections=int(rng.expovariate(0.1)) + 1,
                class_name=rng.choice(["SN", "AGN", "VS", "asteroid"]),
                class_probability=rng.random(),
                own_class=rng.choice(["SN", "AGN", "VS", "asteroid", "bogus", "satellite"]),
                own_probability=rng.random(),
                real_bogus=rng.random(),
                survey_real_bogus=rng.random(),
                disagreement="we say SN 0.91, ALeRCE stamp_classifier says AGN 0.80" if rng.random() < 0.1 else "",
                host_redshift=rng.random() if rng.random() < 0.4 else None,
                priority=rng.random() if rng.random() < 0.8 else None,
                priority_reason="rising 0.9 x P(SN) 0.95 x visible 0.96",
            )
            for target in targets
        ),
        batch_size=5000,
    )
    ours, others = Group.objects.create(name="ours"), Group.objects.create(name="others")
    kind = ContentType.objects.get_for_model(Target)
    permission = Permission.objects.get(content_type=kind, codename="view_target")
    GroupObjectPermission.objects.bulk_create(
        (
            GroupObjectPermission(
                group=others if i % 10 == 0 else ours,
                permission=permission,
                content_type=kind,
                object_pk=str(target.pk),
            )
            for i, target in enumerate(targets)
        ),
        batch_size=5000,
    )
    User.objects.create_user("member").groups.add(ours)
    User.objects.create_superuser("root")


def waits_ms(username: str) -> list[float]:
    """Ask for pages as a person would and return how long each took."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username=username))
    waits = []
    for i in range(N_REQUESTS):
        start = time.perf_counter()
        response = client.get("/alerce/candidates/?" + QUERIES[i % len(QUERIES)])
        waits.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200, response.status_code
    return waits


def measure(database: str) -> None:
    """Fill one database and print its figures."""
    from django.db import connection

    with tom():
        fill()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        for username in ("member", "root"):
            figure(f"candidates_p95_ms_{database}_{username}", float(np.percentile(waits_ms(username), 95)), "ms")


def main() -> None:
    """Measure SQLite here and PostgreSQL, where its programs are, in a process of its own."""
    if os.environ.get("TEST_DATABASE_URL"):
        return measure("postgresql")
    measure("sqlite")
    from tests import postgres

    if not postgres.program("initdb"):
        print("no PostgreSQL server program: not measured there")
        return None
    with postgres.server() as url:
        environment = {**os.environ, "TEST_DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "benchmarks.candidates"], cwd=ROOT, env=environment, check=True)
    return None


if __name__ == "__main__":
    main()
