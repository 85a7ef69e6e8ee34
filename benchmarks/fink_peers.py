"""How fast ``early_sn_ia`` and ``kilonova`` judge, beside Fink's own features on the same light curves, in CPU time.

The peers are Fink's features (a sigmoid fitted by band; principal components by band) and a random forest, object by
object as Fink runs them: packages ``actsnfink`` and ``kndetect``, which fink-science 7.4 calls, where they are
installed (they are on no package index); else the same functions of the last releases of fink-science that hold them
themselves, which want no Spark: `INSTALL`. Fink's own forests are pickles of an old scikit-learn: one of as many trees
of these features is trained here instead. Making Fink's tables from alerts is not timed, nor is Spark: both are in the
peer's favour.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.figure import DATA, figure
from benchmarks.stamp_speed import per_second
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.classifiers.curves import Curves, sets

#: Folder of the peers, one release in each of its folders.
FOLDER = Path(os.environ.get("FINK") or Path(sys.prefix) / "fink")
EARLY_IA, KILONOVA = "1.0.0", "0.5.0"
INSTALL = f"for v in {EARLY_IA} {KILONOVA}; do pip install --no-deps --target {FOLDER}/$v fink-science==$v; done"
#: Rows of a table for us, objects for the peer, repetitions of a single alert.
TABLE, PEER_OBJECTS, SINGLE = 2000, 60, 100
#: Light curves end at this detection.
DETECTIONS = 8
#: Trees of Fink's forests.
TREES = {"early_ia": 30, "kilonova": 30}
PACKAGE = "tom_alerce_like.plugins.classifiers"


class Peer(NamedTuple):
    """A name, and Fink's features of one object's table (MJD, FLUXCAL, FLUXCALERR, FLT)."""

    name: str
    features: Callable[[pd.DataFrame], list[float]]


def early_ia_ratio(data: Path) -> None:
    """Print objects per second, the ratio to Fink's, and milliseconds for one alert."""
    _against("early_ia", f"{PACKAGE}.early_sn_ia", "EarlySNIa", early_ia_peer, data)


def kilonova_ratio(data: Path) -> None:
    """Print objects per second, the ratio to Fink's, and milliseconds for one alert."""
    _against("kilonova", f"{PACKAGE}.kilonova", "KilonovaClassifier", kilonova_peer, data)


def _against(name: str, module: str, kind: str, peer_of: Callable[[], Peer | None], data: Path) -> None:
    alerts, tables = light_curves(data)
    judge = getattr(import_module(module), kind)()
    ours = per_second(lambda: judge.score(alerts), len(alerts))
    one = alerts.iloc[:1]
    single = per_second(lambda: [judge.score(one) for _ in range(SINGLE)], SINGLE)
    peer = peer_of()
    theirs = None
    if peer is None:
        print(f"skipped: {name}_ratio: Fink's functions are not installed: {INSTALL}", flush=True)
    else:
        theirs = per_second(_run(peer, tables, TREES[name]), len(tables))
    figure(f"{name}_per_s", ours, "objects/s", (peer.name, theirs) if peer and theirs else None)
    if theirs:
        figure(f"{name}_ratio", ours / theirs, "")
    figure(f"{name}_ms", 1000 / single, "ms")


