"""What readers do themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from publisher.model.asking import Asked
from publisher.model.contacts import (
    Cadence,
    Choices,
    Consent,
    EventKind,
    Segment,
    Subscriber,
    SubscriptionState,
)
from publisher.model.deliveries import Rendered, SlotDraft, State, SystemDraft
from publisher.outbox.contacts.readers import SECOND
from publisher.outbox.outbox import Outbox
from publisher.signing import Purpose
from tests.outbox.fixture_types import Mails

NOW = datetime(2026, 5, 11, 7, 0, tzinfo=UTC)
SPORTS = Choices(("sports", "tv"), Cadence.WEEKLY, day=4, hour=18)


def asked(outbox: Outbox, at: datetime = NOW, mail: int | None = None) -> Asked:
    consent = Consent(at, "the form", "https://gazette.example/")
    return outbox.readers.ask("daily", "Ann@example.org", consent=consent, name="Ann", mail=mail)


def ann(outbox: Outbox) -> Subscriber:
    return next(outbox.subscribers.stream("daily"))


def frozen(outbox: Outbox, kind: str) -> int:
    draft = SystemDraft("daily", kind, "mail", Rendered(kind, "<p>", "text"), "a@example.org")
    number = outbox.editions.freeze_system(draft)
    assert outbox.editions.freeze_system(draft) == number
    return number


def test_who_asks_is_not_mailed_before_they_confirm(outbox: Outbox) -> None:
    mail = frozen(outbox, "confirmation")
    assert asked(outbox, mail=mail) is Asked.ASKED
    assert ann(outbox).state is SubscriptionState.PENDING
    assert outbox.subscribers.count_active("daily") == 0
    (row,) = outbox.operator.find()
    assert (row.recipient, row.edition_id, row.state) == ("Ann@example.org", mail, State.QUEUED)
    assert row.not_before is not None
    assert row.not_before.year == 1970

    confirmed = outbox.readers.confirm(ann(outbox).token, NOW, NOW, frozen(outbox, "welcome"))
    assert confirmed is not None
    assert confirmed.state is SubscriptionState.ACTIVE
    assert outbox.readers.confirm(confirmed.token, NOW, NOW, frozen(outbox, "welcome"))
    assert len(outbox.operator.find()) == 2


def test_nobody_is_bombed_with_confirmations(outbox: Outbox) -> None:
    mail = frozen(outbox, "confirmation")
    found = [asked(outbox, NOW + timedelta(minutes=each), mail) for each in range(5)]
    assert found == [Asked.ASKED] * 2 + [Asked.TOO_OFTEN] * 3
    assert asked(outbox, NOW + timedelta(days=2), mail) is Asked.ASKED
    assert len(outbox.operator.find()) == 3


def test_who_left_is_not_brought_back_by_an_old_link(outbox: Outbox) -> None:
    asked(outbox)
    token = ann(outbox).token
    outbox.readers.confirm(token, NOW, NOW)
    outbox.readers.leave(token, "one click", NOW + timedelta(seconds=5))
    assert outbox.readers.confirm(token, NOW, NOW + timedelta(minutes=1)) is None
    later = datetime.now(UTC) + timedelta(hours=1)
    assert asked(outbox, later) is Asked.ASKED
    assert ann(outbox).state is SubscriptionState.UNSUBSCRIBED
    assert outbox.readers.confirm(token, later, later) is not None
    assert outbox.subscribers.count_active("daily") == 1


def asked_by_link(outbox: Outbox, at: datetime) -> tuple[str, datetime]:
    """What the link of a confirmation says that was asked for at a moment."""
    signer = outbox.keys.signer()
    link = signer.confirmation(Purpose.CONFIRM, ann(outbox).token, at)
    found = signer.confirmed(Purpose.CONFIRM, link, at)
    assert found is not None
    return found


@pytest.mark.parametrize("left_after", [timedelta(0), timedelta(milliseconds=200), SECOND])
def test_who_left_in_the_second_of_asking_is_not_brought_back(
    outbox: Outbox, left_after: timedelta
) -> None:
    at = NOW + timedelta(milliseconds=300)
    asked(outbox, at)
    outbox.readers.leave(ann(outbox).token, "one click", at + left_after)
    assert outbox.readers.confirm(*asked_by_link(outbox, at), at + SECOND) is None
    assert ann(outbox).state is SubscriptionState.UNSUBSCRIBED


@pytest.mark.parametrize("asked_after", [timedelta(milliseconds=200), SECOND, 60 * SECOND])
def test_who_asks_again_in_the_second_of_leaving_is_back(
    outbox: Outbox, asked_after: timedelta
) -> None:
    left_at = NOW + timedelta(milliseconds=300)
    asked(outbox)
    outbox.readers.leave(ann(outbox).token, "one click", left_at)
    again = left_at + asked_after
    asked(outbox, again)
    outbox.readers.choose(ann(outbox).token, SPORTS, again + 2 * SECOND)
    assert outbox.readers.confirm(*asked_by_link(outbox, again), again + 3 * SECOND)
    assert ann(outbox).state is SubscriptionState.ACTIVE


def test_the_link_of_a_goodbye_leads_back(outbox: Outbox) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    left_at = NOW + timedelta(days=1, milliseconds=300)
    outbox.readers.leave(ann(outbox).token, "one click", left_at)
    assert outbox.readers.confirm(*asked_by_link(outbox, left_at), left_at + SECOND)


def test_who_leaves_gets_nothing_that_is_queued_and_one_goodbye(
    outbox: Outbox, mails: Mails
) -> None:
    mails(1)
    outbox.subscribers.add("weekly", "reader0@example.org")
    token = next(outbox.subscribers.stream("daily")).token
    goodbye = frozen(outbox, "goodbye")
    for _ in range(2):
        found = outbox.readers.leave(token, "one click", NOW, goodbye)
        assert found is not None
        assert (found.newsletter, found.email) == ("daily", "reader0@example.org")
    assert outbox.subscribers.count_active("daily") == 0
    assert outbox.subscribers.count_active("weekly") == 1
    states = [row.state for row in outbox.operator.find()]
    assert sorted(states) == [State.CANCELLED, State.QUEUED]
    assert outbox.readers.leave("nobody", "one click", NOW) is None


def test_the_suppressed_get_no_email_at_all(outbox: Outbox) -> None:
    outbox.subscribers.suppress("ann@example.org", "complained")
    assert asked(outbox, mail=frozen(outbox, "confirmation")) is Asked.SUPPRESSED
    assert list(outbox.operator.find()) == []


def test_a_stranger_changes_nothing_of_a_reader(outbox: Outbox) -> None:
    outbox.subscribers.add("daily", "ann@example.org", "Ann B.")
    assert asked(outbox, mail=frozen(outbox, "confirmation")) is Asked.ALREADY
    assert (ann(outbox).name, ann(outbox).email) == ("Ann B.", "ann@example.org")
    assert list(outbox.operator.find()) == []


def test_choices_put_a_reader_into_a_segment(outbox: Outbox) -> None:
    asked(outbox)
    token = ann(outbox).token
    outbox.readers.confirm(token, NOW, NOW)
    changed = outbox.readers.choose(token, SPORTS, NOW, timezone="Pacific/Auckland", name="A.")
    assert changed is not None
    assert (changed.choices, changed.timezone, changed.name) == (SPORTS, "Pacific/Auckland", "A.")
    with outbox.database.reading() as connection:
        row = connection.exec_driver_sql("SELECT segment, since FROM subscriptions").one()
    assert Segment.from_key(row[0]) == Segment(SPORTS, "", "Pacific/Auckland")
    assert row[1] is not None


def test_other_choices_leave_the_moment_of_the_state_as_it_was(outbox: Outbox) -> None:
    asked(outbox)
    token = ann(outbox).token
    outbox.readers.confirm(token, NOW, NOW)
    outbox.readers.choose(token, SPORTS, NOW + timedelta(days=30))
    assert ann(outbox).changed_at == NOW


def test_new_since_the_last_edition_that_the_reader_got(outbox: Outbox) -> None:
    asked(outbox)
    token = ann(outbox).token
    outbox.readers.confirm(token, NOW, NOW)
    later = NOW + timedelta(days=1)
    outbox.editions.record_empty(SlotDraft("daily", later, later, (), {}), "nothing new")
    outbox.readers.choose(token, SPORTS, later + timedelta(hours=5))
    with outbox.database.reading() as connection:
        since = connection.exec_driver_sql("SELECT since FROM subscriptions").scalar_one()
    assert since == int(later.timestamp() * 1e6)


@pytest.mark.parametrize(
    ("choices", "key"),
    [
        (Choices(), ""),
        (Choices(("tv", "arts & more")), "topic=arts+%26+more&topic=tv"),
        (Choices((), Cadence.DAILY, 3, 6), "cadence=daily&hour=6&zone=Asia/Tokyo"),
        (SPORTS, "topic=sports&topic=tv&cadence=weekly&hour=18&day=4&zone=Asia/Tokyo"),
    ],
)
def test_a_segment_is_known_by_its_key(choices: Choices, key: str) -> None:
    segment = Segment.of(choices, "", "Asia/Tokyo")
    assert segment.key == key
    assert Segment.from_key(key) == segment
    assert Choices.from_json(choices.to_json()) == choices


def test_history_tells_what_happened(outbox: Outbox) -> None:
    asked(outbox)
    token = ann(outbox).token
    outbox.readers.confirm(token, NOW, NOW)
    outbox.readers.leave(token, "one click", NOW)
    outbox.subscribers.suppress("ann@example.org", "asked for it")
    contact = outbox.subscribers.show("ann@example.org")
    assert contact is not None
    kinds = [event.kind for event in contact.history]
    assert kinds == ["asked", "subscribed", "unsubscribed", "suppressed"]
    assert contact.history[-1].kind is EventKind.SUPPRESSED
    assert contact.consent is not None
    assert contact.consent.how == "confirmed by email"


def test_links_of_emails_carry_a_signed_token(outbox: Outbox) -> None:
    asked(outbox)
    token = ann(outbox).token
    signed = outbox.keys.signer().sign(Purpose.READER, token)
    assert outbox.keys.subscription_token(signed) == token
    assert outbox.keys.subscription_token(token) == token
    assert outbox.keys.subscription_token(signed[:-1] + "?") == ""


def test_who_speaks_as_the_site_is_no_variant(outbox: Outbox) -> None:
    for name, language in (("ann", "de"), ("bob", "DE"), ("cat", "fr")):
        outbox.subscribers.add("daily", f"{name}@example.org", language=language)
    outbox.readers.share_language("de", NOW)
    assert outbox.segments.sizes("daily") == {"": 2, "language=fr": 1}
    assert [each.language for each in outbox.subscribers.stream("daily")] == ["", "", "fr"]
