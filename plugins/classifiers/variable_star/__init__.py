"""Which kind of variable star: twenty classes, for an object that is known to be one."""

from tom_alerce_like.plugins.classifiers.variable_star.classifier import VariableStarClassifier

__all__ = ["VariableStarClassifier"]
