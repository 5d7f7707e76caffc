"""A hundred hostile posts beside sound ones: no traceback, each named, the sound ones sent."""

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.acceptance import hostile
from tests.acceptance.conftest import AT, COMMAND, TITLES, Site

MORE = {f"Sound post number {number} of ten": "news" for number in range(4)}
CHANNELS = {
    "mail": {"adapter": "folder", "path": "queue/mail"},
    "notes": {"adapter": "folder", "path": "queue/notes"},
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    site.write_posts(TITLES | MORE)
    site.configure(CHANNELS)
    config = json.loads((tmp_path / "config.yaml").read_text())
    config["newsletters"]["daily"] |= {"featured": 10, "latest": 90, "per_category": 90}
    config["announcements"] = {"social": {"channels": ["notes"], "per_slot": 50}}
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    site.publish("subscribers", "add", "reader@example.com")
    return site


def quiet(done: "subprocess.CompletedProcess[str]") -> str:
    """What a command said; never a traceback."""
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    return said


@pytest.mark.slow
def test_a_hundred_hostile_posts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.folder)
    named = hostile.write(site.folder / "source" / "_posts")
    assert len(hostile.READABLE | hostile.UNREADABLE | hostile.ODD) + 16 > 100
    begun = time.monotonic()
    rows = site.json("posts")
    assert time.monotonic() - begun < 40
    quiet(site.run("posts"))
    check = quiet(site.run("check", "--offline", "--all"))
    for name in named:
        assert f"source/_posts/{name}:" in check, name
    for line in filter(None, check.splitlines()[:-1]):
        assert line.startswith(("source/_posts/", "config.yaml: newsletters.", "all ")), line
    statuses = {row["path"].rpartition("/")[2]: row["status"] for row in rows}
    for name in hostile.TAGS.keys() - {"local"}:
        assert statuses[f"tag-{name}.md"] == "unreadable", name
    for name in hostile.UNREADABLE:
        assert statuses[name] != "ok", name
    quiet(site.run("plan", "--at", AT))
    for name in ("tag-bool.md", "line\nbreak.md", "bytes\\xff.md"):
        assert "not chosen" in quiet(site.run("why", f"source/_posts/{name}", "--at", AT)), name
    done = site.run("now", "--at", AT)
    quiet(done)
    sent = "".join(
        message_from_bytes(each.read_bytes()).get_payload()[0].get_payload(decode=True).decode()  # type: ignore[index,union-attr]
        for each in (site.folder / "queue" / "mail").glob("*.eml")
    )
    for title in TITLES | MORE:
        assert title in sent, title
    notes = [each.read_text() for each in (site.folder / "queue" / "notes").glob("*.txt")]
    for title in TITLES | MORE:
        assert any(title in note for note in notes), title
    assert not any("{'" in note or "b'" in note for note in notes)


@pytest.mark.slow
def test_publish_run_goes_on_beside_hostile_posts(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.folder)
    hostile.write(site.folder / "source" / "_posts")
    fresh = datetime.now(UTC) + timedelta(hours=-1)
    for number in range(3):
        lines = ["---", f"title: Fresh {number}", f"date: {fresh:%Y-%m-%d %H:%M:%S} UTC", "---", ""]
        (site.folder / "source" / "_posts" / f"fresh-{number}.md").write_text("\n".join(lines))
    config = json.loads((site.folder / "config.yaml").read_text())
    minutes = [datetime.now(UTC) + timedelta(minutes=each) for each in range(-1, 4)]
    times = ", ".join(sorted({f"{each:%H:%M}" for each in minutes}))
    config["site"]["timezone"] = "UTC"
    config["newsletters"]["daily"]["schedule"] = f"every day at {times}"
    (site.folder / "config.yaml").write_text(json.dumps(config))
    running = subprocess.Popen(
        [COMMAND, "run"], cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        mails = site.folder / "queue" / "mail"
        deadline = time.monotonic() + 150
        while not list(mails.glob("*.eml")) and time.monotonic() < deadline:
            assert running.poll() is None
            time.sleep(0.5)
    finally:
        os.kill(running.pid, signal.SIGTERM)
        out, err = running.communicate(timeout=30)
    assert "Traceback" not in out + err
    (mail,) = mails.glob("*.eml")
    text = message_from_bytes(mail.read_bytes()).get_payload()[0].get_payload(decode=True)  # type: ignore[index,union-attr]
    for number in range(3):
        assert f"Fresh {number}".encode() in text
