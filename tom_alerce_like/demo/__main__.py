"""Make a TOM, start the sandbox, run a night, serve the TOM.

The broker answers, the telescopes and the TNS of the night are simulated on this machine (``tom_alerce_like.sandbox``);
with ``--live`` the public brokers are read instead, and with ``--alerts`` a folder of alert files. Requests and reports
go to the sandbox always.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tom_alerce_like.alerts import files
from tom_alerce_like.demo import night, ports, sandbox, site
from tom_alerce_like.sandbox.settings import settings as sandbox_settings

INTERRUPTED = 130


def settings(arguments: argparse.Namespace, url: str, sandbox_folder: Path) -> tuple[dict[str, Any], ...]:
    """Return DATA_SERVICES, FACILITIES and TOM_ALERCE_LIKE of the demonstration."""
    everything = sandbox_settings(url)
    services, facilities = everything["DATA_SERVICES"], everything["FACILITIES"]
    services["TNS"]["authors"] = "The demonstration"
    ours: dict[str, Any] = {"GROUPS": ["Observers"], "AUTO_SUBMIT": True, "AUTO_REPORT": True, "HOST_CATALOGUES": []}
    if arguments.live:
        services = {"TNS": services["TNS"]}
        ours["HOST_CATALOGUES"] = ["vizier"]
    elif not arguments.alerts:
        ours["HOST_CATALOGUES"] = [str(sandbox_folder / "galaxies.parquet")]
    if arguments.alerts:
        ours["ARCHIVE"] = str(arguments.alerts.resolve())
    if arguments.catalogue:
        ours["HOST_CATALOGUES"] = [str(arguments.catalogue.resolve())]
    return services, facilities, ours


def start_django(home: Path) -> None:
    """Make this process the TOM's."""
    sys.path.insert(0, str(home))
    os.chdir(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{site.PROJECT}.settings"
    import django

    django.setup()


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tom_alerce_like.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where the TOM lives (made when absent)")
    parser.add_argument("--no-serve", action="store_true", help="stop after the night")
    parser.add_argument("--port", type=int, default=8000, help="where the TOM is served (default: 8000)")
    parser.add_argument("--live", action="store_true", help="read the public brokers")
    parser.add_argument("--alerts", type=Path, metavar="FOLDER", help="read alert files instead of brokers")
    parser.add_argument("--catalogue", type=Path, metavar="FILE", help="galaxies (parquet) in which hosts are sought")
    arguments = parser.parse_args(words)
    if arguments.alerts and not files.found(arguments.alerts.resolve()):
        parser.error(f"{arguments.alerts} holds no alert files ({', '.join(files.SUFFIXES)})")
    for path in (arguments.alerts, arguments.catalogue):
        if path and not path.exists():
            parser.error(f"{path} does not exist")
    return arguments


def main() -> None:
    """Run the demonstration; the sandbox ends with it, however it ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(parse())
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED)


def run(arguments: argparse.Namespace) -> None:
    """Make the TOM, run the night, and serve."""
    if not arguments.no_serve:
        ports.require(arguments.port)
    ports.reach_directly()
    folder = arguments.folder.resolve()
    print(f"Making a TOM in {folder} ...", flush=True)
    home = site.create(folder)
    port, sandbox_folder = ports.free(), folder / "sandbox"
    site.configure(home, *settings(arguments, f"http://{ports.HOST}:{port}", sandbox_folder))
    with sandbox.running(home, port, sandbox_folder) as url:
        start_django(home)
        run_night(arguments, url)
        if not arguments.no_serve:
            serve(arguments.port)


def run_night(arguments: argparse.Namespace, url: str) -> None:
    """Prepare the observer and the queries, run the chain and print what it did."""
    from django.core.management import call_command

    user, password = night.observer()
    if arguments.alerts:
        night.forget_queries()
    else:
        night.save_queries(user)
    print(f"Simulated telescopes and TNS (what they received: {url}/)")
    print(f"Login at http://{ports.HOST}:{arguments.port}: {night.USER} / {password}", flush=True)
    call_command("alerce_run", user=night.USER)


def serve(port: int) -> None:
    """Serve the TOM until it is interrupted."""
    from django.core.management import call_command

    # the server itself would end this process at once, and the sandbox would stay
    ports.require(port)
    print(f"Serving the TOM at http://{ports.HOST}:{port}/alerce/candidates/ (Ctrl-C ends it)", flush=True)
    call_command("runserver", f"{ports.HOST}:{port}", use_reloader=False, verbosity=0)


if __name__ == "__main__":
    main()
