import pytest

from publisher.mime.addresses import AddressError
from publisher.model.contacts import Added, Contact, SubscriptionState
from publisher.model.deliveries import State
from publisher.outbox.outbox import Outbox
from tests.contacts import rows_of
from tests.outbox.fixture_types import Editions, Mails


def test_adding_says_what_it_did(outbox: Outbox) -> None:
    people = outbox.subscribers
    assert people.add("daily", "Ann@Example.org", "Ann") == "added"
    assert people.add("daily", "ann@example.ORG") is Added.ALREADY
    assert people.add("weekly", "ann@example.org") is Added.ADDED
    ann = next(people.stream("daily"))
    assert (ann.email, ann.name, ann.state) == ("Ann@Example.org", "Ann", "active")
    assert len(ann.token) >= 22
    assert ann.token != next(people.stream("weekly")).token


def test_who_left_comes_back_only_when_asked(outbox: Outbox) -> None:
    people = outbox.subscribers
    people.add("daily", "ann@example.org")
    token = next(people.stream()).token
    assert people.remove("daily", "ANN@example.org")
    assert not people.remove("daily", "ann@example.org")
    assert not people.remove("weekly", "ann@example.org")
    assert people.count_active("daily") == 0
    assert people.add("daily", "ann@example.org") is Added.UNSUBSCRIBED
    assert people.add("daily", "ann@example.org", again=True) is Added.AGAIN
    assert people.count_active("daily") == 1
    assert next(people.stream()).token == token


def test_pending_people_are_not_mailed(outbox: Outbox) -> None:
    people = outbox.subscribers
    assert people.add("daily", "ann@example.org", state=SubscriptionState.PENDING) is Added.ADDED
    assert people.count_active("daily") == 0
    assert people.add("daily", "ann@example.org", state=SubscriptionState.PENDING) is Added.ALREADY
    assert people.add("daily", "ann@example.org") is Added.ADDED
    assert people.count_active("daily") == 1
    assert people.add("daily", "ann@example.org", state=SubscriptionState.PENDING) is Added.ALREADY
    assert people.count_active("daily") == 1


def test_the_suppressed_stay_out(outbox: Outbox) -> None:
    people = outbox.subscribers
    people.add("daily", "ann@example.org")
    assert people.suppress("Ann@example.org", "550 5.1.1")
    assert not people.suppress("ann@example.org", "other")
    assert people.count_active("daily") == 0
    assert people.add("weekly", "ann@example.org", again=True) is Added.SUPPRESSED
    contact = people.show("ann@example.org")
    assert contact is not None
    assert contact.suppressed == "550 5.1.1"
    assert [found.newsletter for found in contact.subscriptions] == ["daily"]


def test_show_knows_everybody_and_nobody_else(outbox: Outbox) -> None:
    assert outbox.subscribers.show("ann@example.org") is None
    outbox.subscribers.suppress("ann@example.org", "asked us")
    assert outbox.subscribers.show("ann@example.org") == Contact("ann@example.org", "asked us", ())


def test_lists_by_newsletter_and_state(outbox: Outbox) -> None:
    people = outbox.subscribers
    people.add("daily", "b@example.org")
    people.add("daily", "a@example.org")
    people.add("weekly", "c@example.org")
    people.remove("daily", "a@example.org")
    assert [found.email[0] for found in people.stream()] == ["b", "a", "c"]
    assert [found.email[0] for found in people.stream("daily")] == ["b", "a"]
    assert [found.email[0] for found in people.stream(state="active")] == ["b", "c"]
    assert [found.email[0] for found in people.stream("daily", "unsubscribed")] == ["a"]


def test_leaving_withdraws_what_is_queued(outbox: Outbox, mails: Mails) -> None:
    mails(3)
    outbox.subscribers.add("weekly", "reader0@example.org")
    outbox.subscribers.remove("weekly", "reader0@example.org")
    assert outbox.stats.waiting()[State.QUEUED] == 3
    outbox.subscribers.remove("daily", "reader0@example.org")
    outbox.subscribers.suppress("reader1@example.org", "complained")
    states = [(row.state, row.error) for row in outbox.operator.find()]
    assert states == [(State.CANCELLED, "unsubscribed")] * 2 + [(State.QUEUED, "")]


def test_an_import_counts_every_row(outbox: Outbox, edition_draft: Editions) -> None:
    people = outbox.subscribers
    people.add("daily", "here@example.org")
    people.add("daily", "left@example.org")
    people.remove("daily", "left@example.org")
    people.suppress("never@example.org", "bounced")
    names = ["new", "here", "NEW", "left", "never", "other"]
    seen: list[int] = []
    rows = [(f"{name}@example.org", name) for name in names]
    assert people.import_rows("daily", rows_of(rows), seen.append) == {
        Added.ADDED: 2,
        Added.ALREADY: 2,
        Added.UNSUBSCRIBED: 1,
        Added.SUPPRESSED: 1,
    }
    assert seen == [6]
    assert people.count_active("daily") == 3
    assert outbox.editions.enqueue_edition(edition_draft()).deliveries == 3


def test_a_large_import_comes_in_chunks(outbox: Outbox) -> None:
    rows = [(f"reader{number % 6000}@example.org", "") for number in range(12_000)]
    seen: list[int] = []
    result = outbox.subscribers.import_rows("daily", rows_of(rows), seen.append)
    assert result == {Added.ADDED: 6000, Added.ALREADY: 6000}
    assert seen == [5000, 10_000, 12_000]


def test_no_address_no_change(outbox: Outbox) -> None:
    people = outbox.subscribers
    with pytest.raises(AddressError):
        people.add("daily", "ann@example.org\r\nBcc: x@example.org")
    with pytest.raises(AddressError):
        people.remove("daily", "nobody")
    with pytest.raises(AddressError):
        people.suppress("nobody", "")
    assert list(people.stream()) == []


def test_no_token_is_shown(outbox: Outbox, mails: Mails) -> None:
    mails(1)
    reader = next(outbox.subscribers.stream())
    assert reader.token not in repr(reader)
    assert reader.token not in repr(outbox.operator.find()[0])
