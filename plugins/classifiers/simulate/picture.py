"""Draw simulated stamps beside real ones: ``python -m tom_alerce_like.plugins.classifiers.simulate.picture DATA PNG``.

DATA holds ztf_alerts/. Real stamps are the first alerts of a label that have every pixel.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tom_alerce_like.plugins.classifiers import labelled, pixels
from tom_alerce_like.plugins.classifiers.pictures import images
from tom_alerce_like.plugins.classifiers.simulate import Backgrounds, examples

SEED = 6
#: Kinds of simulated stamps, and labels of real ones that they stand for.
PAIRS = {
    "in_galaxy": "SN",
    "variable_star": "VS",
    "minor_planet": "asteroid",
    "mismatch": "bogus",
    "ghost": "bogus",
    "bad_line": "bogus",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("png", type=Path)
    options = parser.parse_args()
    alerts = labelled.examples(options.data)
    stamps = pixels.triplets(alerts)
    labels = alerts["label"].where(np.isfinite(stamps).all(axis=(1, 2, 3))).to_numpy()
    backgrounds = Backgrounds.of(labelled.read(options.data, labelled.UNLABELLED))
    rng = np.random.default_rng(SEED)
    drawn, captions, used = [], [], set()
    for kind, label in PAIRS.items():
        real = next(row for row in np.flatnonzero(labels == label) if row not in used)
        used.add(real)
        drawn += [examples(1, backgrounds, rng, [kind])[0][0], stamps[real]]
        captions += [f"simulated: {kind}", f"real: {label} {alerts['object_id'][real]}"]
    images(np.stack(drawn), captions, options.png)


if __name__ == "__main__":
    main()
