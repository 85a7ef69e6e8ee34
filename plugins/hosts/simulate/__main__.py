"""Compare simulated with real fields: ``python -m tom_alerce_like.plugins.hosts.simulate DATA PICTURE.png``.

DATA holds hosts/alerce_hosts.parquet. Prints offsets of transients from their hosts beside those of the hosts that
people chose before a machine proposed any, counts of galaxies and the cost; draws sixteen fields.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from tom_alerce_like.plugins.hosts.simulate import galaxies, hosts, sky
from tom_alerce_like.plugins.hosts.simulate.sky import Sky

#: From this day on the astronomers saw DELIGHT's proposal.
LAST_DAY = 20220721
#: Shades of grey but one: few, so that noise can be packed.
LEVELS = 15
SHARES = (5, 16, 50, 84, 95, 99)


def real_offsets(data: Path) -> np.ndarray:
    """Return separations (arcsec) of transients from hosts with positions of their own in a catalogue."""
    rows = pd.read_parquet(data / "hosts" / "alerce_hosts.parquet")
    rows = rows[(pd.to_numeric(rows["date"]) <= LAST_DAY) & (rows["quality"] == "A")]
    return rows["sep_arcsec"].dropna().to_numpy()


def simulated_offsets(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return separations and magnitudes of hosts, drawn without their images."""
    drawn = [hosts.host(np.random.default_rng([k, seed]), hosts.LARGE_SHARE, hosts.FAINT_SHARE) for k in range(n)]
    table = galaxies.joined(*drawn)
    return np.hypot(table["east_arcsec"], table["north_arcsec"]), table["mag"]


def described(values: np.ndarray) -> str:
    """Return percentiles with their 95 per cent bootstrap intervals."""
    rng = np.random.default_rng(0)
    again = [np.percentile(rng.choice(values, len(values)), SHARES) for _ in range(300)]
    low, high = np.percentile(again, [2.5, 97.5], axis=0)
    parts = zip(np.percentile(values, SHARES), low, high, strict=True)
    return f"n = {len(values)}: " + "  ".join(f"{value:.2f} [{a:.2f}, {b:.2f}]" for value, a, b in parts)


def drawn(made: Sky, path: Path) -> None:
    """Draw the first sixteen fields, each in its own asinh stretch, with marks above and below the transient."""
    tiles = np.full((16, 162, 162), LEVELS // 2)
    for tile, image in zip(tiles, made.fields.images[:16].reshape(16, 160, 3, 160, 3).mean(axis=(2, 4)), strict=True):
        middle = np.nanmedian(image)
        noise = 1.48 * np.nanmedian(np.abs(image - middle))
        shown = np.nan_to_num(0.12 + np.arcsinh((image - middle) / (2 * noise)) / 5, nan=0.35)
        tile[1:-1, 1:-1] = np.rint(LEVELS * np.clip(shown, 0, 1))
        tile[[74, 75, 76, 77, 84, 85, 86, 87], 81] = LEVELS
    sheet = tiles[:, ::-1].reshape(4, 4, 162, 162).swapaxes(1, 2).reshape(648, 648)
    shades = Image.fromarray((sheet * 255 // LEVELS).astype(np.uint8))
    shades.quantize(LEVELS + 1).save(path, optimize=True, bits=4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("picture", type=Path)
    arguments = parser.parse_args()
    apart, mag = simulated_offsets(20_000, 5)
    print("percentiles", SHARES)
    print("real, arcsec", described(real_offsets(arguments.data)))
    print("SIMULATED, arcsec", described(apart[mag < hosts.FAINTEST_MAG]))
    print("SIMULATED, r < 22", described(apart[mag < 22]))
    start = time.process_time()
    made = sky(100, seed=7)
    print(f"{10 * (time.process_time() - start):.1f} ms of processor time a field")
    field = made.sources[(made.sources["is_star"] == 0) & (made.sources["is_host"] == 0)]
    area_deg2 = len(made.fields) * (2 * galaxies.HALF_SIDE_ARCSEC / 3600) ** 2
    for limit in (18, 20, 22, 24):
        print(f"SIMULATED galaxies to r = {limit}: {(field['mag'] < limit).sum() / area_deg2:.0f} per square degree")
    drawn(made, arguments.picture)


if __name__ == "__main__":
    main()
