"""Is it a kilonova? From the second night on, in one or several bands."""

from tom_alerce_like.plugins.classifiers.kilonova.classifier import KilonovaClassifier

__all__ = ["KilonovaClassifier"]
