"""`publish connect`: a browser brings the answer, or a person pastes it."""

import io
import json
import re
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from publisher.cli.person import Terminal as Person
from publisher.errors import UsageError
from publisher.outbox.outbox import Outbox
from publisher.testing.servers import RESET, Reply
from tests.adapters.fediverse_servers import TakaheServer
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.oauth_server import allow, status_of
from tests.adapters.smtp_server import free_port
from tests.cli.conftest import Terminal

CONFIG = """\
site: {{title: The Test Gazette, url: "https://gazette.example", timezone: Europe/London}}
content: {{folder: source/_posts, path: "/articles/{{-title}}"}}
channels:
  fediverse: {{adapter: mastodon, base_url: "{base}", timeout: 1}}
  mail: {{adapter: folder, path: out/mail}}
announcements:
  social: {{channels: [fediverse]}}
"""
POST = "choir_sings_on_the_pier_at_dawn.md"
ADDRESS = re.compile(r"^  (http\S+)$", re.MULTILINE)


@pytest.fixture
def network() -> Iterator[MastodonServer]:
    with MastodonServer() as network:
        yield network


@pytest.fixture
def person(site: Terminal, network: MastodonServer) -> Terminal:
    (site.folder / "config.yaml").write_text(CONFIG.format(base=network.base_url))
    return site


@pytest.fixture
def port() -> str:
    return str(free_port())


def browse(monkeypatch: pytest.MonkeyPatch, visit: Callable[[str], object]) -> list[object]:
    """The browser that a person has; what it shows in the end."""
    shown: list[object] = []

    def opened(address: str) -> bool:
        threading.Thread(target=lambda: shown.append(visit(address))).start()
        return True

    monkeypatch.setattr(webbrowser, "open", opened)
    return shown


def stored(folder: Path) -> dict[str, str]:
    with Outbox.open("sqlite:///queue/publisher.db", folder=folder) as outbox:
        found = outbox.credentials.read("fediverse")
    return dict(found.values) if found else {}


def test_a_browser_brings_the_answer(
    person: Terminal, network: MastodonServer, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = browse(monkeypatch, allow)
    done = person.run("connect", "fediverse", "--port", port)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"fediverse is connected as @gazette@127.0.0.1:{network.port}")
    assert "may read, write" in done.stdout
    assert "You may close this window" in str(shown)
    assert stored(person.folder)["token"] in network.oauth.good
    assert not [each for each in network.oauth.given if each in done.stdout + done.stderr]
    assert person.run("now", "--post", POST).returncode == 0
    assert network.arrived == 1


