"""A site with several newsletters, announcements and channels, and commands run in this process."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from publisher.cli.entry import run
from publisher.model.deliveries import State
from publisher.outbox.db.tables import deliveries
from publisher.outbox.outbox import Outbox
from tests.acceptance.conftest import COMMAND, TITLES, Site

CONFIG = """\
site: {title: The Test Gazette, url: "https://gazette.example", timezone: Europe/London}
content: {folder: source/_posts, path: "/articles/{-title}"}
channels:
  mail: {adapter: folder, path: out/mail}
  extra: {adapter: folder, path: out/extra}
  notes: {adapter: folder, path: out/notes}
  slow: {adapter: folder, path: out/slow, quota: 1 a day, min_interval: 20 minutes}
newsletters:
  daily: {channel: mail, sender: "Gazette <news@gazette.example>", schedule: every day at 07:00}
  weekly: {channel: extra, sender: "Gazette <week@gazette.example>"}
announcements:
  social: {channels: [notes, slow], schedule: "every day at 09:00, 12:30"}
  byhand: {channels: [notes]}
"""

SUMMER = "2026-07-05T07:00"  # London is an hour ahead of UTC


@dataclass
class Terminal(Site):
    """The site, and its commands run in this process: a process of its own takes half a second."""

    capture: pytest.CaptureFixture[str] | None = None

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        assert self.capture is not None
        self.capture.readouterr()
        code = run(words)
        told = self.capture.readouterr()
        return subprocess.CompletedProcess(words, code, told.out, told.err)

    def refused(self, *words: str, code: int = 2) -> str:
        """What is said of a command that ends with `code`; nothing stands on standard output."""
        done = self.run(*words)
        assert done.returncode == code, done.stderr + done.stdout
        assert not done.stdout
        return done.stderr

    def post(self, name: str, *lines: str) -> None:
        text = "\n".join(["---", *lines, "---", "Body", ""])
        (self.folder / "source" / "_posts" / name).write_text(text, encoding="utf-8")

    def files(self, channel: str) -> list[Path]:
        return sorted((self.folder / "out" / channel).glob("*.*"))

    def make(self, state: State, *numbers: int) -> None:
        """Let the rows with those ids be what a network or a crash may make of them."""
        outbox = Outbox.open("sqlite:///queue/publisher.db", folder=self.folder)
        with outbox.database.writing() as connection:
            for number in numbers:
                change = "UPDATE deliveries SET state = ? WHERE id = ?"
                connection.exec_driver_sql(change, (state.value, number))
        outbox.close()

    def multiply(self, number: int, times: int) -> None:
        """Queue the row with that id so many times more."""
        outbox = Outbox.open("sqlite:///queue/publisher.db", folder=self.folder)
        d = deliveries
        rest = [column for column in d.c if column.name not in {"id", "key"}]
        with outbox.database.writing() as connection:
            row = connection.execute(select(*rest).where(d.c.id == number)).one()
            copies = [{**row._mapping, "key": f"copy {each}"} for each in range(times)]
            connection.execute(insert(d), copies)
        outbox.close()


def shell(site: Terminal, line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A line of bash, in which `publish` is the real command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("publish", COMMAND)],
        cwd=site.folder,
        env={**os.environ, **environ},
        capture_output=True,
        timeout=60,
        check=False,
        encoding="utf-8",
    )


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PUBLISHER_CONFIG", raising=False)
    site = Terminal(tmp_path, capture=capsys)
    site.write_posts(TITLES)
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return site


@pytest.fixture
def peopled(site: Terminal) -> Terminal:
    """The site with two readers of one newsletter and one of the other."""
    for email, newsletter in (("ann", "daily"), ("bob", "daily"), ("cat", "weekly")):
        site.publish("subscribers", "add", f"{email}@example.org", "--newsletter", newsletter)
    return site
