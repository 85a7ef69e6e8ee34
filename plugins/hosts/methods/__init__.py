"""Ways to find a host in an image, each alone, for a comparison side by side: ``METHODS[name](fields)``.

Each returns east and north of the host in arcsec from the transient, shape (n, 2), NaN where it has no answer.
``delight`` is among them where astro-delight is installed; `delight.answer` takes a file of its weights as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods import ascent, delight, directional, ellipse, nearest
from tom_alerce_like.plugins.hosts.methods.best import Floats
from tom_alerce_like.plugins.hosts.methods.delight_weights import is_installed

_OURS: dict[str, Callable[[Fields], Floats]] = {
    "nearest": nearest.locate,
    "ellipse": ellipse.locate,
    "directional": directional.locate,
    "ascent": ascent.locate,
}
METHODS: Mapping[str, Callable[[Fields], Floats]] = MappingProxyType(
    _OURS | ({"delight": delight.locate} if is_installed() else {})
)
__all__ = ["METHODS"]
