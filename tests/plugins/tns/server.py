"""A small TNS on this machine, with faults on demand. It shares no code with the client."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

KEY, BOT_ID, BOT_NAME = "secret", "1234", "our_bot"
MARKER = f'tns_marker{{"tns_id":{BOT_ID},"type":"bot","name":"{BOT_NAME}"}}'
#: What may happen to a submission: (is it kept, how is it answered).
FAULTS = {
    "504 after commit": (True, 504),
    "504 before commit": (False, 504),
    "drop after commit": (True, "drop"),
    "drop before commit": (False, "drop"),
    "truncated": (True, "truncated"),
    "html": (True, "html"),
    "429": (False, 429),
    "401": (False, 401),
    "black hole": (True, "no reply ever"),
    "swallowed": (False, "no reply ever"),
    "late": (True, 504),
}


class FakeTns:
    """Keeps objects and submissions. ``is_strict`` makes it insert every entry that it processes, as if it never
    noticed a repetition: what the ledger must prevent shows up in `accepted`.
    """

    def __init__(self, is_strict: bool = False) -> None:
        self.is_strict = is_strict
        self.faults: list[str] = []  # for the next submissions, in order
        self.read_faults: list[str] = []  # for the next searches and replies
        self.objects: list[dict[str, Any]] = []
        self.submissions: dict[int, dict[str, Any]] = {}
        self.accepted: Counter[str] = Counter()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.delay_polls = 0
        self.headers: dict[str, str] = {}
        self.forced_entries: list[dict[str, Any]] | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FakeTns:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, name: str, ra: float, dec: float, internal_name: str = "", prefix: str = "AT") -> None:
        self.objects.append({"objname": name, "prefix": prefix, "ra": ra, "dec": dec, "internal_name": internal_name})

    def tick(self) -> None:
        """Process what came late."""
        for submission in self.submissions.values():
            self._process(submission)

    def n_calls(self, path: str) -> int:
        return sum(called == path for called, _ in self.calls)

    def answer(self, path: str, fields: dict[str, str]) -> tuple[Any, Any]:
        data = json.loads(fields["data"]) if "data" in fields else {"report_id": int(fields["report_id"])}
        self.calls.append((path, data))
        if path == "set/bulk-report":
            return self._submit(data["at_report"])
        if self.read_faults:
            fault = self.read_faults.pop(0)
            return (int(fault) if fault.isdigit() else fault), {"id_code": 0}
        return self._search(data) if path == "get/search" else self._reply(data["report_id"])

    def _submit(self, entries: dict[str, Any]) -> tuple[Any, Any]:
        fault = self.faults.pop(0) if self.faults else ""
        is_kept, answer = FAULTS.get(fault, (True, 200))
        number = 70000 + len(self.submissions) + 1
        submission = {"entries": entries, "feedback": None, "polls": 0, "mute": answer == "no reply ever"}
        if is_kept:
            self.submissions[number] = submission
            if fault != "late":
                self._process(submission)
        else:
            self.submissions[number] = submission | {"entries": {}, "mute": True, "feedback": []}
        return 200 if answer == "no reply ever" else answer, _ok({"report_id": number})

    def _process(self, submission: dict[str, Any]) -> None:
        if submission["feedback"] is None:
            submission["feedback"] = self.forced_entries or [self._insert(e) for e in submission["entries"].values()]

    def _insert(self, entry: dict[str, Any]) -> dict[str, Any]:
        name, ra, dec = entry["internal_name"], float(entry["ra"]["value"]), float(entry["dec"]["value"])
        echoed = {"internal_ids": entry["internal_ids"]} if "internal_ids" in entry else {}
        here = next((o for o in self.objects if _offset_arcsec(o, ra, dec) < 2), None)
        if here and here["internal_name"] == name and not self.is_strict:
            return {
                "discovery_datetime": [{"5": {"message": "An identical AT report exists.", "message_id": 5}}],
                **echoed,
            }
        self.accepted[name] += 1
        if here:
            known = {"message": "Transient object exists.", "objname": here["objname"], "prefix": here["prefix"]}
            return {"101": known, **echoed}
        objname = f"2026x{chr(97 + len(self.objects) // 26)}{chr(97 + len(self.objects) % 26)}"
        self.add(objname, ra, dec, name)
        return {"100": {"message": "Transient object was inserted.", "objname": objname}, **echoed}

    def _reply(self, report_id: int) -> tuple[Any, Any]:
        submission = self.submissions.get(report_id)
        if submission is None or submission["mute"] or submission["feedback"] is None:
            return 404, {"id_code": 404, "id_message": "Not found"}
        submission["polls"] += 1
        if submission["polls"] <= self.delay_polls:
            return 404, {"id_code": 404, "id_message": "Not found"}
        good = all({"100", "101", "121"} & set(entry) for entry in submission["feedback"])
        return 200 if good else 400, _ok({"feedback": {"at_report": submission["feedback"]}}, 200 if good else 400)

    def _search(self, query: dict[str, Any]) -> tuple[int, Any]:
        if query.get("internal_name"):
            found = [o for o in self.objects if o["internal_name"] == query["internal_name"]]
        else:
            ra, dec, radius = (float(query[key]) for key in ("ra", "dec", "radius"))
            found = [o for o in self.objects if _offset_arcsec(o, ra, dec) < radius]
        return 200, _ok([{"objname": o["objname"], "prefix": o["prefix"], "objid": 1} for o in found])


def _ok(data: Any, code: int = 200) -> dict[str, Any]:
    return {"id_code": code, "id_message": "OK" if code == 200 else "Bad request", "data": data}


def _offset_arcsec(known: dict[str, Any], ra: float, dec: float) -> float:
    east = (known["ra"] - ra) * math.cos(math.radians(dec))
    return 3600 * math.hypot(east, known["dec"] - dec)


def _handler(tns: FakeTns) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            fields = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
            if self.headers["User-Agent"] != MARKER or fields.get("api_key") != KEY:
                return self.send(401, {"id_code": 401, "id_message": "Unauthorized"})
            self.send(*tns.answer(self.path.removeprefix("/api/"), fields))

        def send(self, answer: Any, body: Any) -> None:
            self.close_connection = True
            if answer == "drop":
                return
            text = "<html>busy</html>" if answer == "html" else json.dumps(body)
            text = text[: len(text) // 2] if answer == "truncated" else text
            self.send_response(answer if isinstance(answer, int) else 200)
            for name, value in tns.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            raise AssertionError("the API is never read by GET")

        def log_message(self, *args: Any) -> None:
            return

    return Handler
