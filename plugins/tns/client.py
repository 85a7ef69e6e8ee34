"""The way to TNS and back."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import requests

from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, RateLimited, RequestRefused
from tom_alerce_like.plugins.tns import replies
from tom_alerce_like.plugins.tns.account import Account
from tom_alerce_like.plugins.tns.report import AtReport

MAX_REPORTS = 100
LARGEST_ID = 2**63 - 1
SEARCH_RADIUS_ARCSEC = 2.0
#: Statuses by which TNS says that it did not take a submission; any other failure leaves that open.
NOT_TAKEN = (400, 401, 403, 404, 405, 413, 422)


class Client:
    """Talks to TNS for one account.

    ``patience_s`` is how long, in all, it may wait for the rate limit. ``asking`` makes the calls that may be repeated,
    ``telling`` the one that must not. Every method raises the `ServiceError` family.
    """

    def __init__(
        self,
        account: Account,
        patience_s: float = 0.0,
        timeout_s: float = 20.0,
        asking: requests.Session | None = None,
        telling: requests.Session | None = None,
    ) -> None:
        self.account = account
        self._patience_s = patience_s
        self._timeout_s = timeout_s
        self._asking = asking or http.session(("POST",), retries=1)
        self._telling = telling or http.session(retries=0)
        self._limits = _Limits()
        self._asking.hooks["response"].append(self._limits.note)

    def submit(self, reports: Sequence[AtReport]) -> int:
        """Send reports as one submission, once, and return TNS's number for it.

        `RateLimited` and `RequestRefused` mean that TNS did not take it. After any other `ServiceError` nobody knows:
        look before sending again.
        """
        body = {"at_report": {str(index): report for index, report in enumerate(reports)}}
        try:
            reply = self._call(self._telling, "set/bulk-report", data=json.dumps(body))
            return _report_id(reply["data"]["report_id"])
        except RequestRefused as error:
            if error.status in NOT_TAKEN:
                raise
            raise BadReply(str(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            raise BadReply("TNS took the submission and gave no number for it") from error

    def feedback(self, report_id: int) -> list[replies.Entry] | None:
        """Return TNS's answers to a submission, or None while it has not been processed."""
        try:
            reply = self._ask("get/bulk-report-reply", report_id=str(report_id))
        except RequestRefused as error:
            if error.status == 404:
                return None
            if error.status != 400:
                raise
            reply = error.reply
        data = reply.get("data") if isinstance(reply, dict) else None
        return replies.entries(data.get("feedback") if isinstance(data, dict) else None)

    def find(self, internal_name: str, ra_deg: float, dec_deg: float) -> str:
        """Return TNS's name of an object, found by our name for it or by its place; empty when TNS has it not."""
        place = {"ra": f"{ra_deg:.7f}", "dec": f"{dec_deg:.7f}", "radius": str(SEARCH_RADIUS_ARCSEC), "units": "arcsec"}
        return self._search({"internal_name": internal_name, "internal_name_exact_match": 1}) or self._search(place)

    def _search(self, query: dict[str, Any]) -> str:
        data = self._ask("get/search", data=json.dumps(query)).get("data")
        found = data.get("reply") if isinstance(data, dict) else data
        if not isinstance(found, list):  # taken for "nothing found" it would let a duplicate through
            raise BadReply("TNS answered a search with something that is not a list")
        rows = [row for row in found if isinstance(row, dict)]
        names = [replies.iau_name(row.get("objname", ""), str(row.get("prefix") or "")) for row in rows]
        return next(filter(None, names), "")

    def _ask(self, path: str, **fields: str) -> dict[str, Any]:
        self._wait(self._limits.wait_s("cone" if path == "get/search" else "plain"))
        try:
            return self._call(self._asking, path, **fields)
        except RateLimited as error:
            self._wait(error.retry_after_s or self._limits.wait_s("cone") or 1.0)
            return self._call(self._asking, path, **fields)

    def _wait(self, wait_s: float) -> None:
        if wait_s > self._patience_s:
            raise RateLimited(f"TNS asks to wait {wait_s:.0f} s", wait_s)
        self._patience_s -= wait_s
        time.sleep(wait_s)

    def _call(self, session: requests.Session, path: str, **fields: str) -> dict[str, Any]:
        reply = http.fetch_json(
            session,
            "POST",
            f"{self.account.base_url}/api/{path}",
            data={"api_key": self.account.api_key, **fields},
            headers={"User-Agent": self.account.user_agent},
            timeout=self._timeout_s,
            allow_redirects=False,
        )
        if not isinstance(reply, dict):
            raise BadReply("TNS answered with something that is not an object")
        code = reply.get("id_code")
        if isinstance(code, int) and code >= 400:
            raise RequestRefused(f"TNS refused the request ({code})", code, reply)
        return reply


def _report_id(value: Any) -> int:
    number = int(value)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(f"{number} is no number of a submission")
    return number


class _Limits:
    """When TNS takes the next call, from the headers of its replies; cone searches have a limit of their own."""

    def __init__(self) -> None:
        self._free_at = {"plain": 0.0, "cone": 0.0}

    def note(self, response: requests.Response, *args: Any, **kwargs: Any) -> None:
        for kind, prefix in (("plain", "x-rate-limit"), ("cone", "x-cone-rate-limit")):
            reset = response.headers.get(f"{prefix}-reset", "")
            if response.headers.get(f"{prefix}-remaining") in ("0", "Exceeded") and reset.isdecimal():
                self._free_at[kind] = time.monotonic() + float(reset)

    def wait_s(self, kind: str) -> float:
        return max(0.0, max(self._free_at["plain"], self._free_at[kind]) - time.monotonic())
