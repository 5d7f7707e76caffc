from collections.abc import Iterator

import pytest

from publisher.model.contacts import Added, ImportRow, ImportState, SubscriptionState
from publisher.model.deliveries import State
from publisher.outbox.outbox import Outbox
from tests.outbox.fixture_types import Mails


def person(name: str, says: ImportState = ImportState.ACTIVE, reason: str = "") -> ImportRow:
    return ImportRow(f"{name}@example.org", f"{name}@example.org", name, says, reason)


def states(outbox: Outbox) -> dict[str, SubscriptionState]:
    return {each.name: each.state for each in outbox.subscribers.stream("daily")}


def test_what_a_list_says_becomes_of_its_readers(outbox: Outbox) -> None:
    people = [
        person("ann"),
        person("bob", ImportState.PENDING),
        person("cat", ImportState.UNSUBSCRIBED),
        person("dan", ImportState.SUPPRESSED, "bounced"),
    ]
    assert outbox.subscribers.import_rows("daily", people) == {
        Added.ADDED: 1,
        Added.PENDING: 1,
        Added.UNSUBSCRIBED: 1,
        Added.SUPPRESSED: 1,
    }
    assert states(outbox) == {
        "ann": SubscriptionState.ACTIVE,
        "bob": SubscriptionState.PENDING,
        "cat": SubscriptionState.UNSUBSCRIBED,
        "dan": SubscriptionState.UNSUBSCRIBED,
    }
    assert outbox.subscribers.count_active("daily") == 1
    assert list(outbox.subscribers.suppressed()) == [("dan@example.org", "bounced")]
    assert outbox.subscribers.add("daily", "dan@example.org", again=True) is Added.SUPPRESSED


@pytest.mark.parametrize("step", [1, -1])
def test_of_an_address_that_comes_twice_the_strictest_counts(outbox: Outbox, step: int) -> None:
    left = ImportState.UNSUBSCRIBED
    two = [person("ann"), ImportRow("Ann@example.org", "ann@example.org", "", left)]
    fates = outbox.subscribers.import_rows("daily", two[::step])
    assert fates == {Added.UNSUBSCRIBED: 1, Added.ALREADY: 1}
    assert outbox.subscribers.count_active("daily") == 0


def test_nobody_comes_back_and_who_left_elsewhere_leaves(outbox: Outbox, mails: Mails) -> None:
    mails(3)
    readers = outbox.subscribers
    readers.remove("daily", "reader0@example.org")
    readers.add("daily", "new@example.org", "new", state=SubscriptionState.PENDING)
    fates = readers.import_rows(
        "daily",
        [
            person("reader0"),
            person("reader1", ImportState.UNSUBSCRIBED),
            person("reader2", ImportState.PENDING),
            person("new"),
        ],
    )
    assert fates == {Added.UNSUBSCRIBED: 2, Added.ALREADY: 1, Added.ADDED: 1}
    active = {each.email for each in readers.stream("daily", "active")}
    assert active == {"reader2@example.org", "new@example.org"}
    rows = [row.state for row in outbox.operator.find()]
    assert rows == [State.CANCELLED, State.CANCELLED, State.QUEUED]


def test_a_list_that_breaks_off_changes_nothing(outbox: Outbox) -> None:
    def people() -> Iterator[ImportRow]:
        yield person("ann")
        raise RuntimeError("the file is gone")

    with pytest.raises(RuntimeError):
        outbox.subscribers.import_rows("daily", people())
    assert list(outbox.subscribers.stream()) == []
    assert outbox.subscribers.import_rows("daily", [person("ann")]) == {Added.ADDED: 1}


def test_a_long_list_keeps_its_order_and_is_read_a_page_at_a_time(outbox: Outbox) -> None:
    count = 50_500
    people = [person(f"r{number * 7919 % count:05}") for number in range(count)]
    assert outbox.subscribers.import_rows("daily", iter(people)) == {Added.ADDED: count}
    assert [each.name for each in outbox.subscribers.stream()] == [each.name for each in people]
    assert outbox.subscribers.import_rows("daily", people) == {Added.ALREADY: count}


def test_a_file_of_those_never_to_be_mailed(outbox: Outbox, mails: Mails) -> None:
    from publisher.mime.addresses import parse_address

    mails(2)
    rows = [(parse_address(f"{name}@example.org"), "asked") for name in ("reader0", "other")]
    assert outbox.subscribers.suppress_many([*rows, rows[0]]) == 2
    assert outbox.subscribers.suppress_many(rows) == 0
    assert [row.state for row in outbox.operator.find()] == [State.CANCELLED, State.QUEUED]


def test_no_token_looks_like_an_option() -> None:
    from publisher.outbox.contacts.bulk_import import new_token

    assert not any(new_token().startswith("-") for _ in range(2_000))
