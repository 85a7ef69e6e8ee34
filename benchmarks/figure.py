"""What every benchmark prints, and where it finds real data.

A benchmark is a module of this package with a function ``main``: ``python -m benchmarks.NAME``.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Folder of real alerts and recorded replies; the variable DATA overrides the default.
SHARED = ROOT.parent / "shared" / "data"
DATA = Path(os.environ.get("DATA") or SHARED)
#: The survey's own weights; a folder of other alerts need not hold a copy.
BRAAI_WEIGHTS = next(filter(Path.is_file, (f / "weights" / "braai_d6_m7.h5" for f in (DATA, SHARED))), None)


def figure(name: str, value: float, unit: str, peer: tuple[str, float] | None = None) -> str:
    """Print and return ``figure: NAME VALUE UNIT [peer NAME VALUE, ratio R]``.

    ``peer`` is what another way reached in the same run, in the same unit; R is the peer's value over ours.
    """
    line = f"figure: {name} {value:.6g} {unit}"
    if peer:
        line += f" [peer {peer[0]} {peer[1]:.6g}, ratio {peer[1] / value:.3g}]"
    print(line, flush=True)
    return line
