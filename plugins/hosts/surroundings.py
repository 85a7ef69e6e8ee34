"""The picture of a target's surroundings: what the newest search looked at, else its alert's own template cutout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tom_alerce_like.bulk import floats
from tom_alerce_like.models import Alert
from tom_alerce_like.plugins.hosts.models import HostSearch
from tom_alerce_like.plugins.hosts.picture import Picture, picture

if TYPE_CHECKING:
    from tom_targets.models import Target

#: How a cutout is called, and the side of its picture: nearly all of a cutout of ZTF, and what `picture` can draw.
CUTOUT, CUTOUT_ARCSEC = "template of the alert", 60.0


def described(target: Target, search: HostSearch | None) -> tuple[float | None, str]:
    """Return side (arcsec) and source of the picture of a target; (None, "") without one.

    Whether a cutout can be read is not tried: a page would wait for it, and draws nothing where it cannot.
    """
    if search and search.image_arcsec:
        return search.image_arcsec, search.image_source
    has_cutout = Alert.objects.filter(target_id=target.pk, cutout_template__isnull=False).exists()
    return (CUTOUT_ARCSEC, CUTOUT) if has_cutout else (None, "")


def png(target: Target) -> bytes | None:
    """Return the picture of a target; None where there is none, or the cutout cannot be read."""
    image = HostSearch.objects.filter(pk=target.pk).values_list("image", flat=True).first()
    if image:
        return bytes(image)
    made = _of_cutout(target)
    return made and made.png


def _of_cutout(target: Target) -> Picture | None:
    if target.ra is None or target.dec is None:
        return None
    from tom_alerce_like.plugins.hosts.sources import alerts, stamps

    place = floats([target.ra]), floats([target.dec])
    seen = stamps.StampImages(alerts.newest([target.pk])).fields(*place, floats([None]))
    return picture(seen.fields.images[0], seen.fields.pixel_arcsec, CUTOUT_ARCSEC, CUTOUT)
