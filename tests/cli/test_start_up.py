"""What a command imports: no networks that are not configured, nor what only sending needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.canaries import PLAIN, WAYS
from tests.cli.conftest import Terminal

TOLD = (
    "import sys; from publisher.cli.entry import run; run(sys.argv[1:]);"
    " print('\\nIMPORTED', *sys.modules)"
)
SENDING = {"requests", "urllib3", "PIL", "tweepy", "twitter_text", "oauthlib", "regex", "httpx"}
SENDING |= {"jinja2", "mjml", "babel", "apscheduler", "procrastinate", "starlette", "cryptography"}
CORE = {"pydantic", "sqlalchemy", "yaml"}


def imported(folder: Path, *words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", TOLD, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return {*done.stdout.rpartition("IMPORTED")[2].split()}


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    found = imported(tmp_path, "--help")
    assert not found & (SENDING | CORE | {"publisher.adapters", "publisher.config"})


@pytest.mark.parametrize("command", ["status", "plan", "queue list"])
def test_networks_that_are_not_configured_are_not_imported(site: Terminal, command: str) -> None:
    found = imported(site.folder, *command.split())
    adapters = {name for name in found if name.startswith("publisher.adapters.")}
    assert adapters <= {f"publisher.adapters.{name}" for name in ("base", "folder", "http")} | {
        "publisher.adapters.http.options"
    }
    assert not found & SENDING


def test_what_only_sending_needs_is_not_imported_for_many_networks(site: Terminal) -> None:
    here = "http://127.0.0.1:1"
    channels = {
        way: {"adapter": way.partition("-")[0]}
        | {name: _at(here, value) for name, value in options.items()}
        for way, options in WAYS.items()
    }
    site.configure(channels, newsletters={}, announcements={"social": {"channels": [*channels]}})
    for command in ("status", "plan"):
        found = imported(site.folder, *command.split())
        assert "publisher.adapters.linkedin" in found and not found & SENDING


def _at(place: str, value: object) -> object:
    if isinstance(value, dict):
        return {name: _at(place, each) for name, each in value.items()}
    return value.replace("{}", place).replace('"', PLAIN[0]) if isinstance(value, str) else value
