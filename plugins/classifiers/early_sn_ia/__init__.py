"""SN Ia or not, while the light curve still rises."""

from tom_alerce_like.plugins.classifiers.early_sn_ia.classifier import EarlySNIa

__all__ = ["EarlySNIa"]
