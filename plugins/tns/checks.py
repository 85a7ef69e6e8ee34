"""System checks: what missing credentials switch off."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from tom_alerce_like.plugins.tns.account import account


@register()
def tns_account(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Tell whether reports can be sent, and whether they would name their authors."""
    here = account()
    found: list[CheckMessage] = []
    if not here.configured:
        hint = "Put api_key, bot_id, bot_name, group_id and authors of your TNS bot into DATA_SERVICES['TNS']."
        found.append(Info("TNS reports are off (preview works).", hint=hint, id="tom_alerce_like_tns.I001"))
    elif here.is_production and not here.authors:
        hint = "Set DATA_SERVICES['TNS']['authors'], for example 'A. Author, B. Author on behalf of our group'."
        found.append(Warning("TNS production reports would name no authors.", hint=hint, id="tom_alerce_like_tns.W001"))
    return found
