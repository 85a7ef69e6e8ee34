"""Supernova, active galaxy, variable star, asteroid, bogus or satellite, from one alert's stamps and measurements."""

from tom_alerce_like.plugins.classifiers.stamp.classifier import StampClassifier

__all__ = ["StampClassifier"]
