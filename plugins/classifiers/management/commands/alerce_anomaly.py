"""``manage.py alerce_anomaly``: lets the search for anomalies learn from what people decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_alerce_like import conf
from tom_alerce_like.plugins.classifiers.anomaly.learning import learn


class Command(BaseCommand):
    """Write the decisions to the file of the setting ANOMALY_DECISIONS; what is judged later is judged by it."""

    help = "Let the module anomaly_score learn from what people decided on the page Strange tonight."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        path = conf.get("ANOMALY_DECISIONS")
        if not path:
            raise CommandError("TOM_ALERCE_LIKE['ANOMALY_DECISIONS'] must name the file that decisions are kept in")
        try:
            count = learn(Path(path))
        except OSError as error:
            raise CommandError(f"{path}: {error}") from error
        self.stdout.write(f"anomaly_score: learned from {count} targets, in {path}")
