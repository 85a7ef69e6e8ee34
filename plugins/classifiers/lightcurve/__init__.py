"""What an object is, from its light curve: sixteen leaves in three branches."""

from tom_alerce_like.plugins.classifiers.lightcurve.classifier import LightcurveClassifier
from tom_alerce_like.plugins.classifiers.lightcurve.taxonomy import CLASSES, branches

__all__ = ["CLASSES", "LightcurveClassifier", "branches"]
