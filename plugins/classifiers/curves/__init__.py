"""Light curves as the modules that judge them read them: flat arrays, cut at any epoch."""

from tom_alerce_like.plugins.classifiers.curves.curves import BANDS, Curves

__all__ = ["BANDS", "Curves"]
