"""FakeServer: an HTTP server on loopback that a fake network fills in, and that misbehaves."""

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.parser import BytesParser
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote_plus, urlsplit

from publisher.testing.network import Behaviour

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST
PATIENCE = 3.0
LATE = 0.15  # seconds; the time-outs of tests are longer
ELSEWHERE = "/elsewhere"


@cache
def bomb() -> bytes:
    """Some kilobytes that unpack to 100 MB."""
    return gzip.compress(bytes(100_000_000))


class Form(NamedTuple):
    """The fields and the files of a form (multipart/form-data)."""

    fields: dict[str, str]
    files: list[bytes]


@dataclass
class Request:
    """What was asked; the names of `headers` are in small letters."""

    method: str
    path: str
    url: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> Form:
        """The body, which must be a form with files."""
        form = Form({}, [])
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        for part in BytesParser().parsebytes(head + self.body).walk():
            content = part.get_payload(decode=True)
            if part.is_multipart() or not isinstance(content, bytes):
                continue
            if part.get_filename():
                form.files.append(content)
            else:
                name = str(part.get_param("name", header="content-disposition"))
                form.fields[name] = content.decode()
        return form

    @property
    def words(self) -> str:
        """All texts of the body, apart from each other: of JSON, of a form, or as it is."""
        text = self.body.decode(errors="replace")
        if "multipart/" in self.headers.get("content-type", ""):
            text = " ".join(self.form.fields.values())
        elif "urlencoded" in self.headers.get("content-type", ""):
            text = unquote_plus(text.replace("&", " ").replace("=", " "))
        try:
            return " ".join(_texts(json.loads(text)))
        except ValueError:
            return text


@dataclass
class Reply:
    """What is answered: any JSON, or bytes as they are."""

    status: int = 200
    content: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """What goes over the wire."""
        return (
            self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()
        )

    @property
    def texts(self) -> list[str]:
        """What it says."""
        bare = isinstance(self.content, bytes)
        return [self.content.decode()] if bare else _texts(self.content)


ODD: tuple[Any, ...] = (
    None,
    5,
    -1,
    "",
    "x" * 5_000,
    [],
    [[]],
    [5],
    {},
    {"id": {}},
    "\u202e\n<script>",
    "javascript:x",
)


def odd_answers(usual: Reply) -> Iterator[Reply]:
    """Answers of 200 like `usual`, in which one thing each has another shape than it should."""
    yield from (Reply(200, odd) for odd in ODD)
    yield Reply(200, b"[" * 100_000)
    if isinstance(usual.content, bytes):
        return
    for path, _ in _leaves(usual.content):
        for length in range(1, len(path) + 1):
            for odd in ODD:
                yield Reply(200, _with(usual.content, path[:length], odd))


