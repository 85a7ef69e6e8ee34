"""The stage that lets our own modules judge."""

from __future__ import annotations

from collections.abc import Sequence

from tom_alerce_like import module, store, summary
from tom_alerce_like.bulk import slices
from tom_alerce_like.ingest import classifications
from tom_alerce_like.pipeline import Night
from tom_alerce_like.turns import turn


def classify(night: Night) -> None:
    """Score the newest alert of each target of the night with every module of the setting MODULES.

    The scores become classifications of source ``local``; ``classified`` counts the targets that got any.
    """
    modules = module.enabled()
    parts = list(slices(sorted(night.targets)))
    for target_ids in night.each(parts, "classify", len(parts)):
        _classify(target_ids, modules, night)


def _classify(target_ids: Sequence[int], modules: list[module.ScienceModule], night: Night) -> None:
    alerts = store.latest(target_ids)
    scores = module.run(alerts, modules)
    owners = dict(zip(alerts["object_id"], alerts.index, strict=True))
    with turn():
        problems = classifications.save(scores, owners)
        summary.refresh(target_ids)
    night.counts["classified"] += scores["object_id"].nunique()
    for problem in problems:
        night.error(problem)
