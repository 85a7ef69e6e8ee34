"""`manage.py alerce_followup`: bring follow-up requests up to date; for cron, every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.facilities import settle
from tom_alerce_like.facilities.ocs import instruments
from tom_alerce_like.facilities.ocs.portal import Portal


class Command(BaseCommand):
    """Resolve unknown outcomes, follow states, cancel surplus bookings, and read the portal's instruments."""

    help = "Brings follow-up requests up to date with the observatories, and reads the portal's instruments."
    # hints about what is switched off belong to `check`, not to every run of a cron job
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--settle",
            type=float,
            default=settle.SETTLE_S,
            metavar="SECONDS",
            help="wait this long after an attempt of unknown outcome before it is repeated (default: %(default)s)",
        )
        parser.add_argument("--no-instruments", action="store_true", help="keep the stored list of instruments")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_instruments"]:
            self._read_instruments()
        counts = settle.reconcile(options["settle"])
        text = " ".join(f"{name}={number}" for name, number in sorted(counts.items()))
        self.stdout.write(f"followup: {text or 'nothing to do'}")

    def _read_instruments(self) -> None:
        try:
            self.stdout.write(f"instruments: {instruments.refresh(Portal())}")
        except AlerceLikeError as error:
            self.stderr.write(f"instruments: kept as they were: {error}")
