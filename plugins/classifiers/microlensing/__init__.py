"""Is it a lens passing in front of a star?"""

from tom_alerce_like.plugins.classifiers.microlensing.classifier import MicrolensingClassifier

__all__ = ["MicrolensingClassifier"]
