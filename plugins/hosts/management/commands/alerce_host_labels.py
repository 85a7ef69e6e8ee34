"""``manage.py alerce_host_labels``: what people said about hosts, as a table to learn from."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_alerce_like.csvs import harmless
from tom_alerce_like.plugins.hosts.labels import COLUMNS, export


class Command(BaseCommand):
    help = "Write what people said about host galaxies, and what the machine had said, as CSV."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("-o", "--output", metavar="CSV", help="the file to write (default: standard output)")

    def handle(self, *args: Any, output: str | None = None, **options: Any) -> None:
        rows = export()
        if output is None:
            self._write(self.stdout, rows)
            return
        try:
            with open(output, "w", newline="", encoding="utf-8") as file:
                self._write(file, rows)
        except OSError as error:
            raise CommandError(f"{output}: {error}") from error
        self.stdout.write(f"hosts: {len(rows)} labels in {output}")

    def _write(self, file: Any, rows: list[tuple[Any, ...]]) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
