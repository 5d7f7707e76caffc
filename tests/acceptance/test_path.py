"""One note and one email take the paths that docs/explanation/architecture.md lists."""

import re
import sys
import threading
from pathlib import Path
from types import FrameType

import pytest

from publisher.cli.entry import run
from tests.adapters.mastodon_server import TOKEN, MastodonServer
from tests.adapters.smtp_server import MailServer

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs" / "explanation" / "architecture.md"
MOST = 20
SITE = """\
site: {title: The Test Gazette, url: "https://gazette.example", timezone: Europe/London}
content: {folder: posts, path: "/articles/{-title}"}
"""
NOTE = """\
channels:
  fediverse: {{adapter: mastodon, base_url: "{server.base_url}", token: {token}}}
announcements:
  social: {{channels: [fediverse]}}
"""
EMAIL = """\
channels:
  email: {{adapter: smtp, host: 127.0.0.1, port: {server.port}, security: none}}
newsletters:
  daily: {{channel: email, sender: News <news@gazette.example>}}
"""
POST = "---\ntitle: The bridge is open\ndescription: At last.\ndate: 2026-03-04\n---\nBody\n"


def listed(heading: str) -> list[str]:
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    return re.findall(r"^\| \d+ \| `([\w.:]+)`", section.partition("\n## ")[0], re.MULTILINE)


def called(frame: FrameType) -> str:
    """`plan.planner:Planner.publish`, or "" for what is not ours."""
    _, ours, path = frame.f_code.co_filename.rpartition(f"{TOP / 'publisher'}/")
    name = frame.f_code.co_qualname
    return f"{path.removesuffix('.py').replace('/', '.')}:{name}" if ours else ""


def publish(config: str, wanted: set[str]) -> list[str]:
    """Publish the site of one post; those of its calls that are wanted, in their order."""
    calls = []

    def record(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (name := called(frame)) in wanted:
            calls.append(name)

    Path("posts").mkdir()
    Path("posts/bridge.md").write_text(POST, encoding="utf-8")
    Path("config.yaml").write_text(SITE + config, encoding="utf-8")
    if "newsletters" in config:
        assert run(["subscribers", "add", "ann@example.org"]) == 0
    threading.setprofile(record)
    sys.setprofile(record)
    try:
        assert run(["now", "--at", "2026-03-05T07:00"]) == 0
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return calls


def check(steps: list[str], calls: list[str]) -> None:
    assert 0 < len(steps) <= MOST
    assert set(steps) - set(calls) == set()
    happened = iter(calls)
    assert [step for step in steps if step not in happened] == []


def test_the_path_of_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    steps = listed("The path of one note")
    with MastodonServer() as server:
        check(steps, publish(NOTE.format(server=server, token=TOKEN), set(steps)))
        assert server.arrived == 1


def test_the_path_of_a_digest_email(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    steps = listed("The path of one digest email")
    with MailServer() as server:
        check(steps, publish(EMAIL.format(server=server), set(steps)))
        assert len(server.mails) == 1
