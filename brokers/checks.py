"""System check of the brokers: what a missing setting switches off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Info, register

from tom_alerce_like import conf


@register()
def archive_folder(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Tell that the archive is off; the other brokers are read without credentials."""
    folder = conf.get("ARCHIVE")
    if folder and Path(folder).is_dir():
        return []
    message = f"ARCHIVE of TOM_ALERCE_LIKE is no folder: {folder}" if folder else "TOM_ALERCE_LIKE has no ARCHIVE"
    hint = "Set TOM_ALERCE_LIKE['ARCHIVE'] to a folder of Avro or parquet alerts; now Alert-archive is off."
    return [Info(message, hint=hint, id="tom_alerce_like_brokers.I001")]
