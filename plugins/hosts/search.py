"""Finding the hosts of some targets, and keeping what was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Min
from numpy.typing import NDArray
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import TargetExtra

from tom_alerce_like import conf
from tom_alerce_like.bulk import floats
from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.ingest.photometry import ALERT, FORCED
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts import images
from tom_alerce_like.plugins.hosts.associate import Association, associate
from tom_alerce_like.plugins.hosts.catalogue import configured
from tom_alerce_like.plugins.hosts.fields import Floats
from tom_alerce_like.plugins.hosts.hurried import Hurried
from tom_alerce_like.plugins.hosts.images import Seen
from tom_alerce_like.plugins.hosts.picture import Picture, picture
from tom_alerce_like.plugins.hosts.redshift import mixture
from tom_alerce_like.plugins.hosts.sketch import half_field_arcsec
from tom_alerce_like.plugins.hosts.sources.service import within
from tom_alerce_like.plugins.hosts.store import save

#: How many candidates of a target are kept.
KEPT = 5
#: The extra fields of the toolkit's targets that may hold the redshift of the transient itself, and its error.
REDSHIFT, REDSHIFT_ERR = "redshift", "redshift_err"
#: A stored picture is at least so wide, so that it shows what lies about the host.
_LEAST_SIDE_ARCSEC = 60.0


class Found(NamedTuple):
    """What a search gave: how many targets have a host, which catalogues answered, what kept sources from answering."""

    n_hosts: int
    answered: tuple[str, ...]
    problems: tuple[str, ...]


def has_sources() -> tuple[bool, bool]:
    """Tell whether the settings name catalogues, and whether they name sources of images."""
    return bool(conf.get("HOST_CATALOGUES")), bool(conf.get("HOST_IMAGES"))


def search(target_ids: Sequence[int], limit_s: float | None = None) -> Found:
    """Find the hosts of targets, at most `bulk.SLICE`, and keep the answer; those without a summary are left out.

    With ``limit_s`` the catalogues together have so many seconds, and so have the images; what has not answered by then
    is left out.
    """
    rows = Candidate.objects.filter(pk__in=target_ids).order_by("pk").values_list("pk", "ra_deg", "dec_deg")
    if not rows:
        return Found(0, (), ())
    keys, *place = zip(*rows, strict=True)
    ra_deg, dec_deg = (floats(axis) for axis in place)
    redshift, redshift_err = (entered(keys, name) for name in (REDSHIFT, REDSHIFT_ERR))
    seen, problems = _looked(keys, ra_deg, dec_deg, redshift, limit_s)
    catalogues: list[Any] = configured()
    if limit_s is not None:
        catalogues = [Hurried(catalogue, time.monotonic() + limit_s) for catalogue in catalogues]
    answer = associate(
        ra_deg,
        dec_deg,
        catalogues,
        fields=seen.fields if seen else None,
        redshift=redshift,
        redshift_err=redshift_err,
        top=KEPT,
    )
    problems = (*answer.problems, *problems)
    redshifts = mixture(answer.candidates, answer.none, _brightest(keys), redshift, redshift_err)
    n_hosts = save(keys, answer, redshifts=redshifts, pictures=seen and _pictures(answer, seen), problems=problems)
    return Found(n_hosts, answer.answered, problems)


def entered(target_ids: Sequence[int], name: str) -> NDArray[np.float64]:
    """Return what people entered for each target in an extra field, NaN where there is no positive number."""
    known = TargetExtra.objects.filter(target_id__in=target_ids, key=name, float_value__gt=0)
    values = dict(known.values_list("target_id", "float_value"))
    return floats([values.get(key) for key in target_ids])


def _looked(
    target_ids: Sequence[int], ra_deg: Floats, dec_deg: Floats, redshift: Floats, limit_s: float | None
) -> tuple[Seen | None, tuple[str, ...]]:
    """Return what images there are, None without any, and what kept their sources from answering."""
    try:
        sources = images.configured(target_ids)
        if not sources:
            return None, ()
        if limit_s is None:
            seen = images.look(sources, ra_deg, dec_deg, redshift)
        else:
            seen = within(limit_s, lambda: images.look(sources, ra_deg, dec_deg, redshift))
    except AlerceLikeError as error:
        return None, (f"images: {error}",)
    return (seen if any(seen.source) else None), seen.problems


def _pictures(answer: Association, seen: Seen) -> list[Picture | None]:
    """Return the middle of each image, wide enough for the probable candidates."""
    table, fields = answer.candidates, seen.fields
    parts = {row: part for row, part in table.groupby("row")}
    made: list[Picture | None] = []
    for row, source in enumerate(seen.source):
        part = parts.get(row, table.iloc[:0])
        columns = (np.nan_to_num(part[name]).tolist() for name in ("offset_arcsec", "a_arcsec", "probability"))
        side_arcsec = max(2 * half_field_arcsec(*columns), _LEAST_SIDE_ARCSEC)
        made.append(picture(fields.images[row], fields.pixel_arcsec, side_arcsec, source) if source else None)
    return made


def _brightest(target_ids: Sequence[int]) -> NDArray[np.float64]:
    """Return the magnitude at which each target was seen brightest, NaN where nothing was measured."""
    datums = PhotometryReducedDatum.objects.filter(target_id__in=target_ids, reduction_version__in=(ALERT, FORCED))
    values = dict(datums.order_by().values_list("target_id").annotate(Min("brightness")))
    return floats([values.get(key) for key in target_ids])
