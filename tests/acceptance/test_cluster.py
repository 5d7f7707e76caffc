"""Many machines: whatever becomes of processes and jobs, each reader gets the mail once."""

import asyncio
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from publisher.outbox.outbox import Outbox
from publisher.runners.jobs import Jobs
from tests.acceptance.conftest import AT, Site

pytestmark = pytest.mark.slow

READERS = 240
ROWS = 20
CONNECTIONS = 2
PATIENCE = 80.0  # a message that was put off waits for a minute


@dataclass
class Inbox:
    """Counts accepted mails by reader, slowly enough that something is always in flight."""

    mails: Counter[str] = field(default_factory=Counter)
    slowness: float = 0.02

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002  aiosmtpd's signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        await asyncio.sleep(self.slowness)
        self.mails[envelope.rcpt_tos[0]] += 1
        return "250 2.0.0 ok"


@dataclass
class Cluster:
    """A mailing that is planned and paused, and the processes that will send it."""

    site: Site
    url: str
    inbox: Inbox
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def join(self) -> subprocess.Popen[str]:
        process = self.site.start("run")
        self.processes.append(process)
        return process

    def leave(self, process: subprocess.Popen[str], *, complaints: bool = False) -> None:
        """Stop a process as a service manager does; it has nothing to complain about."""
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        assert "Traceback" not in said and "Error" not in said, said
        assert complaints or "tried again" not in said, said
        assert said.endswith("stopped; nothing is in flight\n")

    def leave_all(self, *, complaints: bool = False) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.leave(process, complaints=complaints)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        options = f"-c search_path={self.tables},public"
        with psycopg.connect(self.url, autocommit=True, options=options) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def states(self) -> Counter[str]:
        return Counter(dict(self.ask("SELECT state, count(*) FROM deliveries GROUP BY state")))

    def wait_for_mails(self, number: int) -> None:
        self.wait(lambda: self.inbox.mails.total() >= number)

    def wait_until_all_is_settled(self) -> None:
        self.wait(lambda: not self.states().keys() & {"queued", "sending"})

    def wait(self, fact: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not fact():
            assert time.monotonic() < end, (self.states(), self.inbox.mails.total())
            time.sleep(0.05)

    @property
    def tables(self) -> str:
        return jobs(self.url).tables

    def everybody_has_it_once(self) -> bool:
        return len(self.inbox.mails) == READERS and set(self.inbox.mails.values()) == {1}


def jobs(url: str) -> Jobs:
    with Outbox.open(url, folder=Path()) as outbox:
        database = outbox.database
        return Jobs(database.driver_options(), database.explain, lambda _channel, _rows: None)


@contextmanager
def serving(inbox: Inbox) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def cluster(site: Site, postgres_url: str) -> Iterator[Cluster]:
    inbox = Inbox()
    with serving(inbox) as port:
        channel = {"adapter": "smtp", "host": "127.0.0.1", "port": port, "security": "none"}
        site.configure(
            {"mail": {**channel, "connections": CONNECTIONS}},
            database=postgres_url,
            runner={"kind": "cluster", "rows_per_job": ROWS},
        )
        with Outbox.open(postgres_url, folder=site.folder) as outbox:
            for number in range(READERS):
                outbox.subscribers.add("daily", f"reader{number}@example.com")
            outbox.channels.pause("mail", "the test begins")
        site.publish("now", "--at", AT, code=3)
        cluster = Cluster(site, postgres_url, inbox)
        jobs(postgres_url).prepare()
        yield cluster
        for process in cluster.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()


def test_one_worker_of_three_is_killed(cluster: Cluster) -> None:
    cluster.site.publish("resume", "mail")
    killed, *_ = [cluster.join() for _ in range(3)]
    cluster.wait_for_mails(READERS // 3)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    cluster.wait_until_all_is_settled()
    cluster.leave_all()
    rows = cluster.site.json("queue", "list")
    unknown = {row["recipient"] for row in rows if row["state"] == "unknown"}
    sent = {row["recipient"] for row in rows if row["state"] == "sent"}
    assert len(unknown) <= 2 * CONNECTIONS
    assert sent | unknown == {f"reader{number}@example.com" for number in range(READERS)}
    assert sent <= set(cluster.inbox.mails) and set(cluster.inbox.mails.values()) == {1}


TWICE = """
CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    VALUES (NEW.queue_name, NEW.task_name, NEW.args);
    RETURN NEW;
END $$;
CREATE TRIGGER twice AFTER INSERT ON procrastinate_jobs
FOR EACH ROW WHEN (NEW.queueing_lock IS NOT NULL) EXECUTE FUNCTION twice();
"""


def test_every_job_is_delivered_twice(cluster: Cluster) -> None:
    cluster.ask(TWICE)
    cluster.site.publish("resume", "mail")
    for _ in range(2):
        cluster.join()
    cluster.wait_until_all_is_settled()
    cluster.leave_all()
    (numbers,) = cluster.ask("SELECT last_value FROM procrastinate_jobs_id_seq")
    assert numbers[0] >= 2 * READERS // ROWS
    assert cluster.everybody_has_it_once()


def test_all_jobs_are_lost_in_mid_mailing(cluster: Cluster) -> None:
    cluster.site.publish("resume", "mail")
    for _ in range(2):
        cluster.join()
    cluster.wait_for_mails(READERS // 3)
    cluster.ask("DELETE FROM procrastinate_jobs")
    cluster.wait_until_all_is_settled()
    cluster.leave_all()
    assert cluster.everybody_has_it_once()


CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_the_database_is_cut_off_in_mid_mailing(cluster: Cluster) -> None:
    cluster.site.publish("resume", "mail")
    for _ in range(2):
        cluster.join()
    for part in (4, 2):
        cluster.wait_for_mails(READERS // part)
        cluster.ask(CUT_OFF)
    cluster.wait_until_all_is_settled()
    cluster.leave_all(complaints=True)
    assert set(cluster.states()) == {"sent"}
    assert cluster.everybody_has_it_once()


def test_one_worker_joins_late_and_the_first_leaves(cluster: Cluster) -> None:
    cluster.site.publish("resume", "mail")
    first = cluster.join()
    cluster.wait_for_mails(READERS // 4)
    cluster.join()
    cluster.leave(first)
    cluster.wait_until_all_is_settled()
    cluster.leave_all()
    assert set(cluster.states()) == {"sent"}
    assert cluster.everybody_has_it_once()


def test_a_pause_in_mid_mailing_holds_on_every_machine(cluster: Cluster) -> None:
    cluster.site.publish("resume", "mail")
    for _ in range(2):
        cluster.join()
    cluster.wait_for_mails(READERS // 4)
    cluster.site.publish("pause", "mail")
    time.sleep(1)
    held = cluster.inbox.mails.total()
    time.sleep(0.5)
    assert cluster.inbox.mails.total() == held < READERS
    assert not cluster.states()["sending"]
    cluster.site.publish("resume", "mail")
    cluster.wait_until_all_is_settled()
    cluster.leave_all()
    assert cluster.everybody_has_it_once()


def test_machines_that_start_together_make_the_tables_once(postgres_url: str) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            made = jobs(postgres_url)
            with (
                Outbox.open(postgres_url, folder=Path()) as outbox,
                outbox.database.writing("jobs"),
            ):
                made.prepare()
        except Exception as error:  # noqa: BLE001  a thread's own would be lost
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
