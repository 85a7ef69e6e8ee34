"""``manage.py alerce_tns``: asks TNS for replies, resolves unknown outcomes, sends what is queued."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_alerce_like.plugins.tns import ledger
from tom_alerce_like.plugins.tns.account import account
from tom_alerce_like.plugins.tns.client import Client
from tom_alerce_like.plugins.tns.models import Report, State

PATIENCE_S = 600.0


class Command(BaseCommand):
    help = "Ask TNS for replies to our reports, resolve unknown outcomes, send what is queued."
    # hints about what is switched off belong to `check`, not to every run of a cron job
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on for ever, with this pause")

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        if not account().configured:
            raise CommandError("DATA_SERVICES['TNS'] needs api_key, bot_id and bot_name")
        self.once()
        while every:
            time.sleep(every)
            self.once()

    def once(self) -> None:
        client = Client(account(), patience_s=PATIENCE_S)
        ledger.settle(client)
        states = list(
            Report.objects.filter(environment=client.account.environment).order_by().values_list("state", flat=True)
        )
        self.stdout.write("tns: " + " ".join(f"{state.value}={states.count(state.value)}" for state in State))
