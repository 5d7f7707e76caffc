import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import BaseModel, SecretStr, ValidationError

from publisher.adapters.http import public, wire
from publisher.adapters.http.api import Api
from publisher.adapters.http.failures import one_line, retry_at
from publisher.adapters.http.ip_addresses import is_public
from publisher.adapters.http.matching import by_their_clock, is_same_note
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.public import fetch_public, is_live
from publisher.adapters.http.replies import epoch, moment, network_id, web_url
from publisher.errors import (
    AuthExpired,
    DeliveryError,
    Doubtful,
    OutcomeUnknown,
    PublisherError,
    RateLimited,
    Rejected,
    Unavailable,
)
from publisher.model.messages import Note
from publisher.testing import Behaviour
from publisher.testing.servers import FakeServer, Reply, Request

SECRET = "very-secret-7"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Echo(FakeServer):
    publishes = "/act"
    heads = 200
    late = 0.0
    rejection = Reply(422, {"error": "no"})

    def refusal(self, request: Request) -> Reply | None:
        self.wait(self.late)
        return super().refusal(request)

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(self.heads, b"")
        return Reply(200, {"said": request.body.decode(errors="replace")})


class _Options(BaseModel):
    url: BaseUrl = "https://x.example"
    token: Token = SecretStr("word")


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


def api_of(base_url: str, **more: Any) -> Api:
    return Api(base_url, name="example", timeout=0.5, secrets=lambda: [SECRET], **more)


@pytest.fixture
def api(server: Echo) -> Api:
    return api_of(server.base_url)


def failure(api: Api, *, acts: bool = True) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        api.call("POST" if acts else "GET", "/act", acts=acts, json={"text": "hello"})
    return caught.value


STATUSES: list[tuple[int, type[DeliveryError], type[DeliveryError]]] = [
    (400, Rejected, Rejected),
    (401, AuthExpired, AuthExpired),
    (403, Doubtful, Rejected),
    (404, Doubtful, Rejected),
    (408, Unavailable, Unavailable),
    (413, Rejected, Rejected),
    (422, Rejected, Rejected),
    (429, RateLimited, RateLimited),
    (301, Unavailable, Unavailable),
    (302, OutcomeUnknown, Unavailable),
    (303, OutcomeUnknown, Unavailable),
    (307, Unavailable, Unavailable),
    (500, OutcomeUnknown, Unavailable),
    (502, OutcomeUnknown, Unavailable),
    (503, Unavailable, Unavailable),
    (504, OutcomeUnknown, Unavailable),
    (520, OutcomeUnknown, Unavailable),
]


@pytest.mark.parametrize(("status", "acting", "reading"), STATUSES)
def test_a_status_has_its_error(
    server: Echo, api: Api, status: int, acting: type[DeliveryError], reading: type[DeliveryError]
) -> None:
    server.replies["/act"] = Reply(status, {"error": "because"}, {"Location": "/elsewhere"})
    errors = [failure(api), failure(api, acts=False)]
    assert [type(error) for error in errors] == [acting, reading]
    assert {error.status for error in errors} == {f"HTTP {status}"}
    assert [request.path for request in server.requests] == ["/act", "/act"]


SHAPES = [
    {"error": "Too long"},
    {"detail": "Too long", "title": "Bad", "type": "about:blank"},
    {"errors": [{"message": "Too long", "code": 1}]},
    [{"message": "Too long"}],
    ["Too long"],
    {"error": {"message": "Too long"}},
    {"error": 7, "message": "Too long"},
    "Too long",
]


@pytest.mark.parametrize("content", SHAPES)
def test_the_networks_own_words_are_told(server: Echo, api: Api, content: object) -> None:
    server.replies["/act"] = Reply(422, content)
    assert str(failure(api)).endswith(": HTTP 422: Too long")


