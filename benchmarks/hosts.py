"""How well hosts are found, beside peers: ``python -m benchmarks.hosts``.

Simulated fields (variables SEED and N), hosts that people chose, real stamps of ZTF, redshifts of BTS, cost, and the
cross-match. Each part that lacks its data says so and is left out.
"""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from benchmarks import crossmatch, host_cost, host_peers, host_real, host_simulated
from benchmarks.figure import DATA
from benchmarks.host_grades import Answers
from benchmarks.host_simulated import at
from tom_alerce_like.plugins.hosts.methods import METHODS
from tom_alerce_like.plugins.hosts.simulate.sky import Sky


def others(folder: Path) -> dict[str, Callable[[Sky], Answers | None]]:
    """Return the methods that are usable alone, and the peers that are installed beside us."""

    def of_method(locate: Callable) -> Callable[[Sky], Answers | None]:
        return lambda sky: at(sky.fields, locate(sky.fields))

    return {name: of_method(locate) for name, locate in METHODS.items()} | host_peers.peers(folder)


def main() -> None:
    """Print every figure; a part that fails says why, and the run fails at its end."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        parts: dict[str, Callable[[], None]] = {
            "simulated": lambda: host_simulated.figures("", others(Path(folder))),
            "training simulator": lambda: host_simulated.figures("_training_simulator", {}),
            "people": lambda: host_real.chosen_hosts(DATA),
            "stamps": lambda: host_real.stamps(DATA),
            "distances": lambda: host_real.distances(DATA),
            "cost": host_cost.figures,
            "crossmatch": lambda: crossmatch.figures(DATA),
        }
        for name, part in parts.items():
            try:
                part()
            except FileNotFoundError as error:
                print(f"skipped: {name}: {error}", flush=True)
            except Exception:
                traceback.print_exc()
                failed.append(name)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
