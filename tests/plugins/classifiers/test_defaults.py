"""The modules of a TOM that sets none, and that the core understands what they say."""

from tom_alerce_like import module
from tom_alerce_like.taxonomy import is_conditional, judges_aspect, kind, names_the_class

CLASS = ["stamp", "transient", "lightcurve"]
WITHIN = ["early_sn_ia", "kilonova", "microlensing", "supernova_type", "variable_star"]
ASPECT = ["anomaly_score", "real_bogus", "streak", "star_galaxy"]


def test_the_modules_of_the_default_setting():
    assert [made.name for made in module.enabled()] == [*CLASS, *WITHIN, *ASPECT]


def test_those_that_name_the_class_can_be_compared_with_brokers():
    naming = {made.name: made.classes for made in module.enabled() if names_the_class(made.name)}
    assert list(naming) == CLASS
    unknown = {name for classes in naming.values() for name in classes if not kind(name)}
    assert unknown == {"TDE"}


def test_those_that_answer_within_a_branch_or_of_an_aspect_say_so():
    assert [made.name for made in module.enabled() if is_conditional(made.name)] == WITHIN
    assert [made.name for made in module.enabled() if judges_aspect(made.name)] == ASPECT