def light_curves(data: Path) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return alerts of real SNe Ia up to their eighth detection, and the same light curves as Fink's tables."""
    objects = sets.real(data, "ztf_bts_snia")
    curves = Curves.of(objects)
    enough = np.flatnonzero(curves.count(curves.is_detection) >= DETECTIONS)
    if not len(enough):
        raise InputError(f"no real SN Ia with {DETECTIONS} detections in {data / 'lightcurves'}")
    objects, curves = objects.iloc[enough].reset_index(drop=True), curves.take(enough).after(DETECTIONS)
    until = np.full(curves.n, 0.0)
    np.maximum.at(until, curves.row, curves.mjd)
    nested = [
        [point for point in points if point["mjd"] <= last]
        for points, last in zip(objects["lightcurve"], until, strict=True)
    ]
    alerts = objects.assign(lightcurve=pd.Series(nested, dtype=objects["lightcurve"].dtype))
    repeated = pd.concat([alerts] * -(-TABLE // len(alerts)), ignore_index=True)[:TABLE]
    flat = pd.DataFrame(
        {
            "MJD": curves.mjd,
            # SNANA's zero point is 27.5
            "FLUXCAL": curves.flux_njy * 10 ** (0.4 * (27.5 - 31.4)),
            "FLUXCALERR": curves.flux_err_njy * 10 ** (0.4 * (27.5 - 31.4)),
            "FLT": pd.Series(np.array(list("ugrizy"))[curves.band], dtype=object),
        }
    )
    ends = curves.offsets
    return repeated, [flat.iloc[ends[row] : ends[row + 1]] for row in range(min(PEER_OBJECTS, curves.n))]


def _run(peer: Peer, tables: list[pd.DataFrame], trees: int) -> Callable[[], Any]:
    """Return what does the peer's work: features of each object, one forest for all of them."""
    from sklearn.ensemble import RandomForestClassifier

    def features() -> Any:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return np.nan_to_num(np.array([peer.features(table) for table in tables], float), posinf=0, neginf=0)

    known = features()
    forest = RandomForestClassifier(trees, random_state=0, n_jobs=1).fit(known, np.arange(len(known)) % 2)
    return lambda: forest.predict_proba(features())


def early_ia_peer() -> Peer | None:
    """Return Fink's features of the rise, None where they are not installed."""
    if importlib.util.find_spec("actsnfink"):
        return Peer("fink actsnfink", import_module("actsnfink.classifier_sigmoid").get_sigmoid_features_dev)
    if not (FOLDER / EARLY_IA).is_dir():
        return None
    sys.path.insert(0, str(FOLDER / EARLY_IA))
    made: Any = import_module("fink_science.random_forest_snia.classifier_sigmoid")
    average = made.average_intraday_data
    # old pandas left a column of text out of a mean by itself
    made.average_intraday_data = lambda table: average(table.drop(columns="FLT", errors="ignore"))
    return Peer(f"fink-science {EARLY_IA}", made.get_sigmoid_features_dev)


def kilonova_peer() -> Peer | None:
    """Return Fink's principal components, None where they are not installed."""
    if importlib.util.find_spec("kndetect"):
        pcs = import_module("kndetect.utils").load_pcs()
        extract = import_module("kndetect.features").extract_features_all_lightcurves

        def newer(table: pd.DataFrame) -> list[float]:
            made = extract(table.assign(SNID=0), key="SNID", pcs=pcs, filters=["g", "r"])
            return made.drop(columns=["SNID", "key"], errors="ignore").iloc[0].to_list()

        return Peer("fink kndetect", newer)
    folder = FOLDER / KILONOVA / "fink_science"
    if not folder.is_dir():
        return None
    spec = importlib.util.spec_from_file_location("fink_kilonova", folder / "kilonova" / "lib_kn.py")
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    components = pd.read_csv(folder / "data" / "models" / "components.csv")
    pcs = pd.DataFrame({number + 1: components.iloc[number].to_numpy(float) for number in range(2)})
    # as the processor of that release calls it
    settings: dict[str, Any] = {"epoch_lim": [-50, 50], "time_bin": 0.25, "filters": ["g", "r"], "flux_lim": 0}
    return Peer(f"fink-science {KILONOVA}", lambda table: made.extract_all_filters_fink(pcs=pcs, lc=table, **settings))


def main() -> None:
    for run in (early_ia_ratio, kilonova_ratio):
        try:
            run(DATA)
        except (FileNotFoundError, ModuleNotFoundError) as problem:
            print(f"skipped: {run.__name__}: {problem}", file=sys.stdout, flush=True)


if __name__ == "__main__":
    main()
