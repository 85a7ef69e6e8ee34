"""The page that tells a person what this server is, what is on its sky, and what it has received."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tom_alerce_like.sandbox.bookings import Bookings
from tom_alerce_like.sandbox.night import Night
from tom_alerce_like.sandbox.opinions import fink_class
from tom_alerce_like.sandbox.tns import Tns

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated night</title>
<style>body{font-family:sans-serif;margin:2em}td,th{padding:.1em .7em;text-align:left}table{margin-bottom:2em}</style>
<h1>Simulated night: nothing here is real</h1>
<p>Loopback services that speak as ALeRCE, Fink, TNS and an observation portal do. Objects, galaxies, reports and
requests are invented; every reply carries the header <code>X-Simulated: yes</code>.</p>"""


def page(night: Night, tns: Tns, bookings: Bookings, prefixes: Iterable[str]) -> str:
    """Return the index page."""
    links = "".join(f"<li><code>/{escape(name)}</code></li>" for name in prefixes)
    return (
        f"{HEAD}<p>Seed {night.seed}, {night.day}.</p><ul>{links}</ul>"
        f"<h2>Request groups received ({len(bookings.groups)})</h2>{_requests(bookings)}"
        f"<h2>TNS entries received ({sum(len(one.entries) for one in tns.received.values())})</h2>{_reports(tns)}"
        f"<h2>Objects on the sky ({len(night.sources)})</h2>{_objects(night)}</html>"
    )


def _requests(bookings: Bookings) -> str:
    rows = [
        (group["id"], group["name"], group["state"], group["created"], len(group["requests"]))
        for group in bookings.groups.values()
    ]
    return _table(("id", "name", "state", "created", "requests"), rows)


def _reports(tns: Tns) -> str:
    rows = [
        (received.report_id, received.sender, entry.get("internal_name", ""), ", ".join(answer), _name(answer))
        for received in tns.received.values()
        for entry, answer in zip(received.entries, received.feedback, strict=True)
    ]
    return _table(("report", "sender", "internal name", "feedback", "name"), rows)


def _name(answer: dict) -> str:
    return next((answer[code]["objname"] for code in ("100", "101") if code in answer), "")


def _objects(night: Night) -> str:
    rows = [
        (
            *(source.object_id, source.truth.kind, fink_class(source), f"{source.truth.ra_deg:.4f}"),
            *(f"{source.truth.dec_deg:+.4f}", len(source.detections), f"{source.mags[-1]:.1f}"),
        )
        for source in night.sources
    ]
    return _table(("object", "truth", "Fink class", "RA", "Dec", "detections", "last mag"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    def line(cells: Iterable[object], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"
