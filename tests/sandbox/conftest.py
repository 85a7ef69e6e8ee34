"""A running sandbox, and plain HTTP to it: no client of this package takes part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import requests

from tom_alerce_like.sandbox import sky
from tom_alerce_like.sandbox.server import Sandbox


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(seed=1, n_objects=60) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.faults.clear()


@pytest.fixture(scope="session")
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def get(sandbox: Sandbox, http: requests.Session):
    def call(path: str, **parameters):
        return http.get(sandbox.url + path, params=parameters, timeout=10)

    return call


@pytest.fixture
def post(sandbox: Sandbox, http: requests.Session):
    def call(path: str, body):
        return http.post(sandbox.url + path, json=body, timeout=10)

    return call


# The Transient Name Server --------------------------------------------------------------------------------------

MARKER = 'tns_marker{"tns_id":"900001","type":"bot","name":"simulated_bot"}'
_places = count()


@pytest.fixture
def ask(sandbox: Sandbox, http: requests.Session):
    """Call TNS as a bot should: ``ask("get/search", {...})``."""

    def call(path: str, data=None, marker: str = MARKER, key: str | None = None, **fields):
        form = {"api_key": sandbox.tns.api_key if key is None else key, **fields}
        if data is not None:
            form["data"] = json.dumps(data)
        return http.post(f"{sandbox.url}/tns/api/{path}", form, headers={"User-Agent": marker}, timeout=10)

    return call


@pytest.fixture
def send(ask):
    def call(*reports, **more):
        return ask("set/bulk-report", {"at_report": {str(n): one for n, one in enumerate(reports)}}, **more)

    return call


@pytest.fixture
def reply(ask):
    """Poll until there is an answer."""

    def call(report_id: int):
        for _ in range(5):
            answer = ask("get/bulk-report-reply", report_id=str(report_id))
            if answer.status_code != 404:
                break
        return answer

    return call


@pytest.fixture
def report():
    """Make a flawless AT report at a place of its own, with changes."""

    def make(**changes):
        dec = -80 + 0.01 * next(_places)
        point = {"obsdate": "2026-01-10 05:00:00", "flux": "19.1", "flux_error": "0.1", "flux_unitid": "1"}
        where = {"filterid": "110", "instrumentid": "196", "exptime": "30", "observer": "Robot"}
        before = {"obsdate": "2026-01-08 05:00:00", "limiting_flux": "20.5", "flux_unitid": "1", **where}
        plain = {
            **{"ra": {"value": "10.5"}, "dec": {"value": f"{dec:.5f}"}, "reporting_groupid": "74"},
            **{"data_source_groupid": "48", "reporter": "A. Simulated", "at_type": "1"},
            **{"discovery_datetime": "2026-01-10 05:00:00", "internal_name": f"ZTF26sim{next(_places):04d}"},
            **{"non_detection": before, "photometry": {"0": {**point, **where}}},
        }
        return {**plain, **changes}

    return make


# The observation portal -----------------------------------------------------------------------------------------


@pytest.fixture
def portal(sandbox: Sandbox, http: requests.Session):
    """Call the portal with its token: ``portal("POST", "requestgroups/", {...})``."""

    def call(method: str, path: str, body=None, **more):
        headers = {"Authorization": f"Token {sandbox.portal.token}"}
        return http.request(method, f"{sandbox.url}/portal/api/{path}", json=body, headers=headers, timeout=10, **more)

    return call


@pytest.fixture
def group(sandbox: Sandbox):
    """Make a request group that can be observed, with changes at dotted paths: ``group(**{"requests.0.x": 1})``."""

    def make(**changes):
        now = datetime.now(UTC)
        sun_ra = float(sky.sun(sandbox.night.mjd)[0])
        target = {"type": "ICRS", "name": "simulated", "ra": (sun_ra + 180) % 360, "dec": -10.0}
        configuration = {
            **{"type": "EXPOSE", "instrument_type": "1M0-SCICAM-SINISTRO", "target": target},
            **{"constraints": {"max_airmass": 1.8, "min_lunar_distance": 0}, "acquisition_config": {}},
            "guiding_config": {},
            "instrument_configs": [{"exposure_count": 2, "exposure_time": 60, "optical_elements": {"filter": "rp"}}],
        }
        window = {"start": now.isoformat(), "end": (now + timedelta(days=2)).isoformat()}
        request = {"location": {"telescope_class": "1m0"}, "windows": [window], "configurations": [configuration]}
        made = {
            **{"name": f"simulated {next(_places)}", "proposal": sandbox.portal.proposal, "ipp_value": 1.0},
            **{"operator": "SINGLE", "observation_type": "NORMAL", "requests": [request]},
        }
        for path, value in changes.items():
            _set(made, path.split("."), value)
        return made

    return make


def _set(value, path, new):
    *parents, last = path
    for name in parents:
        value = value[int(name)] if isinstance(value, list) else value[name]
    value[int(last) if isinstance(value, list) else last] = new


@pytest.fixture
def booked(portal, group):
    answer = portal("POST", "requestgroups/", group())
    assert answer.status_code == 201, answer.text
    return answer.json()
