"""Class probabilities in ALeRCE's answers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tom_alerce_like.brokers.reply import Row, numbers, texts
from tom_alerce_like.brokers.table import classifications

SOURCE = "ALeRCE"


def probabilities(
    found: Sequence[Row], survey: str, object_ids: Sequence[str], classifier: str, version: str, class_name: str
) -> pd.DataFrame:
    """Return a classification table of rows that name the classifier, its version and the class in these fields."""
    return classifications(
        {
            "survey": [survey] * len(found),
            "object_id": list(object_ids),
            "source": [SOURCE] * len(found),
            "classifier": texts(found, classifier),
            "version": texts(found, version),
            "class_name": texts(found, class_name),
            "probability": numbers(found, "probability"),
        }
    )


def of_object(found: Sequence[Row], survey: str, oid: str) -> pd.DataFrame:
    """Return the classification table of the answer about one object."""
    names = ("classifier_name", "classifier_version", "class_name")
    return probabilities(found, survey, [oid] * len(found), *names)
