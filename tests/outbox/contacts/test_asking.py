"""Many wishes at once end as they would one by one."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.mime.addresses import parse_address
from publisher.model.asking import Ask, Asked
from publisher.model.contacts import Cadence, Choices, Consent
from publisher.model.deliveries import Rendered, SystemDraft
from publisher.outbox.outbox import Outbox

NOW = datetime(2026, 5, 11, 7, 0, tzinfo=UTC)
TABLES = {
    "contacts": "email, email_key, name, language, timezone, consent_how",
    "subscriptions": "id, contact_id, newsletter, state, choices, segment",
    "events": "contact_id, subscription_id, kind, reason, at",
    "deliveries": "key, channel, owner, recipient, recipient_name, edition_id, subscriber_id",
}


def wishes(seed: int, mails: tuple[int, int]) -> list[Ask]:
    chance = random.Random(seed)  # noqa: S311 - any order will do
    asks = []
    for number in range(40):
        address = parse_address(f"{chance.choice('Aab')}{chance.randrange(6)}@Example.org")
        asks.append(
            Ask(
                chance.choice(["daily", "weekly"]),
                *address,
                Consent(NOW + timedelta(seconds=number), "the form"),
                mail=mails[0],
                already=mails[1],
                name=chance.choice(["", "Ann", "  Ben  B. "]),
                language=chance.choice(["", "de"]),
                timezone=chance.choice(["", "Asia/Tokyo"]),
                choices=chance.choice([Choices(), Choices(("tv",), Cadence.DAILY)]),
            )
        )
    return asks


def prepared(folder: Path, name: str) -> tuple[Outbox, tuple[int, int]]:
    outbox = Outbox.open(f"sqlite:///{name}.db", folder=folder)
    for address in ("a1@example.org", "b2@example.org"):
        outbox.subscribers.add("daily", address, "Known")
    outbox.subscribers.suppress("a3@example.org", "complained")
    first, second = (
        outbox.editions.freeze_system(
            SystemDraft("daily", kind, "mail", Rendered(kind, "<p>", "text"), "a@example.org")
        )
        for kind in ("confirmation", "already")
    )
    return outbox, (first, second)


def content(outbox: Outbox) -> dict[str, list[tuple[object, ...]]]:
    with outbox.database.reading() as connection:
        return {
            table: [
                tuple(row)
                for row in connection.exec_driver_sql(f"SELECT {columns} FROM {table} ORDER BY id")  # noqa: S608 - ours
                if row[2] != "suppressed" and row[-2:] != ("added by the owner",)
            ]
            for table, columns in TABLES.items()
        }


@pytest.mark.parametrize("seed", range(5))
def test_a_group_is_as_one_by_one(tmp_path: Path, seed: int) -> None:
    together, mails = prepared(tmp_path, "together")
    apart, same = prepared(tmp_path, "apart")
    asks = wishes(seed, mails)
    assert same == mails
    found = together.readers.ask_many(asks)
    assert found == [apart.readers.ask_many([ask])[0] for ask in asks]
    assert set(found) == set(Asked)
    left, right = content(together), content(apart)
    for table in ("contacts", "deliveries"):
        assert sorted(map(str, left[table])) == sorted(map(str, right[table])), table
    assert len(left["subscriptions"]) == len(right["subscriptions"])
    assert len(left["events"]) == len(right["events"])
    together.close()
    apart.close()


def test_one_address_in_one_group_gets_few_emails(outbox: Outbox) -> None:
    draft = SystemDraft("daily", "confirmation", "mail", Rendered("c", "<p>", "t"), "a@example.org")
    mail = outbox.editions.freeze_system(draft)
    consent = Consent(NOW, "the form")
    address = parse_address("ann@example.org")
    found = outbox.readers.ask_many([Ask("daily", *address, consent, mail=mail)] * 5)
    assert found == [Asked.ASKED] * 2 + [Asked.TOO_OFTEN] * 3
    assert len(outbox.operator.find()) == 2


def test_what_a_clock_ahead_wrote_down_keeps_nobody_from_asking(outbox: Outbox) -> None:
    ahead = NOW + timedelta(days=365)
    moments = [ahead, ahead, ahead, NOW, NOW, NOW]
    found = [
        outbox.readers.ask("daily", "a@example.org", consent=Consent(at, "form")) for at in moments
    ]
    assert found == 2 * [Asked.ASKED, Asked.ASKED, Asked.TOO_OFTEN]
