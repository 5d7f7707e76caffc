"""Every change of state, down every path to a network, on both databases: columns mean the same.

Three adapters stand for the paths: notes and emails that are sent one at a time (the second into a
real folder), and emails in bulk. What a path has of its own (its key, its reader) is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select, update

from publisher.adapters.folder import Folder, FolderSettings
from publisher.dispatch import Watch
from publisher.dispatch.leases import LEASE
from publisher.errors import AuthExpired, DeliveryError, OutcomeUnknown, RateLimited, Rejected
from publisher.errors import Unavailable as Away
from publisher.model.deliveries import Outcome, State
from publisher.model.messages import Answer, Message, Parcel, Receipt
from publisher.outbox.contacts.recipients import CONTACTS, withdraw
from publisher.outbox.db.tables import deliveries
from tests.dispatch.bulk import Bulk
from tests.dispatch.conftest import Open, Station
from tests.dispatch.scripted import Finding, Scripted

GONE: Final = "elsewhere:1:a"
OWN: Final = {
    *("id", "key", "channel", "kind", "owner", "slot", "edition_id", "subscriber_id", "post_path"),
    *("recipient", "recipient_name", "token", "payload", "cost", "queued_at"),
    *("dated_at", "network"),
}
"""The columns that say which message it is; every other says what became of it."""


class Shelf(Scripted):
    """A folder whose disk does what the script says first."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = Folder(FolderSettings(path=folder), name="shelf")

    def send(self, message: Message, key: str) -> Receipt:
        super().send(message, key)
        return self._folder.send(message, key)


class FindingShelf(Shelf, Finding):
    """The same, of which one may ask."""


class Relay(Bulk):
    """Many at once, each as the script says; an answer may carry a bug."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    def _answer(self, parcel: Parcel) -> Answer:
        try:
            return Answer(parcel.id, self.take_step(parcel.key))
        except Exception as error:  # noqa: BLE001 - a bug is one of the steps
            return Answer(parcel.id, error=error)


class FindingRelay(Relay, Finding):
    """The same, of which one may ask."""


PATHS: Final[dict[str, Callable[[bool, Path], Scripted]]] = {
    "notes": lambda finds, _: Finding() if finds else Scripted(),
    "folder": lambda finds, folder: FindingShelf(folder) if finds else Shelf(folder),
    "bulk": lambda finds, _: FindingRelay() if finds else Relay(),
}


@dataclass
class Rig:
    """One delivery on one path; `beginning` is what the clock says at first."""

    at: Station
    adapter: Scripted
    beginning: datetime
    worker: str = ""

    def send(self, *steps: BaseException | Callable[[], object], limit: int | None = None) -> None:
        self.adapter.will(*steps)
        self.at.dispatcher.send_due(watch=Watch(say=self.at.said.append), limit=limit)

    def abandon(self) -> None:
        """A sender claims the row, and dies."""
        with self.at.outbox.exchanges.exchanger("network", GONE) as exchanger:
            now, lease = self.at.clock(), timedelta(0)
            assert len(exchanger.exchange([], 1, now=now, lease=lease)) == 1

    def columns(self) -> dict[str, Any]:
        """What became of it; moments as seconds of the test's clock, or `queued` and `decided`."""
        with self.at.outbox.database.reading() as connection:
            row = connection.execute(select(deliveries)).mappings().one()
        found = {name: row[name] for name in row if name not in OWN}
        for name, value in found.items():
            if isinstance(value, datetime):
                found[name] = self._told(value, row["queued_at"])
        found |= {name: bool(found[name]) for name in ("remote_id", "remote_url", "worker")}
        return found

    def _told(self, moment: datetime, queued_at: datetime) -> float | str:
        if moment == queued_at:
            return "queued"
        if abs(moment - datetime.now(UTC)) < timedelta(minutes=5):
            return "decided"  # by a person, at whose desk the time is the real one
        return (moment - self.beginning).total_seconds()


def rig(any_station: Open, path: str, folder: Path, *, finds: bool, options: str = "") -> Rig:
    adapter = PATHS[path](finds, folder / "shelf")
    at = any_station(adapter, options)
    at.clock.move(hours=1)
    if path == "notes":
        at.queue("post")
    else:
        at.queue_mails(1)
    return Rig(at, adapter, at.clock())


