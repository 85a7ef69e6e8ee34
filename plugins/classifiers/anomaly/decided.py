"""What people decided, as a file that travels to wherever the module works: features of objects, and the labels."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.anomaly.features import NAMES

logger = logging.getLogger(__name__)
Floats = NDArray[np.float64]


def write(path: Path, features: NDArray[np.floating], labels: Floats) -> None:
    """Write decisions; readers find the old file or the new one, never a part."""
    content = json.dumps({"features": NAMES, "rows": rows(features), "labels": labels.tolist()})
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(content)
    unfinished.replace(path)


def rows(features: NDArray[np.floating]) -> list[list[float | None]]:
    """Return features as JSON keeps them: to 4 digits, None where unknown."""
    return [[None if np.isnan(value) else float(f"{value:.4g}") for value in row] for row in features]


def read(path: str) -> tuple[Floats, Floats]:
    """Return features (k, features) and labels (k,); nothing decided without a file, or with one of other features."""
    nothing = np.empty((0, len(NAMES))), np.empty(0)
    if not path or not Path(path).is_file():
        return nothing
    try:
        content = json.loads(Path(path).read_text())
        # nothing decided is an empty list, which knows no features
        features = np.array(content["rows"], float).reshape(-1, len(NAMES))
        labels = np.array(content["labels"], float)
        if tuple(content["features"]) != NAMES or features.shape != (len(labels), len(NAMES)):
            raise ValueError("it is of other features")
    except (OSError, ValueError, TypeError, KeyError) as error:
        logger.warning("anomaly_score does not use the decisions in %s: %s", path, error)
        return nothing
    return features, labels
