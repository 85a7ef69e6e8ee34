"""The TOM's account at TNS, from ``DATA_SERVICES["TNS"]``: sandbox unless ``base_url`` says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tom_alerce_like import conf

SANDBOX_URL = "https://sandbox.wis-tns.org"
PRODUCTION_HOSTS = ("www.wis-tns.org", "wis-tns.org")


@dataclass(frozen=True)
class Account:
    """Who reports, and where to. Ids are TNS's own, as text; empty when the TOM does not give them."""

    base_url: str = SANDBOX_URL
    api_key: str = ""
    bot_id: str = ""
    bot_name: str = ""
    group_id: str = ""
    data_source_group_id: str = ""
    authors: str = ""

    @property
    def configured(self) -> bool:
        """Whether reports can be sent: the bot's id, name and key are there."""
        return bool(self.api_key and self.bot_id and self.bot_name)

    @property
    def environment(self) -> str:
        """The host that reports go to; the ledger keeps each host's reports apart."""
        return urlsplit(self.base_url).netloc

    @property
    def is_production(self) -> bool:
        """Whether a report becomes public for good."""
        return self.environment in PRODUCTION_HOSTS

    @property
    def label(self) -> str:
        """What pages call the place that reports go to."""
        return f"TNS {'PRODUCTION' if self.is_production else 'sandbox'} ({self.environment})"

    @property
    def user_agent(self) -> str:
        """The marker by which TNS knows its bots."""
        return f'tns_marker{{"tns_id":{self.bot_id},"type":"bot","name":"{self.bot_name}"}}'


def account() -> Account:
    """Return the account that the settings describe."""
    given: dict[str, Any] = conf.service("TNS")
    known = {name: str(given[name]).strip() for name in Account.__dataclass_fields__ if given.get(name)}
    known["base_url"] = known.get("base_url", SANDBOX_URL).rstrip("/")
    return Account(**known)
