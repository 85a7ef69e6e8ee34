"""Light curves as a table of named features, whole tables at once; docs/features.md says what every name means."""

from tom_alerce_like.plugins.classifiers.features.table import FAST, GROUPS, table

__all__ = ["FAST", "GROUPS", "table"]
