"""Real or bogus: the probability that an alert is a change of light in the sky, from its three stamps."""

from tom_alerce_like.plugins.classifiers.real_bogus.classifier import RealBogus, RealBogusInt8

__all__ = ["RealBogus", "RealBogusInt8"]
