"""The endpoints of docs/examples, run by Node and PHP as their hosts run them."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Response

from publisher.signing import Key, Purpose, Signer

pytestmark = pytest.mark.debian

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SERVE = Path(__file__).with_name("serve.mjs")
OLD, NEW = Key("00aa", "a secret"), Key("11bb", "another")
KEYS = f"{NEW.for_endpoint()}\n{OLD.for_endpoint()}"
BODY = "dOGm0nx5cYvQd1Vh3tq0bA"
TOKEN = Signer([NEW]).sign(Purpose.READER, BODY)
KINDS = ["worker", "netlify", "php"]
BAD = {
    "another's": Signer([Key("00aa", "guessed")]).sign(Purpose.READER, BODY),
    "an unknown key's": Signer([Key("22cc", "a secret")]).sign(Purpose.READER, BODY),
    "for something else": Signer([NEW]).sign(Purpose.CONFIRM, BODY),
    "cut off": TOKEN[:-1],
    "of another reader": f"e{TOKEN[1:]}",
    "longer": f"{TOKEN}A",
    "bare": BODY,
    "markup": "<script>alert(1)</script>",
    "two lines": f"{TOKEN}%0A{TOKEN}",
    "long": "a" * 4000,
    "not text": "%ff%fe",
}


class Endpoint(NamedTuple):
    """An endpoint that runs; `left` is what it keeps."""

    url: str
    left: Path


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def command(kind: str, folder: Path, port: int, left: Path | str) -> list[str]:
    if kind == "php":
        return ["php", "-d", "display_errors=1", "-S", f"127.0.0.1:{port}", "-t", str(EXAMPLES)]
    file = EXAMPLES / "unsubscribe.mjs"
    if kind == "netlify":
        shutil.copy(file, folder / "unsubscribe.mjs")
        (folder / "functions").mkdir(exist_ok=True)
        file = Path(shutil.copy(EXAMPLES / "netlify.mjs", folder / "functions/unsubscribe.mjs"))
    return ["node", str(SERVE), kind, str(file), str(port), str(left)]


@pytest.fixture(params=KINDS)
def endpoint(
    request: pytest.FixtureRequest, tmp_path: Path, httpserver: HTTPServer
) -> Iterator[Endpoint]:
    """One that has the keys and both places to keep tokens in, as far as its host has them."""
    kind, port, left = request.param, free_port(), tmp_path / "left.txt"
    settings = {"PUBLISHER_KEYS": KEYS, "WEBHOOK": httpserver.url_for("/left")}
    env = {"PATH": os.environ["PATH"], "LEFT_FILE": str(left), **settings}
    words = command(kind, tmp_path, port, "" if kind == "netlify" else left)
    with subprocess.Popen(words, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            page = "/unsubscribe.php?token=" if kind == "php" else "/unsubscribe/"
            yield Endpoint(f"http://127.0.0.1:{port}{page}", left)
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.02)
        else:
            return


def ask(method: str, url: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        body = {"List-Unsubscribe": "One-Click"} if method == "POST" else None
        return session.request(method, url, data=body, timeout=20)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(endpoint: Endpoint, method: str, httpserver: HTTPServer) -> None:
    answer = ask(method, endpoint.url + TOKEN)
    assert answer.status_code == 200 and "Warning" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    if method == "GET":
        assert '<form method="post"><button>' in answer.text and "<script" not in answer.text
    assert not endpoint.left.exists() and not httpserver.log


def test_a_post_is_kept_also_when_repeated(endpoint: Endpoint, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/left", method="POST").respond_with_json({})
    by_old_key = Signer([OLD]).sign(Purpose.READER, BODY)
    for token in (TOKEN, TOKEN, by_old_key):
        answer = ask("POST", endpoint.url + token)
        assert answer.status_code == 200 and "You are unsubscribed." in answer.text
    expected = [TOKEN, TOKEN, by_old_key]
    assert [request.get_json()["token"] for request, _ in httpserver.log] == expected
    if endpoint.left.exists():
        assert endpoint.left.read_text(encoding="utf-8").split() == expected


@pytest.mark.parametrize("token", BAD.values(), ids=BAD)
def test_a_wrong_token_is_no_token(endpoint: Endpoint, token: str, httpserver: HTTPServer) -> None:
    for method in ("GET", "POST"):
        answer = ask(method, endpoint.url + token)
        assert answer.status_code == 404
        assert token not in answer.text and "Warning" not in answer.text
    assert not endpoint.left.exists() and not httpserver.log


def test_who_was_not_kept_is_told_to_try_again(endpoint: Endpoint, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/left").respond_with_response(Response(status=500))
    assert ask("POST", endpoint.url + TOKEN).status_code == 503


def test_other_methods_are_refused(endpoint: Endpoint) -> None:
    answer = ask("PUT", endpoint.url + TOKEN)
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, POST"
