"""Wake-up jobs, and who enqueues how many of them."""

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from publisher.config import load
from publisher.errors import StorageError, UsageError
from publisher.outbox.db.errors import storage_error
from publisher.outbox.outbox import Outbox
from publisher.runners import jobs as module
from publisher.runners.cluster import Cluster
from publisher.runners.jobs import Jobs
from publisher.wiring import build

POST = "---\ntitle: The ferry is back\ndate: 2026-03-04-06-00-00\n---\n"
SLOT = datetime(2026, 3, 4, 7, tzinfo=UTC)
READERS = 30


def made(url: str, answer: Callable[[str, int], None] = lambda _channel, _rows: None) -> Jobs:
    with Outbox.open(url, folder=Path()) as outbox:
        return Jobs(outbox.database.driver_options(), outbox.database.explain, answer)


@pytest.fixture
def jobs(postgres_url: str) -> Jobs:
    jobs = made(postgres_url)
    jobs.prepare()
    return jobs


def within(jobs: Jobs, call: Callable[[], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with jobs.opened():
            return await call()

    return asyncio.run(inside())


def ask(jobs: Jobs, url: str, query: str) -> list[tuple[Any, ...]]:
    options = f"-c search_path={jobs.tables}"
    with psycopg.connect(url, autocommit=True, options=options) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def test_jobs_are_enqueued_up_to_what_is_wanted(jobs: Jobs) -> None:
    async def enqueue() -> list[set[str]]:
        seen = []
        for wanted in (2, 1, 3):
            await jobs.enqueue("mail", 10, await jobs.pending("mail"), wanted)
            seen.append(await jobs.pending("mail"))
        return seen

    two, still_two, three = within(jobs, enqueue)
    assert two == still_two == {"mail 1", "mail 2"} and three == {*two, "mail 3"}


def test_two_machines_that_ring_at_once_ring_no_more_than_one(
    jobs: Jobs, postgres_url: str
) -> None:
    other = made(postgres_url)

    async def enqueue() -> set[str]:
        async with other.opened():
            enqueued_by_both = (each.enqueue("mail", 10, set(), 3) for each in (jobs, other))
            await asyncio.gather(*enqueued_by_both)
            return await jobs.pending("mail")

    assert len(within(jobs, enqueue)) == 3


def test_channels_have_jobs_of_their_own(jobs: Jobs) -> None:
    async def enqueue() -> set[str]:
        await jobs.enqueue("mail", 10, set(), 3)
        return await jobs.pending("notes")

    assert within(jobs, enqueue) == set()


def test_a_job_is_answered_and_gone_whatever_comes_of_it(postgres_url: str) -> None:
    heard: list[tuple[str, int]] = []
    both = threading.Event()

    def answer(channel: str, rows: int) -> None:
        heard.append((channel, rows))
        if len(heard) == 2:
            both.set()
        raise RuntimeError("no answer")

    jobs = made(postgres_url, answer)
    jobs.prepare()

    async def work() -> None:
        await jobs.enqueue("mail", 10, set(), 2)
        task = asyncio.create_task(jobs.work("mail"))
        await asyncio.to_thread(both.wait, 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    within(jobs, work)
    assert heard == [("mail", 10)] * 2
    assert ask(jobs, postgres_url, "SELECT * FROM procrastinate_jobs") == []
    assert ask(jobs, postgres_url, "SELECT * FROM procrastinate_workers") == []


LEFT_OVER = """
INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '40 s'), (now());
INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)
    VALUES ('mail', 'send', 'doing', 1), ('mail', 'send', 'doing', 2);
INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('mail', 'send');
UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = 3;
UPDATE procrastinate_events SET at = now() - interval '2 h' WHERE job_id = 3;
"""


def test_the_jobs_of_dead_workers_are_cleared_away(jobs: Jobs, postgres_url: str) -> None:
    ask(jobs, postgres_url, LEFT_OVER)
    within(jobs, jobs.tidy)
    assert ask(jobs, postgres_url, "SELECT id FROM procrastinate_jobs") == [(2,)]
    assert ask(jobs, postgres_url, "SELECT id FROM procrastinate_workers") == [(2,)]


def test_tables_that_are_there_are_left_alone(jobs: Jobs, postgres_url: str) -> None:
    within(jobs, lambda: jobs.enqueue("mail", 10, set(), 1))
    made(postgres_url).prepare()
    assert len(ask(jobs, postgres_url, "SELECT * FROM procrastinate_jobs")) == 1


def test_a_user_who_may_not_make_a_schema_is_reported(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS humble")
        connection.execute("CREATE ROLE humble LOGIN PASSWORD 'x'")
    with Outbox.open(postgres_url, folder=Path()) as outbox:
        options = outbox.database.driver_options() | {"user": "humble", "password": "x"}
        jobs = Jobs(options, outbox.database.explain, lambda _channel, _rows: None)
    with pytest.raises(StorageError, match="permission denied") as told:
        jobs.prepare()
    assert told.value.hint


def test_a_database_that_is_away_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    explain = partial(storage_error, place="127.0.0.1:1")
    jobs = Jobs({"host": "127.0.0.1", "port": 1}, explain, lambda _channel, _rows: None)
    with pytest.raises(StorageError, match=r"the database 127\.0\.0\.1:1 failed"):
        jobs.prepare()
    with pytest.raises(ConnectorException) as error:
        within(jobs, jobs.tidy)
    assert str(jobs.explained(error.value)).startswith("the database 127.0.0.1:1 failed")


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


def enqueued(machine: Cluster, jobs: Jobs) -> int:
    async def enqueue() -> int:
        await machine._enqueue(jobs)
        return len(await jobs.pending("mail"))

    return int(within(jobs, enqueue))


def test_a_mailing_is_split_into_jobs(machine: Cluster, jobs: Jobs) -> None:
    assert enqueued(machine, jobs) == 3
    assert enqueued(machine, jobs) == 3


def test_a_paused_channel_has_no_jobs(machine: Cluster, jobs: Jobs) -> None:
    machine.publisher.outbox.channels.pause("mail", "by hand")
    assert enqueued(machine, jobs) == 0


def test_what_limits_hold_back_is_asked_for_once(machine: Cluster, jobs: Jobs) -> None:
    machine.work("mail", 10)
    assert machine.publisher.outbox.stats.counts()["mail"]["sent"] == 2
    machine.work("mail", 10)
    assert enqueued(machine, jobs) == 1


def test_a_job_of_a_channel_that_is_no_more_is_nothing(machine: Cluster) -> None:
    machine.work("gone", 10)
    assert machine._reported == {}


def test_without_procrastinate_one_line_says_what_to_install(
    machine: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "publisher.runners.jobs")
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    with pytest.raises(UsageError, match="needs the package procrastinate") as told:
        machine._jobs()
    assert told.value.hint == 'run: pip install "publisher-bot[cluster]"'
