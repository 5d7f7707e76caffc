"""A database of an earlier revision upgrades by itself; one of each is kept beside this file."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, make_url, text

from publisher.outbox.db.migrate import MIGRATIONS
from publisher.outbox.outbox import Outbox
from publisher.outbox.post_index.stored import HEAD

KEPT = Path(__file__).parent / "kept"
REVISIONS = sorted(path.stem for path in KEPT.glob("*.sql"))


def upgraded_to(connection: Connection, revision: str) -> None:
    """The tables as the migrations up to `revision` make them."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def rows_of(dump: str) -> list[str]:
    return [
        line for line in dump.split(";\n") if line.startswith("INSERT") and "alembic" not in line
    ]


@pytest.fixture(params=REVISIONS)
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kept(empty_database_url: str, tmp_path: Path, revision: str) -> Iterator[Outbox]:
    """A database of an earlier revision, opened by this one."""
    dump = (KEPT / f"{revision}.sql").read_text("utf-8")
    if empty_database_url.startswith("sqlite"):
        path = tmp_path / empty_database_url.removeprefix("sqlite:///")
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(dump)
    else:
        fill_postgresql(empty_database_url, revision, rows_of(dump))
    with Outbox.open(empty_database_url, folder=tmp_path) as outbox:
        yield outbox


def fill_postgresql(url: str, revision: str, rows: list[str]) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        upgraded_to(connection, revision)
        for table in ("editions", "slots"):  # rows of editions come before those of slots
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for row in rows:
            bare = row.replace("X'", "'\\x") if ' "slots" ' in row else row
            if ' "slots" ' in row and revision > "0001":
                bare = bare.removesuffix(",0)") + ",false)"
            if ' "editions" ' in row and revision > "0003":
                bare = row.removesuffix(",0)") + ",false)"
            if ' "channels" ' in row:
                bare = row.replace("'mail',1,", "'mail',true,")
            connection.exec_driver_sql(bare.replace("%", "%%"))
        for table in ("contacts", "subscriptions", "events") if revision > "0003" else ():
            connection.execute(text(f"SELECT setval('{table}_id_seq', 100)"))
    engine.dispose()


def test_every_earlier_revision_is_kept() -> None:
    scripts = {path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py")}
    assert {path.stem for path in KEPT.glob("*.sql")} == scripts - {HEAD}


def test_what_was_there_is_still_there(kept: Outbox) -> None:
    assert kept.subscribers.count_active("daily") == 2
    assert len(list(kept.operator.find())) == 12
    assert kept.channels.get("mail").paused
    assert [planned.outcome for planned in kept.editions.history("daily")] == ["edition"] * 4


def test_a_page_that_was_included_cannot_be_included_again(kept: Outbox) -> None:
    with kept.database.reading() as connection:
        found = connection.execute(
            text("SELECT owner, page_key, again FROM included ORDER BY id")
        ).fetchall()
    assert len(found) == len(set(found)) == 13
    first = [(owner, key) for owner, key, again in found if not again]
    assert len(first) == len(set(first)) == 8


def test_what_the_operator_was_told_stays_told(kept: Outbox, revision: str) -> None:
    assert list(kept.notices.all()) == ([] if revision == "0001" else ["channel mail"])


def test_what_limits_granted_stays_granted(kept: Outbox, revision: str) -> None:
    granted = kept.stats.granted_since("fediverse quota", datetime(2026, 11, 20, tzinfo=UTC))
    assert granted == (0 if revision == "0001" else 1)
    with kept.database.reading() as connection:
        names = set(connection.scalars(text("SELECT name FROM buckets")))
    assert "fediverse min interval" in names or revision == "0001"


def test_decisions_speak_todays_words(tmp_path: Path) -> None:
    then = {"a.md": ["carried", "", "b"], "c.md": ["too-young", "", ""], "d.md": ["newest", "", ""]}
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        upgraded_to(connection, "0002")
        connection.execute(
            text(
                "INSERT INTO slots (owner, slot, again, as_of, outcome, decisions, early)"
                " VALUES ('daily', 1, '', 1, 'edition', :decisions, 0)"
            ),
            {"decisions": zlib.compress(json.dumps(then).encode())},
        )
    engine.dispose()
    with Outbox.open("sqlite:///old.db", folder=tmp_path) as outbox:
        (planned,) = outbox.editions.history("daily")
    assert [words[0] for words in planned.decisions.values()] == [
        "already-included",
        "below-min-age",
        "newest",
    ]


def test_a_reader_of_two_newsletters_is_one_contact(kept: Outbox, revision: str) -> None:
    if revision < "0003":
        assert kept.subscribers.count_active("weekly") == 0
        return
    contact = kept.subscribers.show("ann@example.org")
    assert contact is not None
    assert [each.newsletter for each in contact.subscriptions] == ["daily", "weekly"]
    assert contact.subscriptions[1].token == "q" * 22
    assert [each.state for each in kept.subscribers.stream(state="pending")] == ["pending"]
    assert [bounce.text for bounce in kept.bounces.stream("ben@example.org")] == ["mailbox full"]


def test_readers_who_come_after_an_upgrade_get_numbers_of_their_own(kept: Outbox) -> None:
    before = {each.id for each in kept.subscribers.stream()}
    assert kept.subscribers.add("daily", "new@example.org") == "added"
    (new,) = {each.id for each in kept.subscribers.stream()} - before
    assert new > max(before)


def test_a_link_of_an_email_sent_before_still_ends_the_subscription(kept: Outbox) -> None:
    ann = next(kept.subscribers.stream("daily"))
    token = kept.keys.subscription_token(ann.token)
    assert kept.readers.leave(token, "one click", datetime(2026, 12, 1, tzinfo=UTC))
    assert kept.subscribers.count_active("daily") == 1


def test_editions_of_before_have_an_address(kept: Outbox) -> None:
    with kept.database.reading() as connection:
        found = connection.execute(text("SELECT kind, slug FROM editions ORDER BY id")).fetchall()
    assert [tuple(row) for row in found] == [("digest", f"edition-{n}") for n in range(1, 5)]


def test_what_readers_have_told_is_kept(kept: Outbox, revision: str) -> None:
    if revision < "0004":
        assert [key.id for key in kept.keys.known()] == []
        return
    ann = kept.subscribers.show("ann@example.org")
    assert ann is not None and (ann.language, ann.timezone) == ("de", "Europe/Berlin")
    assert [key.id for key in kept.keys.known()] == ["k1"]


def test_steps_and_secrets_are_kept(kept: Outbox, revision: str) -> None:
    found = {d.id: (d.step, d.handle, d.undone_at is not None) for d in kept.operator.find()}
    told = {number: each for number, each in found.items() if each != (None, None, False)}
    stored = kept.credentials.read("fediverse")
    if revision < "0005":
        assert (told, stored) == ({}, None)
        return
    post = "at://did:plc:abc/app.bsky.feed.post/3k"
    assert told == {3: (None, post, True), 12: ("media 7", None, False)}
    assert stored is not None


def test_notes_of_before_are_dated_when_they_were_first_tried(kept: Outbox) -> None:
    with kept.database.reading() as connection:
        found = connection.execute(
            text("SELECT kind, dated_at = started_at, network FROM deliveries")
        ).fetchall()
    assert {tuple(row) for row in found} == {("email", None, None), ("note", True, None)}
