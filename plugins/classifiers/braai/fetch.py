"""Bring the weights of braai to where the setting says: the only place that asks the network for them."""

from __future__ import annotations

from pathlib import Path

import requests

from tom_alerce_like import http
from tom_alerce_like.exceptions import ConfigurationError, InputError
from tom_alerce_like.plugins.classifiers.braai.reader import arrays


def fetch(source: str, weights: Path, sha256: str, session: requests.Session) -> int:
    """Store what ``source``, a URL or a path, holds in the file ``weights`` and return its size in bytes.

    Nothing is stored unless it has the checksum and is a braai network. Raises `ConfigurationError`, `InputError` for a
    file that cannot be read, and the `ServiceError` family.
    """
    data = _bytes(source, session)
    arrays(data, sha256)
    try:
        weights.parent.mkdir(parents=True, exist_ok=True)
        part = weights.with_name(f"{weights.name}.part")
        part.write_bytes(data)
        part.replace(weights)  # a module that loads at this moment sees the whole file or none
    except OSError as error:
        raise ConfigurationError(f"the weights cannot be written to {weights}: {error.strerror}") from error
    return len(data)


def _bytes(source: str, session: requests.Session) -> bytes:
    if source.startswith(("https://", "http://")):
        return http.fetch(session, "GET", source)[1]
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}") from error
