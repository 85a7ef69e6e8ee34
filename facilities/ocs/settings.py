"""Where the portal is and who we are there: ``FACILITIES["OCS-portal"]``, else the toolkit's ``FACILITIES["LCO"]``."""

from __future__ import annotations

from dataclasses import dataclass

from tom_alerce_like import conf

NAME = "OCS-portal"
LCO_PORTAL = "https://observe.lco.global"
LCO_ARCHIVE = "https://archive-api.lco.global"


@dataclass(frozen=True)
class PortalSettings:
    """Addresses without a slash at the end, and credentials; no archive means no data products."""

    portal_url: str = LCO_PORTAL
    archive_url: str = LCO_ARCHIVE
    api_key: str = ""
    proposal: str = ""

    @classmethod
    def read(cls) -> PortalSettings:
        """Read the TOM's settings. A key of LCO is never sent to another portal."""
        mine, lco = (_filled(conf.facility(name)) for name in (NAME, "LCO"))
        found = mine if mine.get("portal_url", LCO_PORTAL) != lco.get("portal_url", LCO_PORTAL) else {**lco, **mine}
        portal_url = found.get("portal_url", LCO_PORTAL)
        default_archive = LCO_ARCHIVE if portal_url == LCO_PORTAL else ""
        archive_url = found.get("archive_url", default_archive)
        return cls(portal_url, archive_url, found.get("api_key", ""), found.get("proposal", ""))

    def get_unconfigured_settings(self) -> list[str]:
        """Return the names of what is missing (the toolkit's pages ask)."""
        return [name for name in ("api_key", "proposal") if not getattr(self, name)]


def _filled(settings: dict) -> dict[str, str]:
    return {key: str(value).strip().rstrip("/") for key, value in settings.items() if value}
