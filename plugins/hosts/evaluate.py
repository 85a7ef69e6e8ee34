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
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue
from tom_alerce_like.sky import separation_arcsec

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
    """Return for each row: claimed (a host more likely than none), right, known (host in the catalogue), P, d.

    ``dlr`` is that of the chosen host, NaN where it is not among the candidates.
    """
    chosen = answer.candidates[answer.candidates["id"].to_numpy() == host[answer.candidates["row"]].to_numpy()]
    best = answer.candidates[answer.candidates["rank"] == 1].set_index("row").reindex(range(len(rows)))
    table = pd.DataFrame({"probability": best["probability"], "known": host != ""})
    table["dlr"] = chosen.set_index("row")["dlr"].reindex(range(len(rows)))
    table["claimed"] = best["probability"] > answer.none
    table["right"] = table["claimed"] & (best["id"] == host)
    return table


def interval(right: int, total: int) -> str:
    """Return a fraction with its 95 per cent Wilson interval."""
    if not total:
        return "no cases"
    z2, p = 1.96**2, right / total
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = np.sqrt(z2 * (p * (1 - p) / total + z2 / (4 * total**2))) / (1 + z2 / total)
    return f"{100 * p:.2f} % [{100 * (middle - half):.2f}, {100 * (middle + half):.2f}] ({right} of {total})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    catalogue = GladeCatalogue(data / "catalogues" / "glade_plus_bright.parquet")
    rows = chosen_by_people(data)
    host = truth(rows, catalogue)
    start = time.perf_counter()
    answer = associate(rows["sn_ra"], rows["sn_dec"], [catalogue])
    print(f"{len(rows)} transients associated in {time.perf_counter() - start:.2f} s")
    table = verdicts(rows, answer, host)
    fit, test = table[1::2], table[::2]
    print(f"from the odd rows: scale {fit['dlr'].mean() / 2:.3f}, completeness {fit['known'].mean():.3f}")
    report(test, (rows["quality"] == "N")[::2])


def report(test: pd.DataFrame, none_picked: pd.Series) -> None:
    """Print the figures of docs/modules/hosts.md."""
    known, absent = test[test["known"]], test[~test["known"]]
    print("host in the catalogue, right:", interval(int(known["right"].sum()), len(known)))
    print("  claimed another galaxy:", interval(int((known["claimed"] & ~known["right"]).sum()), len(known)))
    print("host not in the catalogue, claimed:", interval(int(absent["claimed"].sum()), len(absent)))
    none = test[none_picked]
    print("  of these, people picked none, claimed:", interval(int(none["claimed"].sum()), len(none)))
    claims = test[test["claimed"]]
    print("claims that are right:", interval(int(claims["right"].sum()), len(claims)))
    for low, high in pairwise(BINS):
        part = claims[(claims["probability"] > low) & (claims["probability"] <= high)]
        said = part["probability"].mean()
        print(f"  P in ({low}, {high}], mean {said:.3f}: right", interval(int(part["right"].sum()), len(part)))


if __name__ == "__main__":
    main()