LOST: Final = OutcomeUnknown("lost", status="HTTP 500")
NO: Final = Rejected("no", status="554")
QUEUED: Final[dict[str, Any]] = {
    "state": State.QUEUED,
    "attempts": 0,
    "error": "",
    "status": "",
    "remote_id": False,
    "remote_url": False,
    "started_at": None,
    "last_started": None,
    "sent_at": None,
    "ended_at": None,
    "not_before": "queued",
    "worker": False,
    "leased_until": None,
    "remark": None,
    "handle": None,
    "step": None,
    "undone_at": None,
}
TRIED: Final = QUEUED | {"started_at": 0, "last_started": 0}
SENDING: Final = TRIED | {
    "state": State.SENDING,
    "worker": True,
    "leased_until": LEASE.total_seconds(),
}
SENT: Final = TRIED | {
    "state": State.SENT,
    "attempts": 1,
    "remote_id": True,
    "remote_url": True,
    "sent_at": 0,
    "not_before": None,
}
REJECTED: Final = TRIED | {
    "state": State.REJECTED,
    "attempts": 1,
    "error": "no",
    "status": "554",
    "ended_at": 0,
    "not_before": None,
}
UNKNOWN: Final = TRIED | {
    "state": State.UNKNOWN,
    "attempts": 1,
    "error": "lost",
    "status": "HTTP 500",
    "not_before": 30,
}
DIED: Final = UNKNOWN | {
    "attempts": 0,
    "error": "the sender died while this message was in flight",
    "status": "",
    "not_before": 0,
}
CANCELLED: Final = {"state": State.CANCELLED, "ended_at": "decided", "not_before": None}


def nothing(made: Rig) -> None:
    assert made.adapter.asked == []


def arrives(made: Rig) -> None:
    made.send()


def refused(made: Rig) -> None:
    made.send(NO)


def away(made: Rig) -> None:
    made.send(Away("away"))


def throttled(made: Rig) -> None:
    made.send(RateLimited("too many", status="429", wait=timedelta(minutes=10)))


def account(made: Rig) -> None:
    made.send(AuthExpired("account", status="401"))


def lost(made: Rig) -> None:
    made.send(LOST)


def bug(made: Rig) -> None:
    made.send(LookupError("a secret"))


def died(made: Rig) -> None:
    made.abandon()
    made.at.dispatcher.recover(Watch())


def unheard(made: Rig) -> None:
    """The answer to a claim was lost; the next run lets go of what it claimed."""
    with made.at.outbox.exchanges.exchanger("network", GONE) as exchanger:
        exchanger.exchange([], 1, now=made.at.clock(), lease=LEASE)
        assert exchanger.release(()) == 1


def away_and_unheard(made: Rig) -> None:
    away(made)
    made.at.clock.move(minutes=1)
    unheard(made)


def cancelled(made: Rig) -> None:
    assert made.at.outbox.operator.cancel(channel="network") == 1


def retried(made: Rig) -> None:
    refused(made)
    assert made.at.outbox.operator.retry([made.at.row.id]) == 1


def cancelled_and_retried(made: Rig) -> None:
    cancelled(made)
    assert made.at.outbox.operator.retry([made.at.row.id]) == 1


def retried_and_arrives(made: Rig) -> None:
    retried(made)
    made.send()


def resolved_sent(made: Rig) -> None:
    lost(made)
    assert made.at.outbox.operator.resolve([made.at.row.id], "sent") == 1


def resolved_retry(made: Rig) -> None:
    lost(made)
    assert made.at.outbox.operator.resolve([made.at.row.id], "retry") == 1


def resolved_drop(made: Rig) -> None:
    lost(made)
    assert made.at.outbox.operator.resolve([made.at.row.id], "drop") == 1


def confirmed_after_all(made: Rig) -> None:
    """Whoever brings a confirmation, and whatever stood there: it is sent, and ended no more."""
    refused(made)
    _settle(made, Outcome(made.at.row.id, State.SENT, "", "", "7", "https://network.example/7"))


def confirmed_by_an_exchange(made: Rig) -> None:
    refused(made)
    sent = Outcome(made.at.row.id, State.SENT, "", "", "7", "https://network.example/7")
    with made.at.outbox.exchanges.exchanger("network", GONE) as exchanger:
        exchanger.exchange([sent], 0, now=made.at.clock(), lease=LEASE)


def refused_too_late(made: Rig) -> None:
    arrives(made)
    _settle(made, Outcome(made.at.row.id, State.REJECTED, "no", "554"))


def refused_by_a_stranger(made: Rig) -> None:
    """A worker whose row is another's by now has no say."""
    died(made)
    _settle(made, Outcome(made.at.row.id, State.REJECTED, "no", "554"), "a stranger")


