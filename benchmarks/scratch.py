"""A TOM of its own for a benchmark: settings of the tests, a database that is thrown away."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def tom() -> Iterator[None]:
    """Set Django up on an empty, migrated database.

    SQLite in a temporary folder, or the server that the variable TEST_DATABASE_URL (``host:port:user``) names.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("TEST_DATABASE_URL"):
            settings.DATABASES["default"]["NAME"] = f"{folder}/tom.sqlite3"
        django.setup()
        call_command("migrate", verbosity=0)
        yield
