"""The modules of a TOM that sets none, and that the core understands what they say."""

from tom_alerce_like import module
from tom_alerce_like.taxonomy import judges_aspect, kind

CLASS, ASPECT = ["stamp", "transient"], ["real_bogus", "streak", "star_galaxy"]


def test_the_modules_of_the_default_setting():
    assert [made.name for made in module.enabled()] == [*CLASS, *ASPECT]


def test_those_that_name_the_class_can_be_compared_with_brokers():
    naming = {made.name: made.classes for made in module.enabled() if not judges_aspect(made.name)}
    assert list(naming) == CLASS
    assert {name for classes in naming.values() for name in classes if not kind(name)} == set()
