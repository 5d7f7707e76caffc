"""Whatever networks repeat, no command, row, file or page holds a secret."""

import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.config import load
from publisher.model.credentials import Credentials
from publisher.testing.servers import Reply, Request
from publisher.wiring import build
from tests.adapters.canaries import WAYS, Echo, secrets_of, shown, stored_of
from tests.adapters.smtp_server import PASSWORD, USERNAME, MailServer
from tests.cli.conftest import Terminal

AT = "2026-07-05T12:00"
PLANS = [(200, 1), (201, 0), (301, 0), (401, 1), (403, 2), (404, 3), (422, 4), (429, 0), (500, 0)]
COMMANDS = (
    ["check"],
    ["now", "--at", AT],
    ["status"],
    ["status", "--json"],
    ["why", "source/_posts/harbour.md", "--at", AT],
    ["why", "source/_posts/harbour.md", "--at", AT, "--json"],
    ["queue", "list"],
    ["queue", "list", "--json"],
    ["queue", "show", "1", "2", "3", "4", "5", "6", "7", "8", "--json"],
    ["plan", "--json"],
    ["preview", "--at", AT],
    ["resolve", "1", "retry"],
    ["undo", "1"],
    ["links", "--json"],
    *(["connect", way, "--forget"] for way in WAYS if way.endswith("-connected")),
)


class Hook(Echo):
    """Takes notices, and repeats its own path."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__(secrets)
        self.taken: list[str] = []

    def answer(self, request: Request) -> Reply:
        self.taken.append(request.body.decode())
        return super().answer(request)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook(["hook-cAn4ry-zz"]) as started:
        yield started


@pytest.fixture
def networks(
    site: Terminal, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Echo]]:
    with ExitStack() as stack:
        found = {way: stack.enter_context(Echo(secrets_of(way))) for way in WAYS}
        mail = stack.enter_context(MailServer())
        mail.says = {"RCPT": [f"550 5.7.1 {PASSWORD}"] * 9}
        channels = {way: channel(way, found[way], monkeypatch) for way in WAYS}
        monkeypatch.setenv("SMTP", PASSWORD)
        monkeypatch.setenv("HOOK", f"{hook.base_url}/hook-cAn4ry-zz")
        letters = {"adapter": "smtp", "host": "127.0.0.1", "port": mail.port, "security": "none"}
        site.configure(
            {**channels, "mail": {**letters, "username": USERNAME, "password": "${SMTP}"}},
            announcements={"social": {"channels": [*WAYS], "pick": "latest"}},
            notify={"webhook": "${HOOK}"},
        )
        site.post("harbour.md", "title: Harbour opens", "date: 2026-07-05 06:00")
        site.publish("subscribers", "add", "ann@example.org")
        yield found


def channel(way: str, network: Echo, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Its options, whose secrets come from the environment."""
    options: dict[str, object] = {"adapter": way.partition("-")[0], "timeout": 0.8}
    for name, value in WAYS[way].items():
        text = json.dumps(dict(value) if isinstance(value, dict) else value).replace(
            "{}", network.base_url
        )
        options[name] = json.loads(text)
        if isinstance(value, str) and any(secret in text for secret in dotted(way)):
            variable = f"{way}_{name}".upper().replace("-", "_")
            monkeypatch.setenv(variable, json.loads(text))
            options[name] = f"${{{variable}}}"
    return options


def dotted(way: str) -> list[str]:
    return [json.dumps(secret)[1:-1] for secret in secrets_of(way)]


def kept_in(folder: Path) -> str:
    """Every file but config.yaml, and every table but the one of credentials."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".db" not in path.suffix)
    texts = (path.read_text("utf-8", "replace") for path in files if path.name != "config.yaml")
    whole = list(texts)
    with closing(sqlite3.connect(folder / "queue" / "publisher.db")) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if table != "credentials":
                whole += map(repr, database.execute(f"SELECT * FROM {table}"))  # noqa: S608 - its own
    return "\n".join(whole)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan[0]}-{plan[1]}")
def test_no_secret_shows(
    plan: tuple[int, int],
    site: Terminal,
    networks: dict[str, Echo],
    hook: Hook,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    hook.plan = plan
    with build(load(site.folder / "config.yaml", os.environ)) as publisher:
        for way, network in networks.items():
            network.plan = plan
            if way.endswith("-connected"):
                ends = datetime.now(UTC) + timedelta(seconds=30)
                stored = stored_of(way, network.base_url)
                publisher.outbox.credentials.put(way, Credentials(stored, expires_at=ends))
    told = []
    for words in COMMANDS:
        done = site.run(*words)
        told += [done.stdout, done.stderr]
        assert "Traceback" not in done.stderr, (words, done.stderr)
    logged = [each.getMessage() for each in caplog.records if each.name != "mail.log"]
    whole = "\n".join([*told, *logged, kept_in(site.folder), *hook.taken])
    secrets = {*(secret for way in WAYS for secret in secrets_of(way)), PASSWORD, *hook.hidden}
    assert sum(bool(network.told) for network in networks.values()) >= len(WAYS) - 2
    assert "***" in whole or plan[0] in {201, 422, 429}
    assert shown(whole, sorted(secrets)) == []
