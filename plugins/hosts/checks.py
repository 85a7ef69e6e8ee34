"""System checks: catalogues that hosts are looked for in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from tom_alerce_like import conf
from tom_alerce_like.plugins.hosts.online import ONLINE


@register()
def host_catalogues(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say what missing catalogues switch off."""
    entries = [str(entry) for entry in conf.get("HOST_CATALOGUES")]
    if not entries:
        hint = 'Set TOM_ALERCE_LIKE["HOST_CATALOGUES"] to parquet files of galaxies, HATS folders, "vizier" or "ned".'
        return [
            Info("No galaxy catalogue is set: hosts are not looked for.", hint=hint, id="tom_alerce_like_hosts.I001")
        ]
    return [
        Warning(
            f"The galaxy catalogue {entry!r} is no file or folder: hosts are not looked for in it.",
            hint=f"Correct the path, or name an online service: {', '.join(ONLINE)}.",
            id="tom_alerce_like_hosts.W001",
        )
        for entry in entries
        if entry not in ONLINE and not Path(entry).exists()
    ]