def _texts(value: Any) -> list[str]:
    return [each for _, each in _leaves(value) if isinstance(each, str)]


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each value that holds no others, and where it stands."""
    if value and isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value


def _with(value: Any, path: tuple[Any, ...], odd: object) -> Any:
    """A copy of JSON in which `odd` stands at `path`."""
    if not path:
        return odd
    changed = value.copy()
    changed[path[0]] = _with(value[path[0]], path[1:], odd)
    return changed


class FakeServer:
    """Subclasses say which path publishes, and answer; `behaviour` spoils what publishes.

    `is_post` knows the request that publishes; override it where its path holds a key, or where
    the same path edits.
    `replies` overrides the answer to a path, `garbled` is the success that nobody can read,
    `denial` the no inside a success, `forbidden` the one in unknown words.
    """

    publishes: str
    garbled = Reply(200, b"<html><title>Welcome</title>")
    rejection: Reply
    denial: Reply
    forbidden = Reply(403, {"error": "Not this time"})

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: dict[str, Reply] = {}
        self.replied = Reply()  # the latest answer to what publishes
        self.behaviour = Behaviour.WORKS
        self._left: list[Behaviour] = []  # what it does from after the next message, and so on
        self.clock = timedelta(0)  # how far this server's clock is ahead
        self._stopped = threading.Event()
        self._http: ThreadingHTTPServer | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._stop()

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def limited(self) -> Reply:
        """What says "not so fast", and until when."""
        raise NotImplementedError

    @property
    def attempts(self) -> int:
        """How often something was to be published."""
        return sum(map(self.is_post, self.requests))

    @property
    def strays(self) -> int:
        """How many requests came to where a redirect led."""
        return sum(request.path == ELSEWHERE for request in self.requests)

    @property
    def posted(self) -> list[str]:
        """The words of each request that publishes, however they were encoded."""
        return [request.words for request in self.requests if self.is_post(request)]

    def behave(self, behaviour: Behaviour) -> None:
        """From now on, do this."""
        self.behaviour = behaviour
        if behaviour is Behaviour.DOWN:
            self._stop()
        elif self._http is None:
            self._start()

    def behave_after(self, messages: int, behaviour: Behaviour) -> None:
        """Do this once so many messages were taken well."""
        self._left = [Behaviour.WORKS] * (messages - 1) + [behaviour]

    def go_on(self, request: Request) -> None:
        """After a message, the next behaviour; the answer to this one is not written yet."""
        if self._left and self.is_post(request):
            self.behave(self._left.pop(0))

    def is_post(self, request: Request) -> bool:
        """Whether success publishes something."""
        return request.method == "POST" and request.path == self.publishes

    def answer(self, request: Request) -> Reply:
        """What the network says when nothing goes wrong; whatever is posted, keep."""
        raise NotImplementedError

    def refusal(self, request: Request) -> Reply | None:
        """What this network says when it does not act."""
        if self.behaviour is Behaviour.REFUSES_ACCOUNT:
            return Reply(401, {"error": "The access token is invalid"})
        return self._no() if self.is_post(request) else None

    def _no(self) -> Reply | None:
        match self.behaviour:
            case Behaviour.REJECTS | Behaviour.FORBIDS | Behaviour.DENIES | Behaviour.LIMITS as how:
                names = {"rejects": "rejection", "forbids": "forbidden", "denies": "denial"}
                reply: Reply = getattr(self, names.get(how, "limited"))
                return reply
            case Behaviour.LIMITS_MUTELY:
                return Reply(429, b"<html>Too Many Requests</html>")
            case Behaviour.BUSY:
                return Reply(503, b"<html>Service Unavailable</html>")
            case Behaviour.REDIRECTS:
                there = f"http://localhost:{self.port}{ELSEWHERE}"
                return Reply(307, b"", {"Location": there})
        return None

    def _start(self) -> None:
        fake = self

        class Handler(_Handler):
            server_of = fake

        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._http.daemon_threads = True
        self.port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def _stop(self) -> None:
        http, self._http = self._http, None
        if http:
            http.shutdown()
            http.socket.close()

    def wait(self, seconds: float = PATIENCE) -> None:
        """Say nothing, usually for longer than anybody waits."""
        self._stopped.wait(seconds)


class _Handler(BaseHTTPRequestHandler):
    server_of: FakeServer

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        fake, request = self.server_of, self._request()
        fake.requests.append(request)
        override = fake.replies.get(request.path)
        refusal = fake.refusal(request)
        reply = refusal or override or fake.answer(request)
        spoil = fake.is_post(request) and not refusal
        fake.replied = reply if spoil else fake.replied
        behaviour = fake.behaviour if spoil else Behaviour.WORKS
        fake.go_on(request)
        self._tell(reply, behaviour)

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = f"http://{self.headers['Host']}{self.path}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, parts.path, url, query, headers, body)

    def _tell(self, reply: Reply, behaviour: Behaviour) -> None:
        match behaviour:
            case Behaviour.NEVER_ANSWERS:
                self.server_of.wait()
            case Behaviour.RESETS:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                self.connection.close()
            case Behaviour.CUTS:
                self._write(reply, reply.body[: len(reply.body) // 2])
            case Behaviour.FAILS:
                self._write(failure := Reply(500, b"<html>We are sorry</html>"), failure.body)
            case Behaviour.EMPTIES:
                self._write(nothing := Reply(201, b""), nothing.body)
            case Behaviour.BOMBS:
                self._write(Reply(200, bomb(), {"Content-Encoding": "gzip"}), bomb())
            case Behaviour.DELAYS:
                self.server_of.wait(LATE)
                self._write(reply, reply.body)
            case Behaviour.GARBLES:
                self._write(self.server_of.garbled, self.server_of.garbled.body)
            case _:
                self._write(reply, reply.body)

    def _write(self, reply: Reply, body: bytes) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def finish(self) -> None:
        if self.connection.fileno() >= 0:
            super().finish()

    def date_time_string(self, timestamp: float | None = None) -> str:
        ahead = self.server_of.clock.total_seconds()
        return super().date_time_string(int((timestamp or time.time()) + ahead))

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""
