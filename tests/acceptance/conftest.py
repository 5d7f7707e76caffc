"""A site of a few posts and the real command, run as a person runs it."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

COMMAND = str(Path(sys.executable).with_name("publish"))
AT = "2026-03-05T07:00"
READERS = 250

POST = """\
---
extends: _layouts.post
section: content
image: https://pictures.example/{number}.jpg 
title: {title} 
description: {title}, told in one plain sentence for number {number}. 
date: 2026-03-04-{hour:02}-00-00 
categories: [latest, {category}] 
featured: true 
--- 
The body of number {number}.
"""  # noqa: W291  the first user's generator leaves these blanks

TITLES = {
    "The ferry returns to the old harbour": "travel",
    "A baker wins the county prize": "business",
    "Rain delays the cricket final": "sports",
    "Council votes for a new library": "news",
    "Seals counted along the estuary": "science",
    "Choir sings on the pier at dawn": "tv",
}


@dataclass
class Site:
    """A folder with posts and a config.yaml; `publish` runs the command in it."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def write_posts(self, titles: dict[str, str]) -> None:
        posts = self.folder / "source" / "_posts"
        posts.mkdir(parents=True, exist_ok=True)
        for number, (title, category) in enumerate(titles.items()):
            text = POST.format(number=number, title=title, category=category, hour=6 + number)
            name = title.lower().replace(" ", "_")
            (posts / f"{name}.md").write_text(text, encoding="utf-8")

    def configure(self, channels: dict[str, Any], **more: Any) -> None:
        mails = [name for name, each in channels.items() if each["adapter"] in {"smtp", "folder"}]
        notes = [name for name in channels if name not in mails]
        config: dict[str, Any] = {
            "site": {
                "title": "The Test Gazette",
                "url": "https://gazette.example",
                "timezone": "Europe/London",
            },
            "content": {"folder": "source/_posts", "path": "/articles/{-title}"},
            "channels": channels,
        }
        if mails:
            sender = "The Test Gazette <news@gazette.example>"
            config["newsletters"] = {"daily": {"channel": mails[0], "sender": sender}}
        if notes:
            config["announcements"] = {"social": {"channels": notes}}
        text = json.dumps(config | more)
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [COMMAND, *words],
            cwd=self.folder,
            env={**os.environ, **self.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def publish(self, *words: str, code: int | None = 0) -> str:
        """Run the command; its exit code must be `code`; gives back standard output."""
        done = self.run(*words)
        assert code is None or done.returncode == code, done.stderr + done.stdout
        return done.stdout

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *words],
            cwd=self.folder,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def json(self, *words: str, code: int | None = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.publish(*words, "--json", code=code).splitlines()]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    site.write_posts(TITLES)
    return site


class Inbox:
    """Counts accepted mails by reader, slowly enough that a kill hits something."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.lock = threading.Lock()

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002  aiosmtpd's signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        with self.lock:
            self.mails[envelope.rcpt_tos[0]] += 1
        return "250 2.0.0 ok"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, port
    controller.stop()


@pytest.fixture
def mailing(site: Site, inbox: tuple[Inbox, int]) -> Site:
    channel = {"adapter": "smtp", "host": "127.0.0.1", "port": inbox[1], "security": "none"}
    site.configure({"mail": channel})
    readers = "\n".join(f"reader{number}@example.com" for number in range(READERS))
    (site.folder / "readers.csv").write_text(f"email\n{readers}\n")
    site.publish("subscribers", "import", "readers.csv")
    return site
