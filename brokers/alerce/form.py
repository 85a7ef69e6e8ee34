"""ALeRCE's query form."""

from tom_alerce_like.brokers.alerce import classes
from tom_alerce_like.brokers.forms import QueryForm


class AlerceForm(QueryForm):
    """The common form, with the classes that ALeRCE's classifiers give."""

    class_names = classes.class_names()
    classifiers = classes.classifiers()
