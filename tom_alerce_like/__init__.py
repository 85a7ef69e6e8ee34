"""From a classified alert to a follow-up observation, inside a TOM Toolkit site."""

__version__ = "0.1.0"

#: What a TOM adds to its ``INSTALLED_APPS``.
APPS = [
    "tom_alerce_like",
    "tom_alerce_like.brokers",
    "tom_alerce_like.plugins.crossmatch",
    "tom_alerce_like.plugins.hosts",
    "tom_alerce_like.plugins.forecast",
    "tom_alerce_like.plugins.classifiers",
    "tom_alerce_like.plugins.priority",
    "tom_alerce_like.plugins.scheduling",
    "tom_alerce_like.facilities",
    "tom_alerce_like.plugins.tns",
]
