"""The module that serves: three cutouts in, the survey's own probability out, by ONNX Runtime."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.classifiers.braai.prepare import COLUMNS, triplets
from tom_alerce_like.plugins.classifiers.braai.reader import read, release
from tom_alerce_like.serving import started

logger = logging.getLogger(__name__)
#: Alerts that are decoded and judged at a time: with their inner layers they take about 40 MB.
BATCH = 64


class Braai:
    """Repeats ZTF's ``drb``, the probability that an alert is real; docs/modules/braai.md is its model card.

    Without weights it judges nothing. ``version`` is the name of the weights, as in the packet's ``drbversion``.

    Parameters
    ----------
    weights, sha256 : the file of weights and its checksum; by default the settings BRAAI_WEIGHTS and BRAAI_SHA256
    """

    name = "braai"
    columns = COLUMNS
    classes = ("real",)

    def __init__(self, weights: Path | str | None = None, sha256: str | None = None) -> None:
        self._weights, self._sha256 = weights, sha256

    @property
    def weights(self) -> str:
        """Return the path of the weights, empty where none is given."""
        return str(self._weights or conf.get("BRAAI_WEIGHTS") or "")

    @property
    def sha256(self) -> str:
        return self._sha256 or conf.get("BRAAI_SHA256")

    @property
    def version(self) -> str:
        return release(self.sha256).name

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return the probability that each alert is real; NaN where a stamp is missing, and without weights."""
        real = np.full(len(alerts), np.nan)
        if len(alerts) and (net := _net(self.weights, self.sha256)):
            for start in range(0, len(alerts), BATCH):
                stamps = triplets(alerts.iloc[start : start + BATCH], release(self.sha256).by_row)
                known = np.flatnonzero(~np.isnan(stamps[:, 0, 0, 0]))
                if known.size:
                    real[start + known] = net.run(["real"], {"stamps": stamps[known]})[0][:, 0]
        return pd.DataFrame({"real": real}, index=alerts.index)


@cache
def _net(weights: str, sha256: str) -> Any:
    """Return the session of these weights, or None with one line in the log: fetched later, they need a new process."""
    from tom_alerce_like.plugins.classifiers.braai.graph import onnx_bytes

    try:
        if not weights:
            raise ConfigurationError("TOM_ALERCE_LIKE['BRAAI_WEIGHTS'] names no file")
        return started(onnx_bytes(read(Path(weights), sha256)))
    except ConfigurationError as error:
        logger.warning("braai judges nothing: %s", error)
        return None
