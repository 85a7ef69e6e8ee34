"""Which kind of supernova it is, if it is one: Ia, II, Ibc or superluminous, from its light curve."""

from tom_alerce_like.plugins.classifiers.supernova_type.classifier import SupernovaType

__all__ = ["SupernovaType"]
