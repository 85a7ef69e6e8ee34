"""The observation portal's facility is a facility of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conformance.facility import FacilityConformance
from tom_alerce_like.facilities.ocs.payload import default_params, iso


@pytest.mark.django_db
@pytest.mark.usefixtures("no_portal")
class TestPortalFacility(FacilityConformance):
    name = "OCS-portal"

    def params(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {**default_params(), "start": iso(now), "end": iso(now + timedelta(hours=12))}
