"""`publish web` and `publish run --web` as processes: served by uvicorn, stopped by a signal."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from publisher.errors import PublisherError
from publisher.outbox.outbox import Outbox
from publisher.web.server import PageServer
from publisher.wiring import Publisher
from tests.adapters.smtp_server import free_port
from tests.web.conftest import CONFIG
from tests.web.editions import publish

HOST = "news.gazette.example"
COMMAND = Path(sys.executable).with_name("publish")
PATIENCE = 30.0


@contextmanager
def started(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command, once it listens on its port; ended at the end."""
    port = free_port()
    (folder / "posts").mkdir(exist_ok=True)
    text = CONFIG.replace("web: {", f'web: {{listen: "127.0.0.1:{port}", ')
    text = text.replace("daily: {", "daily: {archive: true, ")
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    process = subprocess.Popen(
        [COMMAND, *words], cwd=folder, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        _wait_for(port, process)
        yield process, port
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            get(port, "/health")
        except requests.ConnectionError:
            continue
        return
    assert process.stderr is not None
    pytest.fail(process.stderr.read() if process.poll() is not None else "it does not listen")


def get(port: int, path: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(
            f"http://127.0.0.1:{port}{path}",
            headers={"Host": HOST, "Accept": "text/html"},
            timeout=PATIENCE,
            allow_redirects=False,
        )


@pytest.mark.parametrize("words", [("web",), ("run", "--web")], ids=" ".join)
def test_pages_are_served_until_a_signal_comes(tmp_path: Path, words: tuple[str, ...]) -> None:
    with started(tmp_path, *words) as (process, port):
        with Outbox.open("sqlite:///queue/publisher.db", folder=tmp_path) as outbox:
            slug = publish(outbox)
        assert get(port, f"/archive/daily/{slug}").status_code == 200
        assert (
            get(port, "/archive/daily/feed.xml").headers["content-type"].startswith("application")
        )
        assert get(port, "/").status_code == 200
        assert get(port, "/nowhere").status_code == 404
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        assert f"serving https://{HOST} on 127.0.0.1:{port}" in said
        assert "stopped" in said and "Traceback" not in said
        assert ("publish run is not at work" in said) == (words == ("web",))
    left = sorted(path.name for path in (tmp_path / "queue").iterdir())
    assert "publisher.db" in left and "publisher.db-wal" not in left


def test_a_request_in_flight_is_answered_before_the_end(tmp_path: Path) -> None:
    with started(tmp_path, "web") as (process, port):
        form = b"email=ada%40reader.example&newsletter=daily"
        head = f"POST /subscribe HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(form)}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
            line.sendall((head + kind).encode() + form[:10])
            get(port, "/health")  # the server has read what came before
            process.send_signal(signal.SIGTERM)
            line.sendall(form[10:])
            answer = line.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 303 ")
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
    with Outbox.open("sqlite:///queue/publisher.db", folder=tmp_path) as outbox:
        assert [row.recipient for row in outbox.operator.find()] == ["ada@reader.example"]


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with started(tmp_path, "web"):
        again = subprocess.run(
            [COMMAND, "web"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert again.returncode == 2
    assert "cannot listen on 127.0.0.1:" in again.stderr
    assert "Traceback" not in again.stderr


def test_broken_requests_are_answered_and_leave_no_trace_in_the_log(tmp_path: Path) -> None:
    head = f"POST /subscribe HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 300000\r\n"
    broken = f"{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{'a' * 300_000}"
    with started(tmp_path, "web") as (process, port):
        assert b" 500 " not in raw(port, broken).partition(b"\r\n")[0]
        elsewhere = raw(port, f"GET //evil.example/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n")
        assert b" 404 " in elsewhere.partition(b"\r\n")[0]
        assert b'"/evil.example/?lang=de"' in elsewhere
        assert b'"//evil.example' not in elsewhere
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in said


def test_nobody_waits_for_a_body_that_is_not_read(tmp_path: Path) -> None:
    head = f"POST /nowhere HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\n"
    sooner = PATIENCE / 3  # than a kept connection is closed
    with (
        started(tmp_path, "web") as (_, port),
        socket.create_connection(("127.0.0.1", port), sooner) as line,
    ):
        line.sendall(f"{head}a".encode())
        assert line.recv(65_536).startswith(b"HTTP/1.1 404 ")
        while line.recv(65_536):
            pass


def raw(port: int, request: str) -> bytes:
    """What comes back for bytes that no client would send, until the server has enough of it."""
    found = bytearray()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection,
        suppress(ConnectionError),
    ):
        connection.sendall(request.encode())
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65_536):
            found += part
    return bytes(found)


@pytest.mark.parametrize("words", [("web",), ("web", "--snippet"), ("run", "--web")])
def test_without_the_extra_one_line_says_how_to_install_it(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    without = "import sys; sys.modules['starlette'] = sys.modules['uvicorn'] = None; "
    run = f"{without}sys.argv = ['publish', *{list(words)!r}]; import publisher.cli as c; c.main()"
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert ".[web]" in done.stderr
    assert "next slot" not in done.stderr


def test_pages_that_end_by_themselves_end_the_service(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no loop")

    monkeypatch.setattr("uvicorn.Server.run", fail)
    monkeypatch.setattr("publisher.web.server.listening", lambda _: socket.socket())
    ended = threading.Event()
    with (
        pytest.raises(PublisherError, match="no longer served: RuntimeError: no loop"),
        PageServer(publisher).beside(ended),
    ):
        assert ended.wait(PATIENCE)