def _settle(made: Rig, outcome: Outcome, worker: str = "") -> None:
    made.at.outbox.deliveries.settle([outcome], made.at.clock(), worker)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (nothing, QUEUED),
        (arrives, SENT),
        (refused, REJECTED),
        (away, TRIED | {"attempts": 1, "error": "away", "not_before": 60}),
        (throttled, TRIED | {"error": "too many", "status": "429", "not_before": 600}),
        (account, TRIED | {"error": "account", "status": "401"}),
        (lost, UNKNOWN),
        (
            bug,
            UNKNOWN
            | {
                "error": "a mistake in the adapter: LookupError",
                "status": "",
                "not_before": None,
            },
        ),
        (died, DIED),
        (unheard, TRIED),
        (
            away_and_unheard,
            TRIED | {"attempts": 1, "error": "away", "not_before": 60, "last_started": 60},
        ),
        (cancelled, QUEUED | CANCELLED | {"error": "cancelled manually"}),
        (cancelled_and_retried, QUEUED | {"error": "cancelled manually", "not_before": "decided"}),
        (retried, TRIED | {"error": "no", "status": "554", "not_before": "decided"}),
        (retried_and_arrives, SENT),
        (resolved_sent, SENT | {"remote_id": False, "remote_url": False}),
        (
            resolved_retry,
            TRIED | {"error": "lost", "status": "HTTP 500", "not_before": "decided"},
        ),
        (resolved_drop, UNKNOWN | CANCELLED | {"error": "dropped manually", "status": ""}),
        (confirmed_after_all, SENT | {"attempts": 2}),
        (confirmed_by_an_exchange, SENT | {"attempts": 2}),
        (refused_too_late, SENT),
        (refused_by_a_stranger, DIED),
    ],
)
def test_what_a_row_says_afterwards(
    any_station: Open,
    tmp_path: Path,
    path: str,
    events: Callable[[Rig], None],
    expected: dict[str, Any],
) -> None:
    made = rig(any_station, path, tmp_path, finds=False)
    events(made)
    if path == "notes" and events is throttled:  # it keeps its place in the queue
        expected = expected | {"not_before": "queued"}
    assert made.columns() == expected


@pytest.mark.parametrize("path", PATHS)
def test_what_a_row_says_while_it_is_sent(any_station: Open, tmp_path: Path, path: str) -> None:
    made = rig(any_station, path, tmp_path, finds=False)
    seen = list[dict[str, Any]]()
    made.send(lambda: seen.append(made.columns()))
    assert seen == [SENDING]


def found_there(made: Rig) -> None:
    assert isinstance(made.adapter, Finding)
    made.adapter.there.add(made.at.row.key)
    made.send()


def surely_not_there(made: Rig) -> None:
    made.send(limit=0)


def not_there_for_days(made: Rig) -> None:
    with made.at.outbox.database.writing() as connection:
        connection.execute(update(deliveries).values(attempts=50))
    made.at.clock.move(days=3)
    made.send()


def not_told(made: Rig) -> None:
    assert isinstance(made.adapter, Finding)
    made.adapter.answers.append(Away("no connection"))
    made.send()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (found_there, SENT | {"attempts": 2, "sent_at": 30, "remote_url": False}),
        (surely_not_there, UNKNOWN | {"state": State.QUEUED, "status": ""}),
        (
            not_there_for_days,
            REJECTED
            | {
                "attempts": 50,
                "error": "gave up after 48 hours: lost",
                "status": "HTTP 500",
                "ended_at": 30 + 3 * 86_400,
            },
        ),
        (not_told, UNKNOWN | {"error": "no connection", "not_before": 60}),
    ],
)
def test_what_a_row_says_once_the_network_was_asked(
    any_station: Open,
    tmp_path: Path,
    path: str,
    events: Callable[[Rig], None],
    expected: dict[str, Any],
) -> None:
    made = rig(any_station, path, tmp_path, finds=True)
    lost(made)
    assert made.columns() == UNKNOWN
    made.at.clock.move(seconds=30)
    events(made)
    assert made.columns() == expected


@pytest.mark.parametrize("path", PATHS)
def test_a_row_that_is_sent_anew_says_so_until_it_is_sent(
    any_station: Open, tmp_path: Path, path: str
) -> None:
    made = rig(any_station, path, tmp_path, finds=False, options=", on_unknown: resend")
    lost(made)
    made.at.clock.move(seconds=30)
    made.send(limit=0)
    resent = UNKNOWN | {"state": State.QUEUED, "status": "resent"}
    assert made.columns() == resent
    unheard(made)
    assert made.columns() == resent | {"last_started": 30}
    made.send()
    assert made.columns() == SENT | {"attempts": 2, "last_started": 30, "sent_at": 30}


@pytest.mark.parametrize("path", ["folder", "bulk"])
@pytest.mark.parametrize("error", [Away("away"), AuthExpired("account")])
def test_what_goes_back_is_withdrawn_if_its_reader_has_left(
    any_station: Open, tmp_path: Path, path: str, error: DeliveryError
) -> None:
    made = rig(any_station, path, tmp_path, finds=False)

    def leaves() -> None:
        made.at.outbox.subscribers.remove("daily", "reader0@example.org")
        raise error

    made.send(leaves)
    attempts = int(isinstance(error, Away) and not isinstance(error, AuthExpired))
    assert made.columns() == TRIED | CANCELLED | {"error": "unsubscribed", "attempts": attempts}


@pytest.mark.parametrize("path", ["folder", "bulk"])
def test_what_waits_is_withdrawn_if_its_reader_has_left(
    any_station: Open, tmp_path: Path, path: str
) -> None:
    made = rig(any_station, path, tmp_path, finds=False)
    made.at.outbox.subscribers.remove("daily", "reader0@example.org")
    with made.at.outbox.database.writing(CONTACTS) as connection:
        assert withdraw(connection, deliveries.c.id == made.at.row.id) == 0, "it is already"
    assert made.columns() == QUEUED | CANCELLED | {"error": "unsubscribed"}
