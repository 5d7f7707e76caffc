"""An outbox of either kind, and short ways to fill it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from publisher.model.deliveries import EditionDraft, NoteDraft, NotesDraft, Rendered
from publisher.model.posts import Included
from publisher.outbox.outbox import Outbox
from tests.contacts import subscribe

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
            read_at=slot,
            rendered=Rendered("Today", "<p>Hello {{ name }}</p>", "Hello", "News"),
            sender="News <news@example.org>",
            list_id="daily <daily.example.org>",
            included=[
                Included(f"https://e.example/{slot:%Y%m%d%H%M}", "a.md", "A", "About A", slot)
            ],
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
        return NotesDraft("social", slot, slot, [], {}, notes, again=again)

    return make


@pytest.fixture
def mails(outbox: Outbox, edition_draft: Callable[..., EditionDraft]) -> Callable[[int], list[int]]:
    """Queue one edition for so many readers; gives the rows' numbers."""

    def queue(count: int) -> list[int]:
        rows = [(f"reader{number}@example.org", f"Reader {number}") for number in range(count)]
        subscribe(outbox, "daily", rows)
        outbox.editions.enqueue_edition(edition_draft())
        return [row.id for row in outbox.operator.find()]

    return queue


DRIVER = """
import contextlib, io, multiprocessing, sys
import alembic.command, psycopg  # once for all, before the processes part
from datetime import UTC, datetime, timedelta
from pathlib import Path
from publisher.model.deliveries import *
from publisher.outbox.outbox import Outbox
from publisher.outbox.deliveries.workers import worker_name
from tests.claims import claim_rows

def work(number):
    start.wait()
    outbox = Outbox.open(sys.argv[3], folder=Path(sys.argv[4]))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(sys.argv[2], globals() | {"outbox": outbox, "number": number})
    with turn:
        print(said.getvalue(), end="", flush=True)

fork = multiprocessing.get_context("fork")
turn = fork.Lock()
start = fork.Barrier(int(sys.argv[1]))
workers = [fork.Process(target=work, args=(number,)) for number in range(int(sys.argv[1]))]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
"""


@pytest.fixture
def together() -> Callable[[int, str, str, Path], list[str]]:
    """Run code in many processes that open the outbox at one moment; gives the lines they print.

    The code finds `outbox` and its own `number`.
    """

    def run(count: int, code: str, url: str, folder: Path) -> list[str]:
        command = [sys.executable, "-c", DRIVER, str(count), code, url, str(folder)]
        result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        assert result.stderr == ""
        return result.stdout.splitlines()

    return run
