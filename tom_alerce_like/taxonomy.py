"""What the names of classes and classifiers mean, whoever gives them."""

from __future__ import annotations

import re
from functools import lru_cache

#: Regular expression, without regard to case, that the names of supernova classes begin with: SN, SNIa, SESN, SLSN,
#: Early SN Ia candidate; not SNR. Python and PostgreSQL read it alike.
SUPERNOVA = r"^(early )?(sn(?!r)|slsn|sesn|supernova)"
#: Common word for what classes of other names are, in lower case. Tidal disruptions, kilonovae and microlensing have
#: none: a classifier that does not know them is not contradicted by one that does.
KINDS = {
    "AGN": "agn qso quasar blazar",
    "VS": "vs periodic periodic-other lpv e ea eb eb/ew ew dsct rrl rrlab rrlc cep rscvn yso cv/nova",
    "asteroid": "asteroid sso",
    # a glint is nothing in the sky; classifiers without a class for it say bogus
    "bogus": "bogus satellite",
}
#: The branches of the class tree of light-curve classifiers, and their leaves (Sanchez-Saez et al. 2021,
#: arXiv:2008.03311, with tidal disruptions).
BRANCHES = {
    "Transient": ("SNIa", "SNIbc", "SNII", "SLSN", "TDE"),
    "Stochastic": ("QSO", "AGN", "Blazar", "YSO", "CV/Nova"),
    "Periodic": ("LPV", "E", "DSCT", "RRL", "CEP", "Periodic-Other"),
}
# supernova_type and variable_star ask which kind of supernova or variable star it is, if it is one; early_sn_ia,
# kilonova and microlensing look for one class among objects of which it has the share that their cards state
_SEEK_ONE = ("early_sn_ia", "kilonova", "microlensing")
_CONDITIONAL = ("_transient", "_stochastic", "_periodic", "supernova_type", "variable_star", *_SEEK_ONE)
_COARSE = ("_top",)
#: Endings of the names of classifiers that judge an aspect of an alert, not what the object is. A module that judges
#: another aspect has a name that ends in ``_score``.
ASPECTS = ("real_bogus", "braai", "streak", "star_galaxy", "_score")


@lru_cache(maxsize=4096)
def kind(class_name: str) -> str:
    """Return the common word for a class, SN or one of `KINDS`; empty where there is none."""
    if re.match(SUPERNOVA, class_name, re.IGNORECASE):
        return "SN"
    return next((word for word, names in KINDS.items() if class_name.lower() in names.split()), "")


def branch(class_name: str) -> str:
    """Return the branch of the class tree that a leaf is on; empty for a name that is no leaf."""
    return next((name for name, leaves in BRANCHES.items() if class_name in leaves), "")


def is_conditional(classifier: str) -> bool:
    """Tell whether a classifier answers "if it is of this branch, which?": its classes sum to 1 for a star, too."""
    return classifier.endswith(_CONDITIONAL)


def judges_aspect(classifier: str) -> bool:
    """Tell whether a classifier judges an aspect of the alert: is it real, is its neighbour a star?"""
    return classifier.endswith(ASPECTS)


def names_the_class(classifier: str) -> bool:
    """Tell whether a classifier says what an object is: not within a branch only, not the branch alone, no aspect."""
    return not classifier.endswith((*_CONDITIONAL, *_COARSE, *ASPECTS))
