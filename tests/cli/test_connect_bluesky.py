"""`publish connect` with an app password: asked for, tried, stored, dead, stored anew."""

import io
import subprocess
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from publisher.config import load
from publisher.outbox.db.tables import metadata
from publisher.outbox.outbox import Outbox
from publisher.wiring import build
from tests.adapters.bluesky_server import HANDLE, PASSWORD, WHOLE_ACCOUNT, BlueskyServer
from tests.cli.conftest import Terminal
from tests.cli.test_connected import POSTS

CONFIG = """\
site: {{title: The Test Gazette, url: "https://gazette.example", timezone: Europe/London}}
content: {{folder: source/_posts, path: "/articles/{{-title}}"}}
channels:
  social: {{adapter: bluesky, base_url: "{base}", handle: {handle}, timeout: 2}}
  other: {{adapter: folder, path: out/other}}
announcements:
  notes: {{channels: [social, other]}}
"""
NEW = "qrst-uvwx-yzab-cdef"


@pytest.fixture
def network(site: Terminal) -> Iterator[BlueskyServer]:
    with BlueskyServer() as network:
        config = CONFIG.format(base=network.base_url, handle=HANDLE)
        (site.folder / "config.yaml").write_text(config)
        yield network


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, site: Terminal, network: BlueskyServer) -> "Typed":
    del network
    return Typed(monkeypatch, site)


class Typed:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, site: Terminal) -> None:
        self.monkeypatch, self.site = monkeypatch, site

    def __call__(self, password: str) -> "subprocess.CompletedProcess[str]":
        self.monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return self.site.run("connect", "social")


def holders(site: Terminal, secret: str) -> list[str]:
    """The tables in which a secret stands."""
    opened = Outbox.open("sqlite:///queue/publisher.db", folder=site.folder)
    with opened as outbox, outbox.database.reading() as connection:
        return [
            name
            for name in metadata.tables
            if secret in repr(connection.execute(text(f"SELECT * FROM {name}")).all())  # noqa: S608 - ours
        ]


def test_a_password_that_dies_and_its_successor(
    site: Terminal, network: BlueskyServer, typed: Typed
) -> None:
    done = typed(PASSWORD)
    assert done.returncode == 0, done.stderr
    assert f"social is connected as @{HANDLE}" in done.stdout
    assert site.run("now", "--post", POSTS[0]).returncode == 0
    network.password = NEW
    network.end_tokens(all_of_them=True)
    assert site.run("now", "--post", POSTS[1]).returncode == 3
    told = site.run("status").stdout
    assert "`publish connect social`" in told and network.arrived == 1
    again = typed(NEW)
    assert "social resumed" in again.stdout, again.stderr
    with build(load(site.folder / "config.yaml", {}, sends=True)) as publisher:
        publisher.dispatcher.send_due()
    assert network.arrived == 2
    assert holders(site, NEW) == ["credentials"] and holders(site, PASSWORD) == []
    shown = done.stdout + done.stderr + again.stdout + again.stderr + told
    assert PASSWORD not in shown and NEW not in shown


def test_a_session_that_has_ended_is_opened_with_what_is_stored(
    site: Terminal, network: BlueskyServer, typed: Typed
) -> None:
    typed(PASSWORD)
    for post in POSTS:
        network.end_tokens(all_of_them=True)
        assert site.run("now", "--post", post).returncode == 0
    assert network.arrived == 3 and holders(site, PASSWORD) == ["credentials"]


def test_what_is_refused_is_not_stored(
    site: Terminal, network: BlueskyServer, typed: Typed
) -> None:
    wrong = typed("wrong-wrong-wrong-wron")
    assert wrong.returncode == 2 and "nothing was stored" in wrong.stderr
    network.scope = WHOLE_ACCOUNT
    assert "app password" in typed(PASSWORD).stderr
    assert holders(site, PASSWORD) == []


def test_who_is_not_connected_is_told_how(site: Terminal, network: BlueskyServer) -> None:
    del network
    done = site.run("check")
    assert "not connected: `publish connect social`" in done.stdout + done.stderr


def test_a_password_in_config_comes_first(
    site: Terminal, network: BlueskyServer, typed: Typed
) -> None:
    del network
    typed(PASSWORD)
    config = site.folder / "config.yaml"
    config.write_text(config.read_text().replace("timeout: 2", f"app_password: {PASSWORD}"))
    assert "has a password in config.yaml" in site.refused("connect", "social")


def test_forgotten(site: Terminal, network: BlueskyServer, typed: Typed) -> None:
    typed(PASSWORD)
    told = site.run("connect", "social", "--forget").stdout
    assert "session is ended at Bluesky; delete the app password there, too" in told
    assert holders(site, PASSWORD) == [] and not network.refresh and not network.access


def test_a_session_that_has_ended_is_forgotten_as_well(
    site: Terminal, network: BlueskyServer, typed: Typed
) -> None:
    typed(PASSWORD)
    network.end_tokens(all_of_them=True)
    done = site.run("connect", "social", "--forget")
    assert "delete the app password" in done.stdout and not done.stderr
