"""Settings of a TOM that talks to a sandbox."""

from __future__ import annotations

from typing import Any

#: The only credentials that the sandbox knows.
TNS_KEY = "simulated-tns-key"
PORTAL_TOKEN = "simulated-portal-token"  # noqa: S105  (opens nothing but a server on loopback)
PORTAL_PROPOSAL = "SIM2026B-001"


def settings(url: str) -> dict[str, dict[str, Any]]:
    """Return DATA_SERVICES and FACILITIES of a TOM that talks to the sandbox at ``url``."""
    return {
        "DATA_SERVICES": {
            "ALeRCE-multisurvey": {
                "ztf_url": f"{url}/alerce",
                "lsst_url": f"{url}/alerce-lsst",
                "stamps_url": f"{url}/alerce-avro",
            },
            "Fink-multisurvey": {"ztf_url": f"{url}/fink-ztf", "lsst_url": f"{url}/fink-lsst"},
            "TNS": {
                "base_url": f"{url}/tns",
                "api_key": TNS_KEY,
                "bot_id": "900001",
                "bot_name": "simulated_bot",
                "group_id": "74",
            },
        },
        "FACILITIES": {
            "OCS-portal": {"portal_url": f"{url}/portal", "api_key": PORTAL_TOKEN, "proposal": PORTAL_PROPOSAL}
        },
    }