def test_a_server_that_has_no_parts_of_read_is_asked_for_all_of_it(
    site: Terminal, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TakaheServer() as takahe:
        (site.folder / "config.yaml").write_text(CONFIG.format(base=takahe.base_url))
        browse(monkeypatch, allow)
        done = site.run("connect", "fediverse", "--port", port)
        assert done.returncode == 0, done.stderr
        assert takahe.oauth.scope == "read write:statuses write:media"


def test_who_is_not_connected_waits_in_order_and_goes_on(
    person: Terminal, network: MastodonServer, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = person.run("now", "--post", POST)
    assert done.returncode == 3
    assert "not connected: `publish connect fediverse`" in person.run("status").stdout
    browse(monkeypatch, allow)
    done = person.run("connect", "fediverse", "--port", port)
    assert "fediverse resumed" in done.stdout
    assert person.run("now", "social").returncode == 0
    assert network.arrived == 1


def test_once_more_at_once(person: Terminal, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browse(monkeypatch, allow)
    for _ in range(2):
        assert person.run("connect", "fediverse", "--port", port).returncode == 0


def test_what_a_person_paused_stays_paused(
    person: Terminal, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.run("pause", "fediverse")
    browse(monkeypatch, allow)
    done = person.run("connect", "fediverse", "--port", port)
    assert "stays paused (manually)" in done.stderr


def test_an_answer_of_another_is_not_taken(
    person: Terminal, network: MastodonServer, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visit(address: str) -> list[int]:
        here = f"http://127.0.0.1:{port}"
        forged = [f"{here}/?code=theirs&state=guess", f"{here}/favicon.ico", f"{here}/?code=x"]
        statuses = [status_of(each) for each in forged]
        allow(address)
        return statuses

    shown = browse(monkeypatch, visit)
    assert person.run("connect", "fediverse", "--port", port).returncode == 0
    assert shown == [[404, 404, 404]]
    assert "theirs" not in str([each.body for each in network.requests])


def test_whoever_else_calls_is_not_told_of(
    person: Terminal, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visit(address: str) -> None:
        for said in (b"", b"GET / HT", b"\x16\x03\x01\x02", b"GET //[ HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", int(port))) as scanner:
                scanner.sendall(said)
                scanner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        allow(address)

    browse(monkeypatch, visit)
    done = person.run("connect", "fediverse", "--port", port)
    assert done.returncode == 0 and "Traceback" not in done.stderr


def test_an_address_that_is_none_is_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, lambda: "https://[")
    with pytest.raises(UsageError, match="not the answer"):
        Person(port=1, paste=True).approve(lambda redirect, state: f"{redirect}?{state}")


def test_who_says_no_is_told_so(
    person: Terminal, network: MastodonServer, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.oauth.says_no = True
    browse(monkeypatch, allow)
    said = person.refused("connect", "fediverse", "--port", port)
    assert "the network did not allow it: access_denied" in said
    assert not stored(person.folder)


def test_nobody_answers(person: Terminal, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.cli.person.PATIENCE", 0.2)
    browse(monkeypatch, lambda _: None)
    said = person.refused("connect", "fediverse", "--port", port)
    assert "no answer" in said and "--paste" in said


def test_a_port_that_is_taken(person: Terminal, network: MastodonServer) -> None:
    said = person.refused("connect", "fediverse", "--port", str(network.port))
    assert f"cannot listen on port {network.port}" in said and "--port" in said


def typed(monkeypatch: pytest.MonkeyPatch, text: Callable[[], str]) -> None:
    class Later(io.StringIO):
        def readline(self, _size: int | None = -1, /) -> str:  # type: ignore[override]
            return text()

    monkeypatch.setattr("sys.stdin", Later())


def test_a_code_is_pasted(
    person: Terminal, network: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("publisher.cli.person.say", seen.append)
    typed(monkeypatch, lambda: allow(ADDRESS.findall(seen[0])[0]))
    done = person.run("connect", "fediverse", "--paste")
    assert done.returncode == 0, done.stderr
    assert stored(person.folder)["token"] in network.oauth.good


def test_nothing_is_pasted(person: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, lambda: "\n")
    assert "nothing was given" in person.refused("connect", "fediverse", "--paste")


def test_what_the_network_refuses_is_not_stored(
    person: Terminal, network: MastodonServer, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.scopes = ["read"]
    browse(monkeypatch, allow)
    said = person.refused("connect", "fediverse", "--port", port)
    assert "lacks write:statuses" in said and "nothing was stored" in said
    assert not stored(person.folder)


def test_a_network_that_is_down_meanwhile_costs_nothing(
    person: Terminal, network: MastodonServer, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.replies["/api/v1/accounts/verify_credentials"] = Reply(503, b"")
    browse(monkeypatch, allow)
    done = person.run("connect", "fediverse", "--port", port)
    assert done.returncode == 0 and "it is stored" in done.stderr
    assert stored(person.folder)


def test_a_token_in_config_comes_first(person: Terminal) -> None:
    config = person.folder / "config.yaml"
    config.write_text(
        config.read_text().replace("adapter: mastodon", "adapter: mastodon, token: t")
    )
    said = person.refused("connect", "fediverse")
    assert "has a token in config.yaml" in said and "take the token" in said


def test_a_channel_without_tokens(person: Terminal) -> None:
    said = person.refused("connect", "mail")
    assert "mail (folder) needs no connecting" in said and "fediverse" in said


def test_forgotten_here_and_there(
    person: Terminal, network: MastodonServer, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browse(monkeypatch, allow)
    person.run("connect", "fediverse", "--port", port)
    token = stored(person.folder)["token"]
    assert "forgotten" in person.run("connect", "fediverse", "--forget").stdout
    assert not stored(person.folder) and token not in network.oauth.good
    assert "nothing is stored" in person.refused("connect", "fediverse", "--forget")


def test_no_secret_is_on_the_page_that_a_person_opens(
    person: Terminal, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browse(monkeypatch, allow)
    done = person.run("connect", "fediverse", "--port", port)
    asked = parse_qs(urlsplit(ADDRESS.findall(done.stderr)[0]).query)
    assert asked["redirect_uri"] == [f"http://127.0.0.1:{port}/"]
    assert set(asked) == {"response_type", "client_id", "redirect_uri", "state", "scope"}
    assert not json.dumps(asked).count("5ecret")
