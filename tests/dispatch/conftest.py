"""A real outbox with notes or mails in it, and a dispatcher on a clock of the test's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from publisher.config import Config, load
from publisher.dispatch import Dispatcher, Watch
from publisher.model.deliveries import Delivery, EditionDraft, NoteDraft, NotesDraft, Rendered
from publisher.model.messages import Note
from publisher.outbox.outbox import Outbox
from tests.contacts import subscribe
from tests.dispatch.scripted import Scripted

SLOT = datetime(2026, 3, 1, 7, tzinfo=UTC)
CONFIG = """\
site: {{title: Gazette, url: https://gazette.example}}
content: {{folder: .}}
database: {database}
channels:
  network: {{adapter: folder{options}}}
  other: {{adapter: folder}}
newsletters:
  daily: {{channel: network, sender: news@gazette.example}}
announcements:
  social: {{channels: [network, other]}}
"""


@dataclass
class Clock:
    """The time, which only the test moves."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(seconds=20))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Station:
    """What a test has in hand."""

    outbox: Outbox
    config: Config
    clock: Clock
    dispatcher: Dispatcher
    adapters: dict[str, Scripted]
    said: list[str] = field(default_factory=list)

    def queue(self, *names: str, channel: str = "network", cost: str | None = None) -> None:
        notes = [
            NoteDraft(
                channel,
                f"{name}.md",
                f"https://gazette.example/{name}",
                Note(text=name).to_json(),
                Decimal(cost) if cost else None,
            )
            for name in names
        ]
        slot = SLOT + timedelta(minutes=len(self.outbox.editions.history("social")))
        assert self.outbox.editions.enqueue_notes(
            NotesDraft("social", slot, slot, [], {}, notes)
        ).new

    def queue_notes(self, *notes: Note, cost: str | None = None) -> None:
        """Notes with texts of their own, for the first channel."""
        drafts = [
            NoteDraft(
                "network",
                f"{number}.md",
                f"https://gazette.example/{number}",
                note.to_json(),
                Decimal(cost) if cost else None,
            )
            for number, note in enumerate(notes)
        ]
        assert self.outbox.editions.enqueue_notes(
            NotesDraft("social", SLOT, SLOT, [], {}, drafts)
        ).new

    def queue_mails(self, count: int, html: str = "<p>Hello</p>") -> None:
        rows = [(f"reader{number}@example.org", "") for number in range(count)]
        subscribe(self.outbox, "daily", rows)
        draft = EditionDraft(
            "daily",
            SLOT,
            SLOT,
            [],
            {},
            "network",
            Rendered("Today", html, "Hello"),
            "News <news@gazette.example>",
            "Gazette <daily.gazette.example>",
        )
        assert self.outbox.editions.enqueue_edition(draft).deliveries == count

    def send(self, *, eager: bool = False, stopping: Callable[[], bool] = lambda: False) -> None:
        watch = Watch(say=self.said.append, stopping=stopping)
        self.dispatcher.send_due(eager_since=self.clock() if eager else None, watch=watch)

    @property
    def rows(self) -> list[Delivery]:
        return self.outbox.operator.find()

    @property
    def row(self) -> Delivery:
        (row,) = self.rows
        return row

    @property
    def state(self) -> str:
        return self.row.state.value

    @property
    def states(self) -> list[str]:
        return [row.state.value for row in self.rows]


Open = Callable[..., Station]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    boxes = []

    def make(database: str, adapter: Scripted, options: str, patience: float = 30) -> Station:
        (tmp_path / "config.yaml").write_text(CONFIG.format(database=database, options=options))
        config = load(tmp_path / "config.yaml", {})
        outbox = Outbox.open(database, folder=tmp_path, patience=patience)
        boxes.append(outbox)
        adapters = {"network": adapter, "other": Scripted()}
        clock = Clock()
        dispatcher = Dispatcher(config, outbox, adapters, clock)
        return Station(outbox, config, clock, dispatcher, adapters)

    yield make
    for box in boxes:
        box.close()


@pytest.fixture
def station(tmp_path: Path, opened: Open) -> Open:
    """Open a station on SQLite for an adapter and a channel's options."""

    def make(adapter: Scripted, options: str = "", patience: float = 30) -> Station:
        return opened(f"sqlite:///{tmp_path / 'publisher.db'}", adapter, options, patience)

    return make


@pytest.fixture
def any_station(database_url: str, opened: Open) -> Open:
    """The same, on a database of either kind."""

    def make(adapter: Scripted, options: str = "") -> Station:
        return opened(database_url, adapter, options)

    return make
