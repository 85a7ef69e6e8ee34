"""Ports of this machine, for the sandbox and for the TOM."""

from __future__ import annotations

import os
import socket

HOST = "127.0.0.1"


def free() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def require(port: int) -> None:
    """End the program, and say what to do, when somebody listens on ``port``."""
    with socket.socket() as probe:
        # as the server that will listen there does: a connection that was just closed is no hindrance
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise SystemExit(f"Port {port} cannot be used ({error}). Take another: make demo PORT=8001") from error


def reach_directly() -> None:
    """Keep a proxy that this shell names from what stays on this machine."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = f"{known},{HOST}" if known else HOST
