"""Serve a simulated night on this machine."""

from __future__ import annotations

import threading
from pathlib import Path
from pprint import pformat
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tom_alerce_like.sandbox.server import Sandbox


class Command(BaseCommand):
    help = (
        "Serve a simulated night on this machine: ALeRCE, Fink, TNS and an observation portal on one port, nothing of "
        "it real. Writes galaxies.parquet, a galaxy catalogue for hosts, into the folder, prints settings that point a "
        "TOM to the services, and runs until Ctrl-C."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8900, help="0 takes any free port (default: 8900)")
        parser.add_argument("--folder", type=Path, default=Path("."), help="where galaxies.parquet goes (default: .)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another night (default: 1)")
        parser.add_argument("--objects", type=int, default=300, help="how many objects (default: 300)")

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = options["folder"].resolve() / "galaxies.parquet"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        try:
            sandbox = Sandbox(options["seed"], options["objects"], options["port"])
        except (OSError, OverflowError) as error:
            raise CommandError(f"port {options['port']}: {error}") from error
        sandbox.night.write_galaxies(catalogue)
        with sandbox:
            self.stdout.write(_greeting(sandbox, catalogue))
            self.stdout.flush()
            _until_interrupted()


def _greeting(sandbox: Sandbox, catalogue: Path) -> str:
    lines = [f"Simulated night at {sandbox.url}/ (seed {sandbox.night.seed}, {sandbox.night.day}). Ctrl-C ends it.", ""]
    lines += ["# settings of a TOM that talks to it"]
    lines += [f"{name} = {pformat(value, sort_dicts=False)}" for name, value in sandbox.settings().items()]
    return "\n".join([*lines, f"TOM_ALERCE_LIKE = {pformat({'HOST_CATALOGUES': [str(catalogue)]})}"])


def _until_interrupted() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
