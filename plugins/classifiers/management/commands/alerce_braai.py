"""``manage.py alerce_braai``: fetches the weights of ZTF's real/bogus network."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_alerce_like import http
from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.plugins.classifiers.braai import Braai
from tom_alerce_like.plugins.classifiers.braai.fetch import fetch


class Command(BaseCommand):
    """Fetch, check and store; the settings BRAAI_WEIGHTS and BRAAI_SHA256 say where to, and what it must be."""

    help = "Fetch the weights of ZTF's real/bogus network (braai), check them and store them in BRAAI_WEIGHTS."
    # what is missing before they are there belongs to `check`
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="URL|PATH", help="d6_m7.h5 of github.com/dmitryduev/braai, folder models")

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        module = Braai()
        if not module.weights:
            raise CommandError("TOM_ALERCE_LIKE['BRAAI_WEIGHTS'] must name the file that the weights are stored in")
        try:
            with http.session() as session:
                size = fetch(source, Path(module.weights), module.sha256, session)
        except AlerceLikeError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"braai: {module.version}, {size / 1e6:.1f} MB in {module.weights}")
