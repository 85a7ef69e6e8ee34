"""ZTF's own real/bogus network, from its public weights, which a TOM fetches: they do not come with this package."""

from tom_alerce_like.plugins.classifiers.braai.classifier import Braai

__all__ = ["Braai"]
