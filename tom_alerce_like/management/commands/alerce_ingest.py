"""Bring alert files into this TOM."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_alerce_like import progress
from tom_alerce_like.alerts import files
from tom_alerce_like.ingest import Summary, ingest
from tom_alerce_like.management import users

SOURCE = "Alert-archive"


class Command(BaseCommand):
    """Read Avro and parquet files and folders of them; the last line says what became of the alerts.

    ``alerts`` were read, ``targets`` and ``datums`` created, ``skipped`` alerts were known, ``errors`` could not be
    used. Fails only when there were problems and not one alert.
    """

    help = "Bring ZTF and LSST alerts from files (Avro or parquet) or folders into this TOM."
    # hints about what is switched off belong to `check`, not to every run of a cron job
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="an alert file, or a folder of such")
        parser.add_argument("--user", help="name of a user who may see, change and delete the new targets")

    def handle(self, *args: Any, **options: Any) -> None:
        user = users.named(options["user"])
        if not files.found(options["paths"]):
            self.stderr.write(f"no alert files ({', '.join(files.SUFFIXES)}) there")
        total = Summary()
        for batch in progress.shown(files.read(options["paths"]), "ingest"):
            part = ingest(batch, source=SOURCE, user=user)
            for problem in part.problems:
                self.stderr.write(problem)
            total += part
        self.stdout.write(str(total))
        if total.errors and not total.alerts:
            raise CommandError("no alert could be read")
