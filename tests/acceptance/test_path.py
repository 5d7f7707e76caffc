"""The path of one note, as docs/explanation/architecture.md lists it, is what runs."""

import re
import sys
import threading
from pathlib import Path
from types import FrameType

import pytest

from publisher.cli.entry import run
from tests.adapters.mastodon_server import TOKEN, MastodonServer

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs" / "explanation" / "architecture.md"
MOST = 20
CONFIG = """\
site: {{title: The Test Gazette, url: "https://gazette.example", timezone: Europe/London}}
content: {{folder: posts, path: "/articles/{{-title}}"}}
channels:
  fediverse: {{adapter: mastodon, base_url: "{url}", token: {token}}}
announcements:
  social: {{channels: [fediverse]}}
"""
POST = "---\ntitle: The bridge is open\ndescription: At last.\ndate: 2026-03-04\n---\nBody\n"


def listed() -> list[str]:
    section = PAGE.read_text(encoding="utf-8").partition("## The path of one note")[2]
    return re.findall(r"^\| \d+ \| `([\w.:]+)`", section.partition("\n## ")[0], re.MULTILINE)


def called(frame: FrameType) -> str:
    """`plan.planner:Planner.publish`, or "" for what is not ours."""
    _, ours, path = frame.f_code.co_filename.rpartition(f"{TOP / 'publisher'}/")
    name = frame.f_code.co_qualname
    return f"{path.removesuffix('.py').replace('/', '.')}:{name}" if ours else ""


def test_the_path_of_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps, calls = listed(), []
    wanted = set(steps)

    def record(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (name := called(frame)) in wanted:
            calls.append(name)

    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "bridge.md").write_text(POST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with MastodonServer() as server:
        text = CONFIG.format(url=server.base_url, token=TOKEN)
        (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
        threading.setprofile(record)
        sys.setprofile(record)
        try:
            code = run(["now", "--at", "2026-03-05T07:00"])
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
        assert (code, server.arrived) == (0, 1)
    assert 0 < len(steps) <= MOST
    assert wanted - set(calls) == set()
    happened = iter(calls)
    assert [step for step in steps if step not in happened] == []
