"""Cost of bringing targets with their light curves into a TOM: our ingest beside the toolkit's own way.

The peer is the toolkit's own ALeRCE data service, fed with the same light curves: ``to_target`` and
``to_reduced_datums``, one target at a time, without aliases (each of which would cost it a search of all targets). It
is slow, so its cost is measured on a sample, in the same TOM. Ours comes in batches, and also stores the alert and the
candidate of each target.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from benchmarks.figure import figure
from benchmarks.scratch import tom

if TYPE_CHECKING:
    from tom_alerce_like.alerts.schema import Batch

T = TypeVar("T")

N_TARGETS, N_POINTS, N_LIMITS = 2_000, 65, 15
BATCH = 250
# the large TOM is one that grew by the same number of targets every two months, for three years
NIGHTS = 65
SAMPLE = 25
SMALL, LARGE = 1_000, 50_000
BANDS = {1: "g", 2: "r"}
_EARLIER = {
    "sqlite": "date(substr(timestamp, 1, 10), '-{days} days') || substr(timestamp, 11)",
    "postgresql": "timestamp - interval '{days} days'",
}


def main() -> None:
    """Print the ratio of the costs per target, and our cost in a small and in a large TOM."""
    with tom():
        from tom_alerce_like.ingest import ingest

        def ours(n: int, seed: int) -> float:
            flat = light_curves(n, seed)
            parts = [to_batch(part.assign(row=part["row"] % BATCH)) for _, part in flat.groupby(flat["row"] // BATCH)]
            return fastest_ms(parts, lambda batch: ingest(batch, source="ALeRCE-multisurvey")) / BATCH

        ours(SMALL, seed=0)
        small = ours(N_TARGETS, seed=1)
        print(f"the toolkit's cost is that of a sample of {SAMPLE} of its targets", flush=True)
        peer = toolkit(light_curves(SAMPLE, seed=2))
        print(f"figure: ingest_ratio {peer / small:.6g} x [peer toolkit_ms_per_target {peer:.6g}]", flush=True)
        figure("ingest_ms_per_target_at_1000", small, "ms")
        fill(LARGE)
        figure("ingest_ms_per_target_at_50000", ours(N_TARGETS, seed=3), "ms")


def fastest_ms(items: Iterable[T], work: Callable[[T], Any]) -> float:
    """Return the shortest time that ``work`` takes for one item: whatever else the machine does only adds to it."""
    times = []
    for item in items:
        start = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - start) * 1e3)
    return min(times)


def light_curves(n: int, seed: int) -> pd.DataFrame:
    """Return n objects all over the sky, each with its own noise: one row per point, ordered by object and time.

    They were followed for two months, until one of the last ten nights.
    """
    rng = np.random.default_rng(seed)
    size = (n, N_POINTS)
    epoch = np.tile(np.arange(N_POINTS), (n, 1))
    peak_mag = rng.uniform(17, 19.5, (n, 1))
    mag = peak_mag + 0.002 * (epoch - 35) ** 2 / 2 + rng.normal(0, 0.05, size)
    columns = {
        "row": np.repeat(np.arange(n), N_POINTS),
        "ra_deg": np.repeat(rng.uniform(0, 360, n), N_POINTS),
        "dec_deg": np.repeat(np.degrees(np.arcsin(rng.uniform(-0.5, 1, n))), N_POINTS),
        "mjd": (60000 + rng.integers(0, 10, (n, 1)) + epoch + rng.uniform(0, 0.3, size)).ravel(),
        "fid": rng.choice(list(BANDS), size).ravel(),
        "mag": mag.ravel(),
        "mag_err": rng.uniform(0.02, 0.2, size).ravel(),
        "is_detection": (epoch >= N_LIMITS).ravel(),
    }
    flat = pd.DataFrame(columns).assign(is_forced=False)
    flat["band"] = flat["fid"].map(BANDS)
    flat["object_id"] = f"ZTF{seed:02d}" + flat["row"].astype(str)
    return flat


def to_batch(flat: pd.DataFrame) -> Batch:
    """Return light curves as the alert table, one alert per object: its last detection."""
    from tom_alerce_like.alerts import lightcurve
    from tom_alerce_like.alerts.photometry import flux_from_mag
    from tom_alerce_like.alerts.schema import Batch, frame

    flux, flux_err = flux_from_mag(flat["mag"], flat["mag_err"])
    measured = flat.assign(flux_njy=flux, flux_err_njy=flux_err)
    hidden = ["flux_njy", "flux_err_njy", "mag_err"]
    measured.loc[~measured["is_detection"], hidden] = np.nan
    newest = measured.groupby("row").tail(1).reset_index(drop=True)
    names = ("object_id", "mjd", "ra_deg", "dec_deg", "band", "mag", "mag_err", "flux_njy", "flux_err_njy")
    columns = {name: newest[name] for name in names}
    columns |= {"survey": ["ZTF"] * len(newest), "alert_id": newest["object_id"], "real_bogus": [0.9] * len(newest)}
    columns |= {"is_positive": [True] * len(newest), "lightcurve": lightcurve.nest(measured, len(newest))}
    return Batch(frame(columns))


def toolkit(flat: pd.DataFrame) -> float:
    """Return the cost per target of the toolkit's own way, in ms."""
    from tom_dataservices.data_services.alerce import AlerceDataService

    service = AlerceDataService()
    replies = [reply(points) for _, points in flat.groupby("row")]

    def work(said: tuple[dict[str, Any], dict[str, Any]]) -> None:
        datums = service.to_reduced_datums(service.to_target(said[0]), {"photometry": said[1]})
        assert len(datums) == N_POINTS

    return fastest_ms(replies, work)


