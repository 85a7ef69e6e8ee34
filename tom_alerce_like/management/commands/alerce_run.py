"""One pass of the chain."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_alerce_like import pipeline, progress
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.management import users
from tom_alerce_like.models import Candidate


class Command(BaseCommand):
    """Run the stages of the setting STAGES once; the last line counts what they did.

    Stages work on the targets that the first ones touched, and with ``--since-hours`` also on those whose candidates
    changed lately. Without any there is nothing to do, and that is no error.
    """

    help = "Run the chain once: pull alerts, judge, find hosts, rank, plan, request and report."
    # hints about what is switched off belong to `check`, not to every run of a cron job
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", help="name of the user who acts: requests and reports need one who may")
        parser.add_argument(
            "--since-hours", type=float, metavar="H", help="also work on candidates that changed in the last H hours"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        night = pipeline.Night(user=users.named(options["user"]), progress=progress.shown)
        if options["since_hours"] is not None:
            start = night.now - timedelta(hours=options["since_hours"])
            night.targets |= set(Candidate.objects.filter(modified__gte=start).values_list("pk", flat=True))
        pipeline.run(night, self._stages())
        for problem in night.problems:
            self.stderr.write(problem)
        self.stdout.write(night.summary())

    def _stages(self) -> list[pipeline.Stage]:
        try:
            return pipeline.stages()
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
