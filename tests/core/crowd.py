"""Several processes that ingest, judge and rank the same alerts in one database at once.

``python -m tests.core.crowd prepare|ingest|count [SQLITE FILE]``: without a file, the server of TEST_DATABASE_URL.
"""

from __future__ import annotations

import os
import sys


def main(what: str, file: str | None = None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django
    from django.conf import settings

    if file:
        settings.DATABASES["default"] |= {"NAME": file, "OPTIONS": {"timeout": 60}}
    settings.MIGRATION_MODULES = _NoMigrations()
    django.setup()
    {"prepare": prepare, "ingest": bring, "count": count}[what]()


class _NoMigrations:
    """Tables straight from the models: fast."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


def bring() -> None:
    from tests.core.skies import BROKER, alert, batch, point
    from tom_alerce_like import pipeline
    from tom_alerce_like.ingest import ingest
    from tom_alerce_like.plugins.priority.stage import rank
    from tom_alerce_like.scoring import classify

    print("ready", flush=True)
    sys.stdin.readline()
    curve = [point(60990.0 + day) for day in range(5)]
    same = {"lightcurve": curve, "chi": 1.5, "elongation": 1.1, "fwhm_arcsec": 2.3}
    many = [alert(f"ZTF26a{i:06d}", ra_deg=i * 0.1, dec_deg=i * 0.02, **same) for i in range(600)]
    summary = ingest(batch(*many), source=BROKER)
    night = pipeline.run(pipeline.Night(targets=set(summary.target_ids.values())), [classify, rank, rank, classify])
    print(summary, night.summary(), *night.problems)


def count() -> None:
    from tom_dataproducts.models import PhotometryReducedDatum
    from tom_targets.models import Target

    from tom_alerce_like.models import Alert, Candidate

    print(*(model.objects.count() for model in (Target, PhotometryReducedDatum, Alert, Candidate)))


if __name__ == "__main__":
    main(*sys.argv[1:])
