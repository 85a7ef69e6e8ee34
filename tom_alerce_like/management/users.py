"""The user that a command acts for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError


def named(name: str | None) -> Any:
    """Return the user of this name, None without a name; raises `CommandError` when there is no such user."""
    if name is None:
        return None
    model = get_user_model()
    try:
        return model.objects.get_by_natural_key(name)
    except model.DoesNotExist as error:
        raise CommandError(f"there is no user {name!r}") from error
