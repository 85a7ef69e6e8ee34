"""What the names of classes and classifiers mean, whoever gives them."""

from __future__ import annotations

#: Regular expression, without regard to case, that the names of supernova classes begin with: SN, SNIa, SESN, SLSN,
#: Early SN Ia candidate; not SNR. Python and PostgreSQL read it alike.
SUPERNOVA = r"^(early )?(sn(?!r)|slsn|sesn|supernova)"
_CONDITIONAL = ("_transient", "_stochastic", "_periodic")
_COARSE = ("_top",)


def is_conditional(classifier: str) -> bool:
    """Tell whether a classifier answers "if it is of this branch, which?": its classes sum to 1 for a star, too."""
    return classifier.endswith(_CONDITIONAL)


def names_the_class(classifier: str) -> bool:
    """Tell whether a classifier says what an object is: not within a branch only, and not the branch alone."""
    return not classifier.endswith((*_CONDITIONAL, *_COARSE))
