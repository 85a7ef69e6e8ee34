"""The template cutouts of targets, from the alerts in the database."""

from __future__ import annotations

from collections.abc import Sequence

from tom_alerce_like.models import Alert
from tom_alerce_like.plugins.hosts.sources.stamps import Stamp

#: The bands in which hosts are looked for, the preferred one first.
BANDS = ("r", "i", "g", "z", "y", "u")


def newest(target_ids: Sequence[int]) -> list[Stamp]:
    """Return the newest template cutout of each target, in the best of the `BANDS` that it has."""
    rows = Alert.objects.filter(target_id__in=target_ids, cutout_template__isnull=False).order_by("mjd")
    best: dict[int, tuple[int, int]] = {}
    for key, target_id, band in rows.values_list("pk", "target_id", "band"):
        rank = BANDS.index(band) if band in BANDS else len(BANDS)
        if rank <= best.get(target_id, (len(BANDS), 0))[0]:
            best[target_id] = (rank, key)
    chosen = Alert.objects.filter(pk__in=[key for _, key in best.values()]).order_by("pk")
    return [_stamp(alert) for alert in chosen.only("cutout_template", "ra_deg", "dec_deg", "properties")]


def _stamp(alert: Alert) -> Stamp:
    x_px, y_px = (alert.properties.get(name) for name in ("x_px", "y_px"))
    return Stamp(bytes(alert.cutout_template or b""), alert.ra_deg, alert.dec_deg, x_px, y_px)