@pytest.mark.parametrize("content", [b"<html>no</html>", b"", b"[" * 100_000, b"[]", {"a": 1}, 3])
def test_no_words_are_no_trouble(server: Echo, api: Api, content: object) -> None:
    server.replies["/act"] = Reply(422, content)
    assert str(failure(api)).endswith(": HTTP 422")


def test_a_code_and_its_words_stand_together(server: Echo, api: Api) -> None:
    server.replies["/x"] = Reply(400, {"error": "InvalidRequest", "message": "Record is odd"})
    with pytest.raises(Rejected, match="InvalidRequest: Record is odd"):
        api.call("GET", "/x")


def test_a_new_secret_is_cut_out_too(server: Echo, api: Api) -> None:
    api.hide("fresh-token-1")
    server.replies["/x"] = Reply(400, {"error": "fresh-token-1 and very-secret-7 are odd"})
    with pytest.raises(Rejected, match=r"\*\*\* and \*\*\* are odd"):
        api.call("GET", "/x")


def test_hostile_words_are_tamed(server: Echo, api: Api) -> None:
    evil = f"bad\r\nX: \x1b[31m\u202e {SECRET} " + "long " * 100
    server.replies["/act"] = Reply(422, {"error": evil})
    text = str(failure(api))
    assert text.isprintable() and SECRET not in text and "***" in text and len(text) < 250


@pytest.mark.parametrize("kept", [10, 3_000_000])
def test_a_refusal_with_a_spoilt_body_is_still_a_refusal(server: Echo, api: Api, kept: int) -> None:
    server.replies["/act"] = Reply(422, b"x" * kept, {"Content-Length": "4000000"})
    assert type(failure(api)) is Rejected


def test_a_huge_success_is_unreadable(server: Echo, api: Api) -> None:
    server.replies["/act"] = Reply(200, b"x" * 3_000_000)
    assert type(failure(api)) is OutcomeUnknown
    assert "too large" in str(failure(api, acts=False))


SPOILS = [Behaviour.NEVER_ANSWERS, Behaviour.RESETS, Behaviour.CUTS]


@pytest.mark.parametrize("how", SPOILS)
def test_only_what_acts_can_be_unknown(server: Echo, api: Api, how: Behaviour) -> None:
    server.behave(how)
    assert type(failure(api)) is OutcomeUnknown
    with pytest.raises(Unavailable) as caught:
        api.call("POST", "/act", json={})
    assert type(caught.value) is Unavailable
    assert server.attempts == 2


def test_a_cut_chunked_answer_is_noticed(server: Echo, api: Api) -> None:
    server.replies["/act"] = Reply(200, b"5\r\nhel", {"Transfer-Encoding": "chunked"})
    assert type(failure(api)) is OutcomeUnknown


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_is_given_up(
    begun: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, secure: bool
) -> None:
    context = _trusted(tmp_path, monkeypatch) if secure else None

    def drip(client: socket.socket) -> None:
        secured = context and context.wrap_socket(client, server_side=True)
        with secured or nullcontext(client) as served:
            served.recv(9999)
            served.sendall(begun)
            _drops(served)

    with _raw_server(drip) as port:
        started = time.monotonic()
        scheme = "https" if secure else "http"
        api = Api(f"{scheme}://127.0.0.1:{port}", name="example", timeout=0.3)
        with pytest.raises(OutcomeUnknown, match="no answer in time"):
            api.call("POST", "/", acts=True, json={})
        assert time.monotonic() - started < 2


def test_a_message_that_is_taken_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "CONNECT_TIMEOUT", 0.1)

    def sip(client: socket.socket) -> None:
        while client.recv(65_536):
            time.sleep(0.02)

    with _raw_server(sip) as port:
        api = Api(f"http://127.0.0.1:{port}", name="example", timeout=0.2)
        with pytest.raises(OutcomeUnknown, match="too slowly"):
            api.call("POST", "/", acts=True, data=bytes(100_000_000))


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert type(failure(api_of(f"http://127.0.0.1:{port}"))) is Unavailable


