"""Wake-up jobs in procrastinate: each asks some worker to send some rows of a channel.

A job carries no message. Lost, doubled or needless, it changes nothing: what is to be sent is
in the rows. So jobs are deleted once done, and those of a dead worker with it.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from psycopg import sql

from publisher.errors import StorageError

TASK = "send"
POLL_SECONDS = 2.0
STALLED_SECONDS = 30.0
OLD_HOURS = 1
MOST = 200
"""The most pending jobs of one channel: what is due is counted no further."""

CONNECT_SECONDS = 10
_CONNECTIONS = 4
_JOBS = "SELECT to_regclass('procrastinate_jobs')"
_SCHEMA = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}")

Work = Callable[[str, int], None]
"""Takes a channel and a number of rows."""

Explain = Callable[[Exception], StorageError | None]


class Jobs:
    """The jobs of one database: enqueue them, work on them, clear away what is left over.

    The asynchronous methods belong to the event loop in which `opened` was entered. Their errors
    are procrastinate's own; see `explained`.
    """

    def __init__(self, options: dict[str, Any], explain: Explain, work: Work) -> None:
        """`options` are psycopg's; `explain` is Database.explain; `work` runs in a thread."""
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # the runner reports it once
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        self.most = MOST
        digest = hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()
        self.tables = f"procrastinate_{digest[:8]}"
        self._explain = explain
        own = {key: value for key, value in options.items() if key != "context"}  # SQLAlchemy's
        path = f"{own.get('options', '')} -c search_path={self.tables}".strip()
        self._options = {"connect_timeout": CONNECT_SECONDS, **own, "options": path}
        self._options["autocommit"] = True
        connector = PsycopgConnector(
            kwargs=self._options, min_size=0, max_size=_CONNECTIONS, timeout=CONNECT_SECONDS
        )
        self._app = App(connector=connector)
        self._task = self._app.task(name=TASK)(work)

    def prepare(self) -> None:
        """Make the tables if they are missing; to be called by one process at a time.

        Each version of procrastinate's tables has a schema of its own: machines with different
        versions work side by side, and nothing is ever migrated.

        Raises:
            StorageError: the database cannot be reached, or its user may not make a schema.
        """
        try:
            with psycopg.connect(**self._options) as connection:
                if connection.execute(_JOBS).fetchone() == (None,):
                    schema = sql.Identifier(self.tables)
                    with connection.transaction():
                        connection.execute(_SCHEMA.format(schema))
                        connection.execute(SchemaManager.get_schema())
        except psycopg.Error as error:
            known = self._explain(error)
            if known is None:
                raise
            raise known from error

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Hold the connections that everything below needs; none is made before it is."""
        async with self._app.open_async():
            yield

    async def pending(self, channel: str) -> set[str]:
        """The jobs of a channel that no worker has taken yet."""
        jobs = await self._app.job_manager.list_jobs_async(queue=channel, status=Status.TODO.value)
        return {job.queueing_lock or f"job {job.id}" for job in jobs}

    async def enqueue(self, channel: str, rows: int, pending: set[str], wanted: int) -> None:
        """Have `wanted` jobs pending, each for so many rows; another machine may be quicker."""
        names = (f"{channel} {number}" for number in range(1, MOST + 1))
        free = [name for name in names if name not in pending][: max(0, wanted - len(pending))]
        jobs = [
            self._task.configure(queue=channel, queueing_lock=name).make_new_job(
                channel=channel, rows=rows
            )
            for name in free
        ]
        if jobs:
            with suppress(AlreadyEnqueued):
                await self._app.job_manager.batch_defer_jobs_async(jobs=jobs)

    async def work(self, channel: str) -> None:
        """Work on the jobs of a channel, one at a time; returns if the database goes away.

        Cancelled, it lets the job in hand come to its end first.
        """
        await self._app.run_worker_async(
            queues=[channel],
            name=channel,
            concurrency=1,
            listen_notify=False,
            fetch_job_polling_interval=POLL_SECONDS,
            install_signal_handlers=False,
            delete_jobs="always",
            stalled_worker_timeout=STALLED_SECONDS,
        )

    async def tidy(self) -> None:
        """Clear away dead workers, the jobs in their hands, and what people have cancelled."""
        manager = self._app.job_manager
        await manager.prune_stalled_workers(STALLED_SECONDS)
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            with suppress(ConnectorException):  # another machine was quicker
                await manager.finish_job(job, Status.FAILED, delete_job=True)
        await manager.delete_old_jobs(
            OLD_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    def is_own(self, error: Exception) -> bool:
        """Whether an error is about a job that somebody else has cleared away."""
        return isinstance(error, ConnectorException)

    def explained(self, error: Exception) -> Exception:
        """An error of the database as people understand it; any other as it is."""
        cause = error.__cause__ if isinstance(error, ConnectorException) else error
        known = self._explain(cause) if isinstance(cause, psycopg.Error) else None
        return known or error
