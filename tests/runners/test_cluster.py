"""Bells, and who rings how many of them."""

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from publisher.config import load
from publisher.errors import StorageError, UsageError
from publisher.outbox.outbox import Outbox
from publisher.runners import jobs as module
from publisher.runners.cluster import Cluster
from publisher.runners.jobs import Bells
from publisher.wiring import build

POST = "---\ntitle: The ferry is back\ndate: 2026-03-04-06-00-00\n---\n"
SLOT = datetime(2026, 3, 4, 7, tzinfo=UTC)
READERS = 30


def made(url: str, answer: Callable[[str, int], None] = lambda _channel, _rows: None) -> Bells:
    with Outbox.open(url, folder=Path()) as outbox:
        return Bells(outbox.database.driver_options(), outbox.database.place, answer)


@pytest.fixture
def bells(postgres_url: str) -> Bells:
    bells = made(postgres_url)
    bells.prepare()
    return bells


def within(bells: Bells, call: Callable[[], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with bells.opened():
            return await call()

    return asyncio.run(inside())


def ask(bells: Bells, url: str, query: str) -> list[tuple[Any, ...]]:
    options = f"-c search_path={bells.tables}"
    with psycopg.connect(url, autocommit=True, options=options) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def test_bells_are_rung_up_to_what_is_wanted(bells: Bells) -> None:
    async def ring() -> list[set[str]]:
        seen = []
        for wanted in (2, 1, 3):
            await bells.ring("mail", 10, await bells.ringing("mail"), wanted)
            seen.append(await bells.ringing("mail"))
        return seen

    two, still_two, three = within(bells, ring)
    assert two == still_two == {"mail 1", "mail 2"} and three == {*two, "mail 3"}


def test_two_machines_that_ring_at_once_ring_no_more_than_one(
    bells: Bells, postgres_url: str
) -> None:
    other = made(postgres_url)

    async def ring() -> set[str]:
        async with other.opened():
            rung = (each.ring("mail", 10, set(), 3) for each in (bells, other))
            await asyncio.gather(*rung)
            return await bells.ringing("mail")

    assert len(within(bells, ring)) == 3


def test_channels_have_bells_of_their_own(bells: Bells) -> None:
    async def ring() -> set[str]:
        await bells.ring("mail", 10, set(), 3)
        return await bells.ringing("notes")

    assert within(bells, ring) == set()


def test_a_bell_is_answered_and_gone_whatever_comes_of_it(postgres_url: str) -> None:
    heard: list[tuple[str, int]] = []
    both = threading.Event()

    def answer(channel: str, rows: int) -> None:
        heard.append((channel, rows))
        if len(heard) == 2:
            both.set()
        raise RuntimeError("no answer")

    bells = made(postgres_url, answer)
    bells.prepare()

    async def work() -> None:
        await bells.ring("mail", 10, set(), 2)
        task = asyncio.create_task(bells.answer("mail"))
        await asyncio.to_thread(both.wait, 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    within(bells, work)
    assert heard == [("mail", 10)] * 2
    assert ask(bells, postgres_url, "SELECT * FROM procrastinate_jobs") == []
    assert ask(bells, postgres_url, "SELECT * FROM procrastinate_workers") == []


LEFT_OVER = """
INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '40 s'), (now());
INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)
    VALUES ('mail', 'send', 'doing', 1), ('mail', 'send', 'doing', 2);
INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('mail', 'send');
UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = 3;
UPDATE procrastinate_events SET at = now() - interval '2 h' WHERE job_id = 3;
"""


def test_the_bells_of_dead_workers_are_cleared_away(bells: Bells, postgres_url: str) -> None:
    ask(bells, postgres_url, LEFT_OVER)
    within(bells, bells.tidy)
    assert ask(bells, postgres_url, "SELECT id FROM procrastinate_jobs") == [(2,)]
    assert ask(bells, postgres_url, "SELECT id FROM procrastinate_workers") == [(2,)]


def test_tables_that_are_there_are_left_alone(bells: Bells, postgres_url: str) -> None:
    within(bells, lambda: bells.ring("mail", 10, set(), 1))
    made(postgres_url).prepare()
    assert len(ask(bells, postgres_url, "SELECT * FROM procrastinate_jobs")) == 1


def test_a_user_who_may_not_make_a_schema_is_told(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS humble")
        connection.execute("CREATE ROLE humble LOGIN PASSWORD 'x'")
    with Outbox.open(postgres_url, folder=Path()) as outbox:
        options = outbox.database.driver_options() | {"user": "humble", "password": "x"}
        bells = Bells(options, outbox.database.place, lambda _channel, _rows: None)
    with pytest.raises(StorageError, match="permission denied") as told:
        bells.prepare()
    assert told.value.hint


def test_a_database_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    bells = Bells({"host": "127.0.0.1", "port": 1}, "127.0.0.1:1", lambda _channel, _rows: None)
    with pytest.raises(StorageError, match=r"the database 127\.0\.0\.1:1 failed"):
        bells.prepare()
    with pytest.raises(ConnectorException) as error:
        within(bells, bells.tidy)
    assert str(bells.told(error.value)).startswith("the database 127.0.0.1:1 failed")


@pytest.fixture
def machine(tmp_path: Path, postgres_url: str) -> Iterator[Cluster]:
    """A process with thirty mails to send, ten a job, of which two a day may go."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "ferry.md").write_text(POST)
    config = {
        "site": {"title": "Gazette", "url": "https://gazette.example"},
        "content": {"folder": "posts", "path": "/{-title}"},
        "database": postgres_url,
        "runner": {"kind": "cluster", "rows_per_job": 10},
        "channels": {"mail": {"adapter": "folder", "quota": "2 a day"}},
        "newsletters": {"daily": {"channel": "mail", "sender": "news@gazette.example"}},
    }
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    with build(load(tmp_path / "config.yaml", {})) as publisher:
        for number in range(READERS):
            publisher.outbox.subscribers.add("daily", f"reader{number}@example.com")
        publisher.planner.enqueue(publisher.planner.propose("daily", SLOT, SLOT))
        yield Cluster(publisher, lambda _line: None, threading.Event())


def rung(machine: Cluster, bells: Bells) -> int:
    async def ring() -> int:
        await machine._ring(bells)
        return len(await bells.ringing("mail"))

    return int(within(bells, ring))


def test_a_mailing_is_split_into_jobs(machine: Cluster, bells: Bells) -> None:
    assert rung(machine, bells) == 3
    assert rung(machine, bells) == 3


def test_a_paused_channel_has_no_bells(machine: Cluster, bells: Bells) -> None:
    machine.publisher.outbox.channels.pause("mail", "by hand")
    assert rung(machine, bells) == 0


def test_what_limits_hold_back_is_rung_for_once(machine: Cluster, bells: Bells) -> None:
    machine.answer("mail", 10)
    assert machine.publisher.outbox.stats.counts()["mail"]["sent"] == 2
    machine.answer("mail", 10)
    assert rung(machine, bells) == 1


def test_a_bell_of_a_channel_that_is_no_more_is_nothing(machine: Cluster) -> None:
    machine.answer("gone", 10)
    assert machine._told == {}


def test_without_procrastinate_one_line_says_what_to_install(
    machine: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "publisher.runners.jobs")
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    with pytest.raises(UsageError, match="needs the package procrastinate") as told:
        machine._bells()
    assert told.value.hint == 'run: pip install "publisher-bot[cluster]"'