def test_no_such_host() -> None:
    error = failure(api_of("https://nobody.invalid"))
    assert type(error) is Unavailable
    assert str(error).startswith("nobody.invalid: ")


def test_a_handshake_that_never_ends_sent_nothing() -> None:
    """Its exception is a read time-out, yet not a byte of the message has left."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert type(failure(api_of(f"https://127.0.0.1:{port}"))) is Unavailable


def test_a_foreign_certificate_is_refused() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def greet(wire: socket.socket) -> None:
        context.wrap_socket(wire, server_side=True).close()

    with _raw_server(greet) as port:
        error = failure(api_of(f"https://127.0.0.1:{port}"))
    assert type(error) is Unavailable
    assert "certificate" in str(error)


def test_a_reset_before_the_message_left_sent_nothing() -> None:
    with _raw_server(lambda wire: wire.close()) as port, pytest.raises(Unavailable):
        api_of(f"http://127.0.0.1:{port}").call("GET", "/act", acts=True)


def test_the_environment_changes_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert api.call("GET", "/act").status_code == 200


def test_the_request_says_who_asks(server: Echo, api: Api) -> None:
    api.call("POST", "/act", json={"a": 1}, headers={"Idempotency-Key": "k"})
    headers = server.requests[0].headers
    assert headers["user-agent"].startswith("Publisher/")
    assert headers["idempotency-key"] == "k" and headers["content-length"] == "8"
    assert "cookie" not in headers


def test_libraries_keep_quiet(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    api.call("GET", "/act")
    logging.getLogger("oauthlib.oauth1.rfc5849").debug("Signature: %s", SECRET)
    logging.getLogger("tweepy.client").debug("Headers: %s", SECRET)
    assert SECRET not in caplog.text


def test_no_log_shows_a_path_with_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    """urllib3 warns of odd headers, with the whole address of the request."""

    def talk(wire: socket.socket) -> None:
        wire.recv(9999)
        wire.sendall(b"HTTP/1.1 200 OK\r\nno header at all\r\nContent-Length: 2\r\n\r\n{}")

    with _raw_server(talk) as port:
        api_of(f"http://127.0.0.1:{port}").call("GET", f"/bot{SECRET}/getMe")
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(35, 35), (0.65, 1), (10**9, 86_400), (-1, 60), (float("nan"), 60), (True, 60), ("35", 60)],
)
def test_a_body_says_when_to_come_back(server: Echo, seconds: object, wait: float) -> None:
    content = {"parameters": {"retry_after": seconds}}
    server.replies["/act"] = Reply(429, content, {} if wait != 60 else {"Retry-After": "60"})
    error = failure(api_of(server.base_url, retry_after=("parameters", "retry_after")))
    assert isinstance(error, RateLimited) and error.retry_at is not None
    until = error.retry_at - datetime.now(UTC)
    assert timedelta(seconds=wait - 1) < until <= timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "90"}, NOW + timedelta(seconds=90)),
        ({"Retry-After": "0"}, NOW + timedelta(seconds=1)),
        ({"Retry-After": "99999999999"}, NOW + timedelta(days=1)),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "Sun, 01 Mar 2026 12:05:00 GMT"}, NOW + timedelta(minutes=5)),
        ({"Retry-After": "soon"}, None),
        ({"X-RateLimit-Reset": "2026-03-01T12:10:00.5Z"}, NOW + timedelta(minutes=10, seconds=0.5)),
        ({"X-RateLimit-Reset": "2026-03-01"}, NOW + timedelta(seconds=1)),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 900)}, NOW + timedelta(minutes=15)),
        ({"x-rate-limit-reset": "1", "x-rate-limit-remaining": "39999"}, None),
        (
            {
                "x-rate-limit-reset": str(int(NOW.timestamp()) + 900),
                "x-rate-limit-remaining": "12",
                "x-user-limit-24hour-reset": str(int(NOW.timestamp()) + 7200),
                "x-user-limit-24hour-remaining": "0",
            },
            NOW + timedelta(hours=2),
        ),
        ({}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], expected: datetime | None) -> None:
    assert retry_at(headers, NOW, None) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://mastodon.example",
        "http://127.0.0.1:8000",
        "http://localhost:1",
        "http://[::1]:80",
        "http://masto.test",
        "https://host.example/masto/",
    ],
)
def test_a_base_url(url: str) -> None:
    assert _Options.model_validate({"url": url}).url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "mastodon.example",
        "ftp://mastodon.example",
        "http://mastodon.example",
        "https://user:word@mastodon.example",
        "https://mastodon.example?x=1",
        "https://mastodon.example/#a",
        "https://",
        "https://a b.example",
        "https://mastodon.example:99999",
        "https://mastodon.example:0",
        "https://[::1",
        "",
    ],
)
def test_no_base_url(url: str) -> None:
    with pytest.raises(ValidationError):
        _Options.model_validate({"url": url})


@pytest.mark.parametrize("token", ["", "  ", "two words", "tökén", "a\nb", "a\x00b"])
def test_no_token(token: str) -> None:
    with pytest.raises(ValidationError):
        _Options.model_validate({"token": token})


def test_a_tokens_blanks_are_dropped() -> None:
    options = _Options.model_validate({"token": f" {SECRET}\n"})
    assert options.token.get_secret_value() == SECRET
    assert SECRET not in repr(options)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("109", "109"),
        (7, "7"),
        (True, ""),
        ({}, ""),
        ("", ""),
        ("a b", ""),
        ("x" * 999, ""),
        (None, ""),
    ],
)
def test_an_id(value: object, text: str) -> None:
    assert network_id(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "//x",
        "data:text/html,x",
        "https://",
        "https://a\nb",
        1,
        None,
        "http://[x",
        "https://evil.example\\.linkedin.com/up",
    ],
)
def test_no_link_to_show(value: object) -> None:
    assert web_url(value) == ""


def test_times() -> None:
    assert moment("2026-03-01T12:00:00.000Z") == NOW
    assert moment("2026-03-01T13:00:00+01:00") == NOW
    assert moment("2026-03-01T12:00:00") == NOW
    assert [moment(value) for value in ("yesterday", 5, None, "")] == [None] * 4


def test_one_line() -> None:
    assert one_line("a\n\tb\x00c") == "a b c"
    assert len(one_line("y" * 500)) == 200


LINK = "https://gazette.example/articles/bridge?utm_source=x"
NOTE = Note(text=f"The bridge is open again, at last. {LINK}", url=LINK)


@pytest.mark.parametrize(
    ("text", "links", "same"),
    [
        ("The bridge is open again, at last. https://t.co/x", [LINK], True),
        (NOTE.text, [], True),
        ("THE BRIDGE is open again, at last!", [LINK.replace("https", "http")], True),
        (
            "The bridge is open again, at last.",
            ["https://GAZETTE.example/articles/bridge/?utm_source=x"],
            True,
        ),
        ("The bridge is open again, at last.", ["https://gazette.example/articles/bridge"], False),
        ("The bridge is open again, at last.", [], False),
        ("Read this, I beg you.", [LINK], False),
        ("The bridge is open again, at last.", [None, 5, "https://[", LINK], True),
    ],
)
def test_is_it_our_note(text: str, links: list[object], same: bool) -> None:  # noqa: FBT001 - a table
    assert is_same_note(NOTE, text, links) is same


def test_without_a_link_the_words_decide() -> None:
    note = Note(text="Good morning, readers of the Gazette")
    assert is_same_note(note, "Good  morning, readers\nof the gazette", [])
    assert not is_same_note(note, "Good evening, readers of the Gazette", [])
    assert is_same_note(Note(text="🎉"), "🎉", [])


def test_the_clocks_may_differ(server: Echo, api: Api) -> None:
    now = datetime.now(UTC)
    for ahead in (timedelta(minutes=-7), timedelta(hours=2)):
        date = (now + ahead).strftime("%a, %d %b %Y %H:%M:%S GMT")
        server.replies["/skewed"] = Reply(200, {}, {"X-Date": date})
        response = api.call("GET", "/skewed")
        response.headers["Date"] = date
        assert abs(by_their_clock(now, response) - now - ahead) < timedelta(seconds=5)
    for odd in ("Thu, 01 Jan 1970 00:00:00 GMT", "never", ""):
        response.headers["Date"] = odd
        assert by_their_clock(now, response) == now - timedelta(seconds=2)


PUBLIC = """
93.184.216.34 2606:4700::1 ::ffff:93.184.216.34 64:ff9b::5db8:d822 1.1.1.1 100.63.255.255
100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.31.196.1 198.17.0.1 198.20.0.1 223.255.255.255
2001:200::1 2001:db7::1 2003::1 2a00:1450::1 3ffd::1
"""
PRIVATE = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.1 224.0.0.1 240.0.0.1
255.255.255.255 192.0.2.1 :: ::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1
::ffff:10.0.0.1 ::7f00:1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:7f00:1::
192.0.0.8 192.0.0.9 192.0.0.170 192.88.99.1 198.19.255.255 203.0.113.9 172.31.255.255
100.127.255.255 64:ff9b:1::7f00:1 100::1 100:0:0:1::1 2001:1::1 2001:2::1 2001:20::1 3ffe::1 3fff::1
5f00::1 ::ffff:0:127.0.0.1 ::127.0.0.1 4000::1 64:ff9b::a00:1 64:ff9b::c000:8
::ffff:192.0.0.8 febf::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def fetch(server: Echo, path: str = "/pic", *, allow: bool = True, **more: Any) -> bytes:
    hosts = [f"127.0.0.1:{server.port}"] if allow else []
    options = {"max_bytes": 1000, "timeout": 1.0, "allow_hosts": hosts, **more}
    return fetch_public(server.base_url + path, **options)


def test_a_picture_is_fetched(server: Echo) -> None:
    server.replies["/pic"] = Reply(200, b"\x89PNG")
    assert fetch(server) == b"\x89PNG"
    assert fetch(server, allow_hosts=["127.0.0.1"]) == b"\x89PNG"
    assert server.requests[0].headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
def test_loopback_is_refused(server: Echo, host: str) -> None:
    with pytest.raises(PublisherError, match="private network"):
        fetch_public(f"http://{host}:{server.port}/pic", max_bytes=10)
    assert not server.requests


def test_a_redirect_is_followed(server: Echo) -> None:
    server.replies["/old"] = Reply(302, b"", {"Location": "/pic"})
    server.replies["/pic"] = Reply(200, b"ok")
    assert fetch(server, "/old") == b"ok"


@pytest.mark.parametrize("scheme", ["http", "ftp", "file"])
def test_a_redirect_into_the_network_is_refused(server: Echo, scheme: str) -> None:
    server.replies["/pic"] = Reply(302, b"", {"Location": f"{scheme}://localhost:{server.port}/x"})
    with pytest.raises(PublisherError):
        fetch(server)
    assert len(server.requests) == 1


def test_a_redirect_in_circles_ends(server: Echo) -> None:
    server.replies["/pic"] = Reply(301, b"", {"Location": "/pic"})
    with pytest.raises(PublisherError, match="leads on to other addresses more than 3 times"):
        fetch(server)
    assert len(server.requests) == 4


def test_a_name_is_asked_for_once(server: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **more: Any) -> Any:
        if host != "gazette.example":
            return real(host, *args, **more)
        asked.append(host)
        return real("127.0.0.1", *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    server.replies["/pic"] = Reply(200, b"ok")
    url = f"http://gazette.example:{server.port}/pic"
    assert fetch_public(url, max_bytes=9, allow_hosts=["gazette.example"]) == b"ok"
    assert len(asked) == 1
    assert server.requests[0].headers["host"] == f"gazette.example:{server.port}"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(404, b"no"), "HTTP 404"),
        (Reply(200, b"x" * 1001), "larger than 1,000 bytes"),
        (Reply(200, b"", {"Content-Length": "99999999"}), "larger than"),
        (Reply(200, b"x" * 10, {"Content-Length": "20"}), "cut off"),
        (Reply(200, b"5\r\nhel", {"Transfer-Encoding": "chunked"}), "cannot be fetched"),
    ],
)
def test_a_picture_that_does_not_come(server: Echo, reply: Reply, words: str) -> None:
    server.replies["/pic"] = reply
    with pytest.raises(PublisherError, match=words) as caught:
        fetch(server, "/pic?key=" + SECRET)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pic.png",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://a:b@c.example/",
        "http://x.example:99999/",
        "http://" + "a" * 70 + ".example/",
        "http://\udcff.example/",
        "javascript:1",
    ],
)
def test_no_address_at_all(url: str) -> None:
    with pytest.raises(PublisherError) as caught:
        fetch_public(url, max_bytes=10)
    assert str(caught.value).isprintable()


def test_a_path_in_any_script_is_asked_for(server: Echo) -> None:
    server.replies["/%C3%BC/a%20b"] = Reply(200, b"ok")
    assert fetch(server, "/ü/a b") == b"ok"


def test_a_picture_that_drips_is_given_up() -> None:
    with _raw_server(_drip) as port:
        started = time.monotonic()
        with pytest.raises(PublisherError, match="no answer in time"):
            fetch_public(
                f"http://127.0.0.1:{port}/", max_bytes=9999, timeout=0.5, allow_hosts=["127.0.0.1"]
            )
        assert time.monotonic() - started < 2


def test_all_redirects_share_one_time(server: Echo) -> None:
    """Each of them may be slow; together they are given up."""
    server.replies["/pic"] = Reply(302, b"", {"Location": "/pic"})
    server.late = 0.2
    started = time.monotonic()
    with pytest.raises(PublisherError, match="no answer in time"):
        fetch(server, timeout=0.5)
    assert time.monotonic() - started < 0.7


def test_what_cannot_be_fetched_is_told_in_plain_words(server: Echo) -> None:
    """One line without a program's words, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}/a.png"
    server.replies["/pic"] = Reply(404, b"")
    for url, why, hint in (
        ("https://reader:secret@nobody.invalid/a.png?key=1", "plain http or https", ""),
        ("https://nobody.invalid/a.png?key=1", "no such host", "is the address right"),
        (nobody, "nobody answers there", ""),
        (f"{server.base_url}/pic", "HTTP 404", "is the address right"),
        (f"{server.base_url.replace('http', 'https')}/pic", "no secure connection", "certificate"),
    ):
        with pytest.raises(PublisherError, match=why) as caught:
            fetch_public(url, max_bytes=9, timeout=2, allow_hosts=["127.0.0.1"])
        assert hint in caught.value.hint and "Error" not in str(caught.value)
        assert "secret" not in str(caught.value) and "key" not in str(caught.value)


