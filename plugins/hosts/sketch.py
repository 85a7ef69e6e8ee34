"""What lies around a transient, drawn to scale: ellipses, scale bar and compass over the picture of the sky, as SVG.

Lengths of the drawing are its own units, `SIZE` on a side: north is up (y falls), east is left (x falls).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tom_alerce_like.bulk import floats
from tom_alerce_like.cosmology import kpc_per_arcsec
from tom_alerce_like.plugins.hosts.dlr import completed
from tom_alerce_like.plugins.hosts.models import Host
from tom_alerce_like.plugins.hosts.plane import to_plane

SIZE = 320.0
#: One colour a rank, told apart by most colour-blind readers and on black and white (Okabe and Ito 2008).
COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#f0e442")
#: Half of the field: no less and no more than this, nor is it widened for what is less probable.
_LEAST_ARCSEC, _MOST_ARCSEC, _PROBABLE = 15.0, 300.0, 0.02
_EDGE, _LEAST_RADIUS, _UNKNOWN_ARCSEC = 12.0, 3.0, 2.0
_BARS_ARCSEC = (1, 2, 5, 10, 20, 30, 60, 120)


@dataclass(frozen=True)
class Ellipse:
    """A candidate as it is drawn; one without a size is a dashed circle, one beyond the field is a mark at its edge."""

    host: Host
    colour: str
    x: float
    y: float
    rx: float
    ry: float
    turn_deg: float
    label_x: float
    label_y: float
    is_inside: bool
    has_size: bool


@dataclass(frozen=True)
class Sketch:
    """All that the drawing shows; ``image`` is the side of the picture in its middle, 0 without one."""

    ellipses: list[Ellipse]
    half_arcsec: float
    image: float
    bar_path: str
    bar_words: str
    words: str
    size: float = SIZE
    cross: str = f"M{SIZE / 2:g} {SIZE / 2:g}m-14 0h9m10 0h9m-14 -14v9m0 10v9"

    @property
    def image_corner(self) -> float:
        """Where the picture begins, in x and in y."""
        return round((SIZE - self.image) / 2, 1)


def half_field_arcsec(offset: Sequence[float], a: Sequence[float | None], probability: Sequence[float]) -> float:
    """Return how far out (arcsec) a picture should show, so that the probable candidates are in it."""
    reach = [apart + (axis or 0.0) for apart, axis, p in zip(offset, a, probability, strict=True) if p >= _PROBABLE]
    return float(np.clip(1.25 * max(reach, default=0.0), _LEAST_ARCSEC, _MOST_ARCSEC))


def draw(
    ra_deg: float, dec_deg: float, hosts: Sequence[Host], image_arcsec: float | None, redshift: float | None = None
) -> Sketch:
    """Return the drawing around a place; the field is as wide as the candidates ask for, whatever the picture holds.

    With a redshift the scale bar is told in kpc too.
    """
    half = half_field_arcsec(
        [host.offset_arcsec for host in hosts],
        [host.a_arcsec for host in hosts],
        [1.0 if host.is_chosen else host.probability for host in hosts],
    )
    scale = SIZE / (2 * half)
    bar = max(length for length in _BARS_ARCSEC if length == 1 or length * scale <= SIZE / 3)
    listed = "; ".join(f"{host.rank} {host.name} at {host.offset_arcsec:.1f} arcsec" for host in hosts)
    return Sketch(
        ellipses=[_ellipse(host, ra_deg, dec_deg, scale) for host in hosts],
        half_arcsec=half,
        image=round((image_arcsec or 0.0) * scale, 1),
        bar_path=f"M12 304h{bar * scale:.1f}",
        bar_words=f"{bar}\N{DOUBLE PRIME}{_in_kpc(bar, redshift)}",
        words=f"the sky around the transient, {2 * half:.0f} arcsec wide, north up: {listed or 'no galaxy'}",
    )


def _ellipse(host: Host, ra_deg: float, dec_deg: float, scale: float) -> Ellipse:
    east, north = (float(value) for value in to_plane(host.ra_deg, host.dec_deg, ra_deg, dec_deg))
    x, y = SIZE / 2 - east * scale, SIZE / 2 - north * scale
    a_arcsec, b_arcsec, pa_deg = floats([host.a_arcsec, host.b_arcsec, host.pa_deg])
    a, b, pa = (float(value) for value in completed(a_arcsec, b_arcsec, pa_deg, _UNKNOWN_ARCSEC))
    is_inside = 0 < x < SIZE and 0 < y < SIZE
    rx, ry = max(a * scale, _LEAST_RADIUS), max(b * scale, _LEAST_RADIUS)
    # the number stands beside the ellipse, and within the field
    label = np.clip([x + 0.75 * rx + 7, y - 0.75 * rx - 7], _EDGE, SIZE - _EDGE)
    return Ellipse(
        host=host,
        colour=colour(host.rank),
        x=round(x, 1),
        y=round(y, 1),
        rx=round(rx, 1),
        ry=round(ry, 1),
        turn_deg=round(90 - pa, 1),
        label_x=round(float(label[0]), 1),
        label_y=round(float(label[1]), 1),
        is_inside=is_inside,
        has_size=bool(host.a_arcsec and host.a_arcsec > 0),
    )


def _in_kpc(length_arcsec: float, redshift: float | None) -> str:
    return f" = {length_arcsec * float(kpc_per_arcsec(redshift)):.2g} kpc" if redshift and redshift > 0 else ""


def colour(rank: int) -> str:
    """Return the colour of a rank (from 1)."""
    return COLOURS[(rank - 1) % len(COLOURS)]
