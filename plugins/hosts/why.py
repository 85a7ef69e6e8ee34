"""What speaks for and against a candidate, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Light as concentrated as this, of that of the image's point sources, is said where nothing tells star from galaxy.
COMPACT = 0.95


def sentences(candidates: pd.DataFrame, place_has_redshift: np.ndarray) -> list[str]:
    """Return a short text for each candidate of `evidence.weighed`, made of its terms."""
    names = ("dlr", "log_chance", "p_star", "compactness", "log_redshift_ratio", "map_mass", "has_spec", "parts")
    columns = [candidates[name].tolist() for name in names]
    known = place_has_redshift[candidates["row"].to_numpy()].tolist()
    return [_sentence(*values) for values in zip(*columns, known, strict=True)]


def _sentence(
    dlr: float,
    log_chance: float,
    p_star: float,
    compactness: float,
    ratio: float,
    mass: float,
    is_spec: float,
    parts: int,
    known: bool,
) -> str:
    said = [f"{dlr:.1f} half-light radii out", _chance(log_chance)]
    if p_star > 0.5:
        said.append(f"probably a star ({p_star:.0%})")
    elif p_star < 0.1:
        said.append("no star")
    elif np.isnan(p_star) and compactness > COMPACT:
        said.append("as compact as a star")
    if known and ratio > 1:
        said.append(f"{'redshift' if is_spec else 'photometric redshift'} agrees with the transient's")
    elif known and ratio < -1:
        said.append(f"{'redshift' if is_spec else 'photometric redshift'} differs from the transient's")
    if mass > np.log(0.1):
        said.append(f"the image's map gives it {min(np.exp(mass), 1):.0%}")
    if parts:
        said.append("with a part listed apart" if parts == 1 else f"with {parts} parts listed apart")
    return ", ".join(said)


def _chance(log_chance: float) -> str:
    expected = np.exp(min(log_chance, 3.0))
    if expected >= 0.5:
        return (
            f"{expected:.0f} such galaxies by chance in every field"
            if expected >= 1.5
            else "1 such by chance in every field"
        )
    digits = 10 ** max(int(np.floor(np.log10(1 / expected))) - 1, 0)
    return f"1 such galaxy by chance in {int(round(1 / expected / digits) * digits):,} fields"
