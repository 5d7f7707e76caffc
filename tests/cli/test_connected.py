"""A channel's whole life with stored tokens: connected, sending, renewed, dead, connected anew.

No secret of it shows in what commands print, in logs at DEBUG, or in any table but one.
"""

import io
import json
import logging
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from publisher.config import load
from publisher.masking import holds
from publisher.outbox.db.tables import metadata
from publisher.outbox.outbox import Outbox
from publisher.runners.tokens import Tokens
from publisher.testing.servers import Reply
from publisher.wiring import build
from tests.adapters.linkedin_server import SECRET, MemberServer
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.oauth_server import OAuth, allow
from tests.adapters.smtp_server import free_port
from tests.adapters.x_server import ConnectedX
from tests.cli.conftest import Terminal
from tests.cli.test_connect import ADDRESS

CONFIG = """\
site: {{title: The Test Gazette, url: "https://gazette.example", timezone: Europe/London}}
content: {{folder: source/_posts, path: "/articles/{{-title}}"}}
channels:
  social: {{adapter: {adapter}, base_url: "{base}", timeout: 2{more}}}
  other: {{adapter: folder, path: out/other}}
announcements:
  notes: {{channels: [social, other]}}
"""
POSTS = [
    "choir_sings_on_the_pier_at_dawn.md",
    "a_baker_wins_the_county_prize.md",
    "seals_counted_along_the_estuary.md",
]


@dataclass
class Life:
    """One network, and the site that posts there."""

    site: Terminal
    network: Any
    secrets: list[str]

    @property
    def oauth(self) -> OAuth:
        oauth: OAuth = self.network.oauth
        return oauth

    def shown(self) -> list[str]:
        """The texts of the posts there."""
        found = [vars(self.network).get(name) for name in ("statuses", "posts")]
        return [json.dumps(each) for posts in found for each in posts or ()]


@pytest.fixture(params=["mastodon", "x", "linkedin"])
def life(request: pytest.FixtureRequest, site: Terminal) -> Iterator[Life]:
    server, more, secrets = {
        "mastodon": (MastodonServer, "", []),
        "x": (ConnectedX, ", client_id: app-1", []),
        "linkedin": (MemberServer, f", client_id: app-1, client_secret: {SECRET}", [SECRET]),
    }[request.param]
    with server() as network:
        config = CONFIG.format(adapter=request.param, base=network.base_url, more=more)
        (site.folder / "config.yaml").write_text(config)
        yield Life(site, network, secrets)


