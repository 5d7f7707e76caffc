"""Whoever is erased is gone from every table, and no list brings them back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import inspect, text, update

from publisher.errors import UsageError
from publisher.model.asking import Asked
from publisher.model.contacts import (
    Added,
    Bounce,
    BounceKind,
    Consent,
    ImportRow,
)
from publisher.model.deliveries import State
from publisher.outbox.db.tables import deliveries
from publisher.outbox.outbox import Outbox
from tests.outbox.fixture_types import Mails

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EMAIL = "reader1@example.org"


def everything(outbox: Outbox) -> str:
    """All that stands in any table."""
    with outbox.database.reading() as connection:
        tables = inspect(connection).get_table_names()
        rows = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in tables]  # noqa: S608 - names of tables
    return repr(rows).lower()


def be(outbox: Outbox, number: int, state: State, error: str = "") -> None:
    with outbox.database.writing() as connection:
        change = update(deliveries).where(deliveries.c.id == number)
        connection.execute(change.values(state=state, error=error, not_before=None))


def test_nothing_is_left_of_an_address_and_a_name(outbox: Outbox, mails: Mails) -> None:
    numbers = mails(3)
    be(outbox, numbers[1], State.REJECTED, f"550 5.1.1 <{EMAIL}>: no such user")
    said = f"<{EMAIL}> is unknown"
    outbox.bounces.record([Bounce(numbers[1], EMAIL, BounceKind.HARD, "550 5.1.1", said, NOW)])
    assert "reader 1'" in everything(outbox)
    assert outbox.erasure.erase(EMAIL.upper())
    left = everything(outbox)
    assert EMAIL not in left
    assert "reader 1'" not in left
    rows = outbox.operator.find()
    assert [row.state for row in rows] == [State.QUEUED, State.REJECTED, State.QUEUED]
    assert len(list(outbox.bounces.stream())) == 1
    assert outbox.subscribers.show(EMAIL) is not None  # as suppressed, by the hash
    assert EMAIL not in everything(outbox)


def test_whoever_is_erased_while_a_list_is_read_stays_so(outbox: Outbox, mails: Mails) -> None:
    mails(2)
    rows = [ImportRow(each, each) for each in (EMAIL, "new@example.org")]

    def said() -> str:
        outbox.erasure.erase(EMAIL)
        return "imported"

    fates = outbox.subscribers.import_rows("daily", rows, source=said)
    assert fates == {Added.ADDED: 1, Added.SUPPRESSED: 1}
    assert EMAIL not in everything(outbox)


def test_whoever_was_erased_never_comes_back(outbox: Outbox, mails: Mails) -> None:
    mails(2)
    outbox.erasure.erase(EMAIL)
    assert outbox.subscribers.add("daily", EMAIL, again=True) is Added.SUPPRESSED
    consent = Consent(NOW, "form")
    assert outbox.readers.ask("daily", EMAIL, consent=consent) is Asked.SUPPRESSED
    rows = [ImportRow(EMAIL, EMAIL), ImportRow("new@example.org", "new@example.org")]
    fates = outbox.subscribers.import_rows("daily", rows)
    assert fates == {Added.ADDED: 1, Added.SUPPRESSED: 1}
    assert EMAIL not in everything(outbox)
    assert outbox.erasure.erase(EMAIL)  # again: it stays so
    assert outbox.subscribers.add("daily", EMAIL) is Added.SUPPRESSED
    outbox.subscribers.suppress(EMAIL, "on a list")
    assert list(outbox.subscribers.suppressed()) == []
    assert EMAIL not in everything(outbox)


def test_what_waits_is_withdrawn_and_what_is_unknown_is_never_repeated(
    outbox: Outbox, mails: Mails
) -> None:
    numbers = mails(3)
    be(outbox, numbers[1], State.UNKNOWN)
    outbox.erasure.erase("reader0@example.org")
    outbox.erasure.erase(EMAIL)
    assert [row.state for row in outbox.operator.find()] == [
        State.CANCELLED,
        State.CANCELLED,
        State.QUEUED,
    ]


def test_an_email_that_is_being_sent_is_waited_for(outbox: Outbox, mails: Mails) -> None:
    numbers = mails(2)
    be(outbox, numbers[1], State.SENDING)
    with pytest.raises(UsageError, match="being sent"):
        outbox.erasure.erase(EMAIL)
    contact = outbox.subscribers.show(EMAIL)
    assert contact is not None and contact.name == "Reader 1"


def test_whoever_is_not_known_or_only_suppressed(outbox: Outbox) -> None:
    assert not outbox.erasure.erase("nobody@example.org")
    outbox.subscribers.suppress("sue@example.org", "asked")
    assert outbox.erasure.erase("sue@example.org")
    assert "sue@" not in everything(outbox)
    assert outbox.subscribers.add("daily", "sue@example.org") is Added.SUPPRESSED
