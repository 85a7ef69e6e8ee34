"""The learned layer: how the terms of the evidence are weighed, as `choice_train` found it.

A conditional logit (McFadden 1974): a small net scores each candidate, another one the case that none is the host, and
the softmax over both is the probability. A temperature and an offset of none make it mean what it says, two numbers for
each kind of source.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.evidence import FLAGS, PLACE_TERMS, TERMS
from tom_alerce_like.plugins.hosts.places import Places
from tom_alerce_like.serving import notes, session

Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "weights" / "choice.onnx"
#: What a candidate's score knows of its place.
CONTEXT = ("has_image", "has_catalogue", "has_redshift", "depth_mag", "image_depth_mag", "log_count", "map_none")
#: Kinds of sources; each has a calibration of its own.
KINDS = ("catalogue", "image", "both")
#: Rows go through the net in blocks of this length: the last digits would depend on the length otherwise.
_BLOCK = 64


def features(candidates: pd.DataFrame, places: pd.DataFrame) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the nets see: (candidates, terms), (places, terms); NaN where unknown."""
    context = places[list(CONTEXT)].to_numpy(np.float32)[candidates["row"].to_numpy()]
    own = candidates[[*TERMS, *FLAGS]].to_numpy(np.float32)
    return np.hstack([own, context]), places[list(PLACE_TERMS)].to_numpy(np.float32)


def kind(places: pd.DataFrame) -> NDArray[np.int64]:
    """Return the number of each place's kind of sources in `KINDS`."""
    has_image, has_catalogue = places["has_image"].to_numpy() > 0, places["has_catalogue"].to_numpy() > 0
    return np.where(has_image, np.where(has_catalogue, 2, 1), 0)


def probabilities(candidates: pd.DataFrame, places: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the probability of each candidate of an `evidence.Evidence`, and of none for each place."""
    score, none = scores(*features(candidates, places))
    temperature, offset = _calibration()[kind(places)].T
    return softmax(score, none + offset, candidates["row"].to_numpy(), temperature)


def softmax(score: Floats, none: Floats, row: NDArray[np.int64], temperature: Floats) -> tuple[Floats, Floats]:
    """Return probabilities of candidates (k,) and of none (n,) from their scores."""
    among = Places(row, len(none))
    score, none = score / temperature[row], none / temperature
    highest = np.maximum(among.max(score), none)
    power, rest = np.exp(score - highest[row]), np.exp(none - highest)
    total = among.sum(power) + rest
    return power / total[row], rest / total


@cache
def _calibration() -> Floats:
    """Return temperature and offset of none for each of `KINDS`, (3, 2)."""
    said = json.loads(notes(WEIGHTS)["calibration"])
    return np.array([said[name] for name in KINDS])


def scores(candidates: NDArray[np.float32], places: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Return the scores of candidates and of none by the nets, from their features."""
    inputs = {"candidates": candidates, "places": places}
    made = {name: np.empty(len(rows)) for name, rows in inputs.items()}
    block = {name: np.zeros((_BLOCK, rows.shape[1]), np.float32) for name, rows in inputs.items()}
    for start in range(0, max(len(candidates), len(places)), _BLOCK):
        parts = {name: rows[start : start + _BLOCK] for name, rows in inputs.items()}
        for name, part in parts.items():
            block[name][: len(part)] = part
        said = session(WEIGHTS).run(["candidates_score", "places_score"], block)
        for (name, part), score in zip(parts.items(), said, strict=True):
            made[name][start : start + len(part)] = score[: len(part), 0]
    return made["candidates"], made["places"]
