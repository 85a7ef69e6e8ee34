"""Measure the association against hosts that people chose: ``python -m tom_alerce_like.plugins.hosts.evaluate DATA``.

DATA holds hosts/alerce_hosts.parquet and catalogues/glade_plus_bright.parquet. Only hosts that were chosen without a
machine's proposal on the screen are used. The profile's scale and the completeness come from the rows of odd number,
every figure from the rows of even number.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.hosts.associate import Association, associate
from tom_alerce_like.plugins.hosts.claim import claimed
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue
from tom_alerce_like.sky import separation_arcsec

GLADE = "catalogues/glade_plus_bright.parquet"
BINS = (0.5, 0.9, 0.99, 0.999, 1.0)


def chosen_by_people(data: Path) -> pd.DataFrame:
    """Return transients with positions of their own and of the host (NaN: none picked)."""
    rows = pd.read_parquet(data / "hosts" / "alerce_hosts.parquet")
    usable = rows["quality"].isin(["A", "B"]) & rows["host_ra"].notna() | (rows["quality"] == "N")
    rows = rows[usable & ~rows["delight_was_shown"] & rows["sn_ra"].notna()]
    return rows.sort_values("oid").reset_index(drop=True)


def truth(rows: pd.DataFrame, catalogue: GladeCatalogue) -> pd.Series:
    """Return the catalogue's id of each chosen host, empty where the catalogue lacks it."""
    ra, dec = rows["host_ra"].to_numpy(), rows["host_dec"].to_numpy()
    near = catalogue.cone(ra, dec, 300.0)
    row = near["row"].to_numpy()
    near["apart"] = separation_arcsec(near["ra_deg"], near["dec_deg"], ra[row], dec[row])
    same = near[near["apart"] < np.maximum(2.0, 0.9 * near["a_arcsec"])].sort_values("apart").drop_duplicates("row")
    return same.set_index("row")["id"].reindex(range(len(rows))).fillna("")


def verdicts(rows: pd.DataFrame, answer: Association, host: pd.Series) -> pd.DataFrame:
    """Return for each row: claimed (see `claim`), first and right, known (host in the catalogue), probability, dlr.

    ``first``: the chosen host comes first, claimed or not; ``right``: it does and is claimed. ``dlr`` is that of the
    chosen host, NaN where it is not among the candidates.
    """
    chosen = answer.candidates[answer.candidates["id"].to_numpy() == host[answer.candidates["row"]].to_numpy()]
    best = answer.candidates[answer.candidates["rank"] == 1].set_index("row").reindex(range(len(rows)))
    table = pd.DataFrame({"probability": best["probability"], "known": host != ""})
    table["dlr"] = chosen.set_index("row")["dlr"].reindex(range(len(rows)))
    table["claimed"] = claimed(best["probability"].to_numpy(), answer.none)
    table["first"] = table["known"] & (best["id"] == host)
    table["right"] = table["claimed"] & table["first"]
    return table


def against_people(data: Path) -> pd.DataFrame:
    """Return the `verdicts` on all transients whose hosts people chose."""
    rows, catalogue = chosen_by_people(data), GladeCatalogue(data / GLADE)
    answer = associate(rows["sn_ra"], rows["sn_dec"], [catalogue])
    table = verdicts(rows, answer, truth(rows, catalogue))
    return table.assign(none_picked=rows["quality"] == "N")


def wilson(right: int, total: int) -> tuple[float, float, float]:
    """Return a fraction with its 95 per cent Wilson interval."""
    z2, p = 1.96**2, right / total
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = np.sqrt(z2 * (p * (1 - p) / total + z2 / (4 * total**2))) / (1 + z2 / total)
    return p, max(0.0, middle - half), min(1.0, middle + half)


def interval(right: int, total: int) -> str:
    """Return the same in words."""
    if not total:
        return "no cases"
    p, low, high = (100 * value for value in wilson(right, total))
    return f"{p:.2f} % [{low:.2f}, {high:.2f}] ({right} of {total})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    start = time.perf_counter()
    table = against_people(data)
    print(f"{len(table)} transients associated in {time.perf_counter() - start:.2f} s")
    fit, test = table[1::2], table[::2]
    print(f"from the odd rows: scale {fit['dlr'].mean() / 2:.3f}, completeness {fit['known'].mean():.3f}")
    report(test)


def report(test: pd.DataFrame) -> None:
    """Print the figures of docs/modules/hosts.md."""
    known, absent = test[test["known"]], test[~test["known"]]
    print("host in the catalogue, comes first:", interval(int(known["first"].sum()), len(known)))
    print("  and is claimed:", interval(int(known["right"].sum()), len(known)))
    print("  claimed another galaxy:", interval(int((known["claimed"] & ~known["right"]).sum()), len(known)))
    print("host not in the catalogue, claimed:", interval(int(absent["claimed"].sum()), len(absent)))
    none = test[test["none_picked"]]
    print("  of these, people picked none, claimed:", interval(int(none["claimed"].sum()), len(none)))
    claims = test[test["claimed"]]
    print("claims that are right:", interval(int(claims["right"].sum()), len(claims)))
    for low, high in pairwise(BINS):
        part = claims[(claims["probability"] > low) & (claims["probability"] <= high)]
        said = part["probability"].mean()
        print(f"  P in ({low}, {high}], mean {said:.3f}: right", interval(int(part["right"].sum()), len(part)))


if __name__ == "__main__":
    main()