def reply(points: pd.DataFrame) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Return what ALeRCE says of one object: the object, and its light curve."""
    first = points.iloc[0]
    target = {"oid": first["object_id"], "meanra": first["ra_deg"], "meandec": first["dec_deg"]}
    seen = points.rename(columns={"mag": "magpsf", "mag_err": "sigmapsf"})[points["is_detection"]]
    unseen = points.rename(columns={"mag": "diffmaglim"})[~points["is_detection"]]
    return target, {"detections": seen.to_dict("records"), "non_detections": unseen.to_dict("records")}


def fill(n: int) -> None:
    """Copy the targets of the TOM, moved over the sky and back in time, until there are ``n`` with their datums."""
    from django.core.management.color import no_style
    from django.db import connection
    from tom_dataproducts.models import PhotometryReducedDatum
    from tom_targets.models import Target

    from tom_alerce_like.models import Alert, Candidate

    have = Target.objects.latest("id").pk
    for k, moved in enumerate(range(have, n, have), start=1):
        some = f"<= {min(have, n - moved)}"
        ra = f"CASE WHEN ra < {360 - k} THEN ra + {k} ELSE ra - {360 - k} END"
        copy(Target, f"id {some}", id=f"id + {moved}", name=f"name || '-{k}'", ra=ra, dec=f"dec * {1 - k / 97}")
        owner = {"target_id": f"target_id + {moved}"}
        earlier = _EARLIER[connection.vendor].format(days=NIGHTS * k)
        copy(PhotometryReducedDatum, f"target_id {some}", **owner, timestamp=earlier)
        copy(Alert, f"target_id {some}", **owner, alert_id=f"alert_id || '-{k}'", object_id=f"object_id || '-{k}'")
        copy(Candidate, f"target_id {some}", **owner, object_id=f"object_id || '-{k}'")
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Target]):
            cursor.execute(statement)
    # else the kernel still writes the copies to disk while the next step is timed
    os.sync()
    print(f"the TOM has {Target.objects.count()} targets, {PhotometryReducedDatum.objects.count()} datums", flush=True)


def copy(model: Any, where: str, **changed: str) -> None:
    """Insert copies of a table's rows in which some columns have changed."""
    from django.db import connection

    kept = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changed]
    values = [changed.get(column, f'"{column}"') for column in kept]
    names = ", ".join(f'"{column}"' for column in kept)
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} WHERE {where}")


if __name__ == "__main__":
    main()
