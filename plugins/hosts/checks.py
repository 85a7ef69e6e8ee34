"""System checks: catalogues and images that hosts are looked for in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from tom_alerce_like import conf
from tom_alerce_like.plugins.hosts.online import HIPS, ONLINE, STAMPS


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


@register()
def host_images(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report sources of images that there are not."""
    return [
        Warning(
            f"HOST_IMAGES names {entry!r}, which is no source of images: hosts are looked for without images.",
            hint=f"Name some of: {', '.join([STAMPS, *HIPS])}.",
            id="tom_alerce_like_hosts.W002",
        )
        for entry in map(str, conf.get("HOST_IMAGES"))
        if entry not in (STAMPS, *HIPS)
    ]


@register()
def host_cache(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a folder for answers that cannot be written, and services whose answers nobody keeps."""
    folder = conf.get("HOST_CACHE")
    named = {str(entry) for name in ("HOST_CATALOGUES", "HOST_IMAGES") for entry in conf.get(name)}
    online = sorted(named & {*ONLINE, *HIPS})
    if folder is None:
        hint = 'Set TOM_ALERCE_LIKE["HOST_CACHE"] to a folder; an answer is then kept for a month.'
        message = f"Answers of {', '.join(online)} are not kept: each night asks again."
        return [Info(message, hint=hint, id="tom_alerce_like_hosts.I002")] if online else []
    path = Path(folder)
    nearest = next(one for one in (path, *path.absolute().parents) if one.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return []
    hint = "Name a folder that this user may write in; it is made when it is not there."
    return [Warning(f"HOST_CACHE {folder!r} cannot be written.", hint=hint, id="tom_alerce_like_hosts.W003")]
