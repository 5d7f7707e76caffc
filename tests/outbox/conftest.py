"""An outbox of either kind, and short ways to fill it."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from publisher.outbox import CarriedRow, EditionDraft, NoteDraft, NotesDraft, Outbox

SLOT = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


@pytest.fixture
def outbox(database_url: str, tmp_path: Path) -> Iterator[Outbox]:
    with Outbox.open(database_url, folder=tmp_path) as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    """A moment at which everything queued during the test is due."""
    return datetime.now(UTC) + timedelta(seconds=10)


@pytest.fixture
def edition_draft() -> Callable[..., EditionDraft]:
    def make(slot: datetime = SLOT, again: str = "", owner: str = "daily") -> EditionDraft:
        return EditionDraft(
            owner=owner,
            channel="mail",
            slot=slot,
            as_of=slot,
            subject="Today",
            html="<p>Hello {{ name }}</p>",
            text="Hello",
            preheader="News",
            sender="News <news@example.org>",
            list_id="daily <daily.example.org>",
            carried=[CarriedRow("https://e.example/a", "a.md", "A", "About A", slot)],
            decisions={"a.md": ["lead", "lead", "the newest"]},
            again=again,
        )

    return make


@pytest.fixture
def notes_draft() -> Callable[..., NotesDraft]:
    def make(*urls: str, slot: datetime = SLOT, again: str = "") -> NotesDraft:
        notes = [
            NoteDraft("fediverse", f"{url}.md", url, '{"text": "hi"}', Decimal("0.2"))
            for url in urls
        ]
        return NotesDraft("social", slot, slot, [], {}, notes, again)

    return make


@pytest.fixture
def mails(outbox: Outbox, edition_draft: Callable[..., EditionDraft]) -> Callable[[int], list[int]]:
    """Queue one edition for so many readers; gives the rows' numbers."""

    def queue(count: int) -> list[int]:
        rows = [(f"reader{number}@example.org", f"Reader {number}") for number in range(count)]
        outbox.subscribers.add_many("daily", rows)
        outbox.enqueue_edition(edition_draft())
        return [row.id for row in outbox.deliveries()]

    return queue


@pytest.fixture
def together() -> Iterator[Callable[[int, str, Sequence[str]], list[str]]]:
    """Run `code` in many processes that set off at one moment; gives what each printed."""
    started: list[subprocess.Popen[str]] = []

    def run(count: int, code: str, arguments: Sequence[str]) -> list[str]:
        head = "import sys\nfrom publisher.outbox import *\nprint('ready', flush=True)\ninput()\n"
        command = [sys.executable, "-c", head + code, *arguments]
        for _ in range(count):
            started.append(_start(command))
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=60) for process in started]
        assert [error for _, error in answers if error] == []
        return [answer for answer, _ in answers]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def _start(command: list[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
