"""System check: files of the setting XMATCH_CATALOGUES."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Warning, register

from tom_alerce_like import conf


@register()
def xmatch_catalogues(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report catalogues that are not there."""
    given = conf.get("XMATCH_CATALOGUES")
    if not isinstance(given, dict):
        return []  # the core's own check says so
    return [
        Warning(
            f"The catalogue {name!r} of XMATCH_CATALOGUES is not there: {path}",
            hint="Give the path of a parquet or CSV file, of a folder of such, or of a HATS folder.",
            id="tom_alerce_like_crossmatch.W001",
        )
        for name, path in given.items()
        if not Path(str(path)).exists()
    ]
