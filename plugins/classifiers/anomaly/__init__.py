"""How strange a light curve is, with the features that make it strange; it learns what people look for."""

from tom_alerce_like.plugins.classifiers.anomaly.classifier import Anomaly

__all__ = ["Anomaly"]
