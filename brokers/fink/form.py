"""Fink's query form."""

from tom_alerce_like.brokers.fink import classes
from tom_alerce_like.brokers.forms import QueryForm


class FinkForm(QueryForm):
    """The common form, with Fink's classes of ZTF alerts and tags of LSST alerts."""

    class_names = classes.CLASS_NAMES
    classifiers = classes.CLASSIFIERS
