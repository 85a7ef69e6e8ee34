"""Where in an image the centre of the host lies: a map of probabilities, with a place for "none that is seen"."""

from tom_alerce_like.plugins.hosts.heatmap.map import Map
from tom_alerce_like.plugins.hosts.heatmap.serve import locate, probability

__all__ = ["Map", "locate", "probability"]
