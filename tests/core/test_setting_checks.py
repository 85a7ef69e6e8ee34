"""Values of settings that cannot work are told by ``manage.py check``, and by commands that need them."""

import io

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from tom_alerce_like import module
from tom_alerce_like.conf import DEFAULTS
from tom_alerce_like.exceptions import ConfigurationError

pytestmark = pytest.mark.django_db


class Nameless:
    """Half a science module."""

    columns, classes = (), ()


def told(name: str) -> list[str]:
    return [message.msg for message in run_checks() if message.id == f"tom_alerce_like.{name}"]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("HOST_CATALOGUES", "vizier", "a list"),
        ("MODULES", "mypackage.Bright", "a list"),
        ("GROUPS", "Observers", "a list"),
        ("TIMEOUT_S", "20", "a number"),
        ("MAX_ROWS", None, "a number"),
        ("AUTO_SUBMIT", "no", "True or False"),
        ("PLAN_REQUEST", [], "a dict"),
    ],
)
def test_a_value_of_another_kind_is_told(settings, name, value, wanted):
    settings.TOM_ALERCE_LIKE = {name: value}
    [message] = told("E003")
    assert name in message and wanted in message and repr(value) in message


@pytest.mark.parametrize("value", [10, 2.5])
def test_numbers_of_either_kind_are_numbers(settings, value):
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": value, "MAX_REPLY_MB": value, "GROUPS": ("Observers",)}
    assert told("E003") == []


@pytest.mark.parametrize("name", ["MODULES", "STAGES"])
@pytest.mark.parametrize("path", ["nothing.here", "tom_alerce_like.pipeline.nothing", "nodots"])
def test_a_path_that_cannot_be_imported_is_told_with_its_setting(settings, name, path):
    settings.TOM_ALERCE_LIKE = {name: [*DEFAULTS[name], path]}
    [message] = told("E004")
    assert name in message and repr(path) in message


def test_a_permission_that_the_toolkit_lacks_is_told(settings):
    settings.TOM_ALERCE_LIKE = {"TARGET_PERMISSION": "SECRET"}
    assert "SECRET" in told("E005")[0]
    settings.TOM_ALERCE_LIKE = {"TARGET_PERMISSION": "OPEN"}
    assert told("E005") == []


def test_the_run_does_not_start_with_a_stage_that_is_not_there(settings):
    settings.TOM_ALERCE_LIKE = {"STAGES": ["tom_alerce_like.scoring.classify", "nothing.here"]}
    with pytest.raises(CommandError, match=r"STAGES 'nothing\.here' cannot be imported"):
        call_command("alerce_run")


def test_a_module_that_is_not_there_is_an_error_of_the_night(settings):
    settings.TOM_ALERCE_LIKE = {"MODULES": ["nothing.Here"], "STAGES": ["tom_alerce_like.scoring.classify"]}
    said, problems = io.StringIO(), io.StringIO()
    call_command("alerce_run", stdout=said, stderr=problems)
    assert "errors=1" in said.getvalue() and "MODULES 'nothing.Here' cannot be imported" in problems.getvalue()


def test_half_a_module_is_told_what_it_lacks(settings):
    settings.TOM_ALERCE_LIKE = {"MODULES": [f"{__name__}.Nameless"]}
    with pytest.raises(ConfigurationError, match=r"Nameless.*needs name, version"):
        module.enabled()
