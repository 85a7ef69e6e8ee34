"""The way out: time-outs, retries, and replies that are checked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, RateLimited, RequestRefused, ServiceUnavailable


class Server:
    """Answers each request with the next of ``answers``: (status, headers, body), the last one for ever."""

    def __init__(self, *answers):
        self.answers, self.seen = list(answers), []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.seen.append(self.path)
                status, headers, body = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *args):
                """Keep quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.http.shutdown()
        self.http.server_close()


def fetch(server, method="GET"):
    with http.session() as session:
        return http.fetch_json(session, method, server.url, timeout=5)


def test_a_get_is_repeated_after_a_server_error():
    with Server((503, {}, b""), (200, {}, b"[1]")) as server:
        assert fetch(server) == [1]
        assert len(server.seen) == 2


def test_a_post_is_never_repeated():
    with Server((503, {}, b""), (200, {}, b"[1]")) as server:
        with pytest.raises(ServiceUnavailable, match="503"):
            fetch(server, "POST")
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, {}, b"oops"), ServiceUnavailable),
        ((429, {}, b""), RateLimited),
        ((429, {"Retry-After": "\xb2"}, b""), RateLimited),
        ((400, {}, b'{"ra": ["wrong"]}'), RequestRefused),
        ((200, {}, b"<html>maintenance</html>"), BadReply),
        ((200, {}, b'{"a": [1, 2'), BadReply),
        ((200, {"Content-Length": "500"}, b'{"a": 1}'), BadReply),
    ],
)
def test_a_failure_becomes_one_of_our_exceptions(answer, error):
    with Server(answer) as server, pytest.raises(error):
        fetch(server)


def test_a_refusal_carries_the_reply():
    with Server((400, {}, b'{"ra": ["wrong"]}')) as server, pytest.raises(RequestRefused) as caught:
        fetch(server)
    assert caught.value.status == 400 and caught.value.reply == {"ra": ["wrong"]}


def test_retry_after_is_told():
    with Server((429, {"Retry-After": "1"}, b"")) as server, pytest.raises(RateLimited) as caught:
        fetch(server, "POST")
    assert caught.value.retry_after_s == 1


def test_a_huge_reply_is_not_read_to_its_end(settings):
    settings.TOM_ALERCE_LIKE = {"MAX_REPLY_MB": 0.1}
    with Server((200, {}, b"[" + b"1," * 500_000 + b"1]")) as server, pytest.raises(BadReply, match="narrow the query"):
        fetch(server)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"[NaN, Infinity, -Infinity, 1e999, 1.5, 1]", [None, None, None, None, 1.5, 1]),
        (b'"a\\u0000b"', "a\ufffdb"),
        (b'"\\ud83d\\uDE00"', "\U0001f600"),
        (b'"\\ud83dx \\uDE00 \\ud83d\\ud83d"', "\ufffdx \ufffd \ufffd\ufffd"),
        (b'"\xed\xa0\x80"', "\ufffd\ufffd\ufffd"),
        (b'\xef\xbb\xbf{"a": 9007199254740993}', {"a": 9007199254740993}),
    ],
)
def test_what_no_database_keeps_is_not_let_in(body, value):
    assert http.decoded(body) == value


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"9" * 5000, b"\xff"])
def test_a_body_that_is_no_json_is_a_value_error(body):
    with pytest.raises(ValueError):
        http.decoded(body)


def test_nobody_there():
    with pytest.raises(ServiceUnavailable, match="no answer"), http.session(retries=0) as session:
        http.fetch_json(session, "GET", "http://127.0.0.1:9/", timeout=2)


@pytest.mark.parametrize(("setting_s", "connect_s"), [(60, http.CONNECT_TIMEOUT_S), (2, 2)])
def test_a_wall_that_drops_packets_is_not_waited_for_as_long_as_a_reply(settings, monkeypatch, setting_s, connect_s):
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": setting_s}
    used = []
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda *args, **how: used.append(how) or 1 / 0)
    with pytest.raises(ZeroDivisionError), http.session() as session:
        http.fetch_json(session, "GET", "http://127.0.0.1:9/")
    assert used[0]["timeout"] == (connect_s, setting_s)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"requests": [{}, {"non_field_errors": ["not visible"]}]}, "not visible"),
        ([None, 3, {"detail": "no such class"}], "no such class"),
        ("<html>a page</html>", ""),
        ({"detail": []}, ""),
        (None, ""),
    ],
)
def test_the_reason_of_a_refusal_is_the_first_text_in_it(reply, reason):
    assert RequestRefused("refused", 400, reply).reason == reason
