"""Supernova, active galaxy, variable star, asteroid or bogus, from the measurements of one alert."""

from tom_alerce_like.plugins.classifiers.transient.classifier import TransientClassifier

__all__ = ["TransientClassifier"]