@pytest.fixture
def connect(life: Life, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    def opened(address: str) -> bool:
        threading.Thread(target=allow, args=(address,)).start()
        return True

    monkeypatch.setattr(webbrowser, "open", opened)

    def connect() -> str:
        done = life.site.run("connect", "social", "--port", str(free_port()))
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return connect


def kill(life: Life) -> None:
    life.oauth.good.clear()
    life.oauth.family = ""


def dump(folder: Path) -> dict[str, str]:
    """All that is in each table."""
    opened = Outbox.open("sqlite:///queue/publisher.db", folder=folder)
    with opened as outbox, outbox.database.reading() as connection:
        rows = {
            name: connection.execute(text(f"SELECT * FROM {name}")).all()  # noqa: S608 - ours
            for name in metadata.tables
        }
    return {name: repr(found) for name, found in rows.items()}


def known(folder: Path) -> list[str]:
    """The secrets that are stored."""
    with Outbox.open("sqlite:///queue/publisher.db", folder=folder) as outbox:
        found = outbox.credentials.read("social")
    assert found is not None
    return [value for name, value in found.values.items() if name != "scope"]


def test_a_token_that_dies_in_the_night(life: Life, connect: Callable[[], str]) -> None:
    """One paused channel, nothing lost, all in order, resumed by one command."""
    connect()
    site = life.site
    assert site.run("now", "--post", POSTS[0], "--at", "2026-03-05T07:00").returncode == 0
    kill(life)
    for hour, post in enumerate(POSTS[1:]):
        at = f"2026-03-05T1{hour}:00"
        assert site.run("now", "--post", post, "--at", at).returncode == 3
    told = json.loads(site.run("status", "--json").stdout)["channels"]
    assert told["social"]["queued"] == 2 and told["other"]["sent"] == 3
    assert "`publish connect social`" in told["social"]["reason"]
    assert not told["other"]["paused"]
    assert "social resumed" in connect()
    with build(load(site.folder / "config.yaml", {}, sends=True)) as publisher:
        publisher.dispatcher.send_due()
    words = ["Choir", "baker", "Seals"]
    assert [word for shown in life.shown() for word in words if word in shown] == words


def test_no_secret_shows_anywhere(
    life: Life, connect: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site, seen = life.site, [connect()]
    ours = known(site.folder)
    echo = {"error": f"{ours} is not so", "message": f"you sent {ours}", "status": 401}

    def run(*words: str) -> None:
        done = site.run(*words)
        seen.append(done.stdout + done.stderr)

    run("now", "--post", POSTS[0])
    run("check")
    publishes = life.network.publishes
    life.network.replies[publishes] = Reply(401, echo)
    run("now", "--post", POSTS[1])
    del life.network.replies[publishes]
    life.network.replies[life.oauth.tokens] = Reply(400, {"error": f"bad {known(site.folder)}"})
    run("connect", "social", "--port", str(free_port()))
    del life.network.replies[life.oauth.tokens]
    kill(life)
    with build(load(site.folder / "config.yaml", {}, sends=True)) as publisher:
        Tokens(publisher, seen.append).look()
        seen.append(
            repr(publisher.adapters["social"]) + repr(publisher.adapters["social"].settings)
        )
    for words in (["check"], ["status"], ["status", "--json"], ["queue", "list", "--json"]):
        run(*words)
    tables = dump(site.folder)
    kept = tables.pop("credentials")
    secrets = [*life.secrets, *life.oauth.given]
    assert holds(kept, known(site.folder))
    for name, rows in tables.items():
        assert not holds(rows, secrets), name
    told = "\n".join(seen) + caplog.text
    assert not [each for each in secrets if holds(told, (each,))]


def test_a_forgotten_token_is_ended(life: Life, connect: Callable[[], str]) -> None:
    connect()
    [token] = [each for each in known(life.site.folder) if each in life.oauth.good]
    done = life.site.run("connect", "social", "--forget")
    assert "its secret is forgotten" in done.stdout and not done.stderr
    assert token not in life.oauth.good


@pytest.mark.parametrize("life", ["linkedin"], indirect=True)
def test_what_cannot_be_ended_is_told(life: Life, connect: Callable[[], str]) -> None:
    connect()
    life.network.replies["/oauth/v2/revoke"] = Reply(503, b"")
    done = life.site.run("connect", "social", "--forget")
    assert done.returncode == 0 and "the network may still accept it" in done.stderr


@pytest.mark.parametrize("life", ["x", "linkedin"], indirect=True)  # Mastodon shows a code
def test_an_address_is_pasted(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no browser runs; an answer to another question is refused."""
    told: list[str] = []

    def leads_to(address: str) -> str:
        life.oauth.says_where = True
        return allow(address)

    class Typing(io.StringIO):
        def readline(self, _size: int | None = -1, /) -> str:  # type: ignore[override]
            page = next(found[0] for each in told if (found := ADDRESS.findall(each)))
            return leads_to(page)

    monkeypatch.setattr("publisher.cli.person.say", told.append)
    monkeypatch.setattr("sys.stdin", Typing())
    done = life.site.run("connect", "social", "--paste")
    assert done.returncode == 0, done.stderr
    other = "http://127.0.0.1:8765/?code=theirs&state=other"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{other}\n"))
    assert "not the answer to this page" in life.site.refused("connect", "social", "--paste")
