"""The rest of the model card: tables, pictures, and LSST alerts of which nothing was learnt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.alerts import files
from tom_alerce_like.plugins.classifiers.pictures import confusion, stamps
from tom_alerce_like.plugins.classifiers.star_galaxy import train, truth
from tom_alerce_like.plugins.classifiers.star_galaxy.classifier import CLASSES, StarGalaxyClassifier
from tom_alerce_like.plugins.classifiers.star_galaxy.images import SATURATED

#: Types of SIMBAD that are points or nearly so, and such that are extended.
POINTS = ("QSO", "*", "EB*", "HB*", "RR*", "Ro*", "blu")
EXTENDED = ("G", "LIN")
#: Heights of small images of which both classes have many.
ALIKE = (50, 250)
DRAWN = 6


def confused(scores: train.Examples, column: str) -> pd.DataFrame:
    """Return the weight of alerts by label (rows) and by what is likelier (columns)."""
    known = scores.alerts[scores.alerts["label"] != ""]
    said = np.where(known[column] >= 0.5, *CLASSES)
    table = pd.crosstab(known["label"], said, known["weight"], aggfunc="sum")
    return table.reindex(index=CLASSES, columns=CLASSES).fillna(0).round(1)


def tell(data: Path, scores: train.Examples) -> None:
    """Print how many examples there are, what they are taken for, and what LSST alerts are."""
    known = scores.alerts[scores.alerts["label"] != ""]
    print(known.groupby("label")["object_id"].nunique().to_dict(), "objects,", len(known), "alerts")
    print(scores.alerts["naive"].value_counts().to_dict(), "alerts by the naive truth")
    for column in ("module", "pixels"):
        print(column, confused(scores, column), sep="\n")
    if (data / "lsst_alerts" / "summary.csv").is_file():
        print(lsst(data))


def parts(scores: train.Examples) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Yield a title, a table with labels and a column of it to measure: less evidence, other truths, other images."""
    known = scores.alerts[scores.alerts["label"] != ""]
    for judge in train.BENCH:
        yield "one judge", known, judge
    alerts = scores.alerts.fillna({"star_galaxy_score": 0.5})
    unexplained = alerts.assign(class_label=alerts["class_label"].replace("", "?"))
    others = {
        "unexplained alerts on the source kept": truth.labels(unexplained),
        "all that may vary kept": truth.labels(alerts, careful=False),
        "naive": alerts["naive"],
    }
    for title, label in others.items():
        for column in ("module", "star_galaxy_score"):
            yield f"truth: {title}", alerts[label != ""].assign(label=label), column
    heights = scores.images["height"]
    if heights.empty:
        return
    yield "images that are not saturated", scores.images[heights < SATURATED], "pixels"
    yield "images of like brightness", scores.images[heights.between(*ALIKE)], "pixels"


def lsst(data: Path) -> pd.DataFrame:
    """Return how many LSST objects with a type in SIMBAD are judged, and how many are called stars."""
    alerts = pd.concat([batch.alerts for batch in files.read(data / "lsst_alerts")], ignore_index=True)
    known = pd.read_csv(data / "lsst_alerts" / "summary.csv", dtype={"diaSourceId": str}).set_index("diaSourceId")
    alerts["type"] = alerts["alert_id"].map(known["simbad_otype"][~known.index.duplicated()])
    alerts["star"] = StarGalaxyClassifier().score(alerts)["star"]
    first = alerts.drop_duplicates("object_id")
    kind = first["type"].map(dict.fromkeys(POINTS, "point") | dict.fromkeys(EXTENDED, "extended"))
    judged = first.assign(kind=kind).dropna(subset=["kind", "star"])
    return judged.groupby("kind")["star"].agg(objects="count", stars=lambda star: (star >= 0.5).sum())


def draw(scores: train.Examples, folder: Path) -> None:
    """Draw both confusion matrices, and the alerts of which module and pixels are most wrong."""
    known = scores.alerts[scores.alerts["label"] != ""].drop_duplicates("object_id")
    star = (known["label"] == "star").astype(float)
    for column in ("module", "pixels"):
        confusion(confused(scores, column), folder / f"star_galaxy_{column}.png", columns=f"answer of the {column}")
        worst = known.loc[(known[column] - star).abs().nlargest(DRAWN).index]
        captions = [f"{one.label} {one.object_id} P(star) {getattr(one, column):.2f}" for one in worst.itertuples()]
        stamps(worst, captions, folder / f"star_galaxy_{column}_wrong.png")