def test_a_name_that_changes_its_mind_gains_nothing(
    server: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect to the same name is checked anew, and the address asked is the one checked."""
    answers = iter(["127.0.0.1", "127.0.0.1", "10.0.0.1"])
    connected: list[object] = []

    def resolve(_: str, port: int, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], **_: object) -> socket.socket:
        connected.append(address[0])
        wire = socket.socket()
        wire.connect(address)
        return wire

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(public, "is_public", lambda address: address == "127.0.0.1")
    server.replies["/a"] = Reply(302, b"", {"Location": "/b"})
    server.replies["/b"] = Reply(302, b"", {"Location": "/c"})
    with pytest.raises(PublisherError, match="private network"):
        fetch_public(f"http://gazette.example:{server.port}/a", max_bytes=9)
    assert connected == ["127.0.0.1", "127.0.0.1"]
    assert [request.path for request in server.requests] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("reply", "live"),
    [
        (Reply(200, b""), True),
        (Reply(404, b""), False),
        (Reply(500, b""), False),
        (Reply(204, b""), False),
    ],
)
def test_is_a_page_live(server: Echo, reply: Reply, live: bool) -> None:  # noqa: FBT001 - a table
    server.replies["/page"] = reply
    assert is_live(f"{server.base_url}/page", allow_hosts=["127.0.0.1"]) is live
    assert [request.method for request in server.requests] == ["HEAD"]


@pytest.mark.parametrize("status", [405, 501])
def test_a_server_without_head_is_asked_by_get(server: Echo, status: int) -> None:
    server.heads = status
    assert is_live(f"{server.base_url}/page", allow_hosts=["127.0.0.1"])
    assert [request.method for request in server.requests] == ["HEAD", "GET"]


def test_a_page_of_nobody_is_not_live() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert not is_live(f"http://127.0.0.1:{port}/", allow_hosts=["127.0.0.1"])
    assert not is_live("https://nobody.invalid/")


def test_a_private_page_is_an_error_not_a_no(server: Echo) -> None:
    with pytest.raises(PublisherError, match="private network"):
        is_live(f"{server.base_url}/page")


@contextmanager
def _raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A TCP server that says to each client what `talk` says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    wire, _ = listener.accept()
                    with suppress(OSError), wire:
                        talk(wire)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _drip(wire: socket.socket) -> None:
    wire.recv(9999)
    wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    _drops(wire)


def _drops(wire: socket.socket) -> None:
    while True:
        wire.sendall(b"x")
        time.sleep(0.05)


def _trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate, of an authority that every client takes."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(folder / "ca.pem"))
    return context


def test_importing_it_loads_no_library() -> None:
    code = (
        "import sys, publisher.adapters.mastodon, publisher.adapters.x\n"
        "print(*{'requests', 'tweepy', 'twitter_text', 'regex', 'urllib3'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == ""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "+300"}, 300),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "+64.5"}, 64.5),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "+900000"}, 86400),
        ({"x-rate-limit-remaining": "3", "x-rate-limit-reset": "+300"}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "-300"}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "soon"}, None),
        ({"x-rate-limit-reset": "+300", "Retry-After": "5"}, None),
    ],
)
def test_a_success_that_was_the_last_for_now_is_not_followed_by_a_refusal(
    server: Echo, api: Api, headers: dict[str, str], seconds: float | None
) -> None:
    said = {
        name: f"{time.time() + float(text):.3f}" if text[0] in "+-" else text
        for name, text in headers.items()
    }
    server.replies["/act"] = Reply(200, {}, said)
    api.call("POST", "/act", acts=True, json={})
    if seconds is None:
        api.call("POST", "/act", acts=True, json={})
        assert len(server.requests) == 2
        return
    error = failure(api)
    assert isinstance(error, RateLimited) and error.retry_at is not None
    assert abs((error.retry_at - datetime.now(UTC)).total_seconds() - seconds) < 5
    assert len(server.requests) == 1
    api.call("GET", "/act")


def test_a_link_can_end_no_quotes_and_begin_no_markup() -> None:
    assert web_url('https://m.example/1"]<b>`') == "https://m.example/1%22]%3Cb%3E%60"


@pytest.mark.parametrize("value", [1767225600, 1767225600.0, "1767225600", "1767225600.000000"])
def test_moments_since_1970_may_be_written_as_text(value: object) -> None:
    assert epoch(value) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "x", "1e9", "nan", "-5", "9" * 20, "\uff11", True, None, [], {}]
)
def test_what_is_no_moment_is_none(value: object) -> None:
    assert epoch(value) is None
