"""What an association costs: processor time, memory and the wait for the first answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.figure import ROOT, figure
from benchmarks.host_fields import sky as simulated
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.simulate.sky import Sky
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

N_FIELDS, SERIES, SEED = 60, 3, 20261121
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
#: Runs the command on a file of fields, as a user does, and tells how much memory that took.
_COMMAND = """
import json, re, sys, time
from pathlib import Path
from tom_alerce_like.plugins.hosts import __main__ as command
start = time.perf_counter()
command.main(sys.argv[1:])
seconds = time.perf_counter() - start
# what getrusage tells begins with the memory of the process that started this one
held_kb = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(json.dumps([seconds, int(held_kb) / 1024]))
"""


def figures() -> None:
    """Print the processor's time a field, the memory of the command, and the time to the first answer."""
    sky = simulated(N_FIELDS, SEED)
    catalogue = SurveyCatalogue(sky.catalogue)
    place = sky.fields.ra_deg, sky.fields.dec_deg
    figure("image_ms", cpu_ms(lambda: associate(*place, [], fields=sky.fields)), "ms")
    figure("catalogue_ms", cpu_ms(lambda: associate(*place, [catalogue], redshift=sky.fields.redshift)), "ms")
    figure("combined_ms", cpu_ms(lambda: associate(*place, [catalogue], fields=sky.fields)), "ms")
    with tempfile.TemporaryDirectory() as folder:
        written = write(sky, Path(folder))
        _, memory_mb = run(*written)
        figure("rss_mb", memory_mb, "MiB")
        one = write(Sky(sky.fields[:1], sky.catalogue, sky.truth.iloc[:1], sky.sources), Path(folder))
        figure("first_answer_s", min(run(*one)[0] for _ in range(SERIES)), "s")


def cpu_ms(call) -> float:  # type: ignore[no-untyped-def]
    """Return the processor's time a field, the best of several series after one to warm up."""
    call()
    spent = []
    for _ in range(SERIES):
        start = time.process_time()
        call()
        spent.append(time.process_time() - start)
    return 1000 * min(spent) / N_FIELDS


def write(sky: Sky, folder: Path) -> tuple[Path, Path, Path]:
    """Write the files that the command reads; returns their paths and that of its answer."""
    paths = folder / "fields.npz", folder / "catalogue.parquet", folder / "out.csv"
    given = sky.fields
    np.savez(paths[0], images=given.images, ra_deg=given.ra_deg, dec_deg=given.dec_deg, z=given.redshift)
    sky.catalogue.to_parquet(paths[1])
    return paths


def run(fields: Path, catalogue: Path, out: Path) -> tuple[float, float]:
    """Run the command in a process of its own; returns its seconds after imports, and the largest MiB it held."""
    command = [sys.executable, "-c", _COMMAND, str(fields), str(catalogue), "-o", str(out)]
    environment = {**os.environ, **_ONE_THREAD, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    seconds, mebibytes = json.loads(printed.splitlines()[-1])
    return seconds, mebibytes
