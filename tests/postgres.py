"""A PostgreSQL server of Debian's on loopback, for as long as a test or benchmark needs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs, newest version first, or None."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(installed[0]) if installed else shutil.which(name)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server() -> Iterator[str]:
    """Start a server with a database ``tom``; gives ``host:port:user`` for TEST_DATABASE_URL."""
    # the server refuses to run as root: it runs as Debian's user for it
    account = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    port = free_port()
    try:
        if account:
            shutil.chown(folder, account)
        initdb = [program("initdb"), "-D", folder / "data", "-U", "tom", "-A", "trust", "--no-sync"]
        subprocess.run(initdb, user=account, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", f"unix_socket_directories={folder}"]
        command = [program("postgres"), "-D", folder / "data", "-p", str(port), *settings]
        with subprocess.Popen(command, user=account, cwd=folder, stderr=subprocess.DEVNULL) as process:
            try:
                _create_database(port)
                yield f"127.0.0.1:{port}:tom"
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create_database(port: int, patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            with psycopg.connect(f"host=127.0.0.1 port={port} user=tom dbname=postgres", autocommit=True) as link:
                link.execute("CREATE DATABASE tom")
                return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
