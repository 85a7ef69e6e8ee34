"""Asteroid streak, satellite trail or glints, or none, from the stamps of one alert."""

from tom_alerce_like.plugins.classifiers.streak.classifier import StreakClassifier

__all__ = ["StreakClassifier"]
