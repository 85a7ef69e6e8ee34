"""Star or galaxy: what the nearest catalogued source is, from an alert's columns, or from pixels without these."""

from tom_alerce_like.plugins.classifiers.star_galaxy.classifier import StarGalaxyClassifier

__all__ = ["StarGalaxyClassifier"]
