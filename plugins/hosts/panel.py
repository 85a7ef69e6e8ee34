"""What the panel on the target page shows."""

from __future__ import annotations

from typing import Any

from tom_targets.models import Target

from tom_alerce_like import conf
from tom_alerce_like.permissions import may_change
from tom_alerce_like.plugins.hosts.models import Host
from tom_alerce_like.plugins.hosts.store import best, none_probability


def context(target: Target, user: Any) -> dict[str, Any]:
    """Return the candidate hosts of a target, and whether the user may choose among them."""
    hosts = list(Host.objects.filter(target_id=target.pk))
    return {
        "hosts": hosts,
        "host": best(hosts),
        "none_probability": none_probability(hosts),
        "may_choose": may_change(user, target.pk),
        "has_catalogues": bool(conf.get("HOST_CATALOGUES")),
    }
