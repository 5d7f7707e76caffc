"""The one statement that writes down what became of deliveries, for both databases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from publisher.durations import micros
from publisher.model.deliveries import Outcome, State
from publisher.outbox.contacts.recipients import withdraw
from publisher.outbox.db.tables import deliveries
from publisher.outbox.db.types import storable

_COLUMNS: Final = {
    "id": "bigint",
    "state": "text",
    "attempts": "int",
    "error": "text",
    "status": "text",
    "remote_id": "text",
    "remote_url": "text",
    "remark": "text",
    "not_before": "bigint",
    "step": "text",
    "handle": "text",
}
_SENT: Final = {
    "state": "'sent'",
    "attempts": "1",
    "error": "''",
    "status": "''",
    "not_before": "NULL",
    "worker": "''",
    "step": "''",
    "handle": "''",
}
"""What is the same for every row that was sent: as nearly all are, it is written, not bound."""

_STATEMENT: Final = """
UPDATE deliveries AS d SET
    state = {state}, attempts = d.attempts + {attempts},
    error = CASE WHEN {state} = 'queued' AND {error} = '' THEN d.error ELSE {error} END,
    status = CASE WHEN {state} = 'queued' AND {error} = '' THEN d.status ELSE {status} END,
    remote_id = coalesce(nullif({remote_id}, ''), d.remote_id),
    remote_url = coalesce(nullif({remote_url}, ''), d.remote_url),
    remark = coalesce(nullif({remark}, ''), d.remark),
    step = coalesce(nullif({step}, ''), d.step),
    handle = coalesce(nullif({handle}, ''), d.handle),
    not_before = CASE
        WHEN {state} <> 'queued' OR {not_before} IS NOT NULL THEN {not_before}
        WHEN d.not_before < {now} THEN d.not_before
        ELSE {now} END,
    sent_at = CASE WHEN {state} = 'sent' THEN {now} END,
    ended_at = CASE WHEN {state} IN ('rejected', 'cancelled') THEN {now} END,
    worker = '', leased_until = NULL
{rows}
WHERE d.id = {id} AND d.state <> 'sent' AND ({state} = 'sent' OR
    d.state IN ('sending', 'unknown') AND ({worker} = '' OR d.worker = {worker}))
"""
"""A row that goes back at once stays due since when it was: the clock may be ahead just now.
Where nothing is said of why it goes back, it keeps what was said before."""


def _sqlite(known: dict[str, str]) -> str:
    given = {name: f":{name}" for name in (*_COLUMNS, "now", "worker")}
    return _STATEMENT.format(rows="", **given | known)


def _postgresql(known: dict[str, str]) -> str:
    columns = {name: kind for name, kind in _COLUMNS.items() if name not in known}
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in columns.items())
    given = {name: f"n.{name}" for name in columns} | {"now": "%(now)s", "worker": "%(worker)s"}
    rows = f"FROM unnest({arrays}) AS n({', '.join(columns)})"
    return _STATEMENT.format(rows=rows, **given | known)


SQLITE: Final = {True: _sqlite(_SENT), False: _sqlite({})}
POSTGRESQL: Final = {True: _postgresql(_SENT), False: _postgresql({})}
"""The statement for rows of which all were sent, and for any."""


def settle(connection: Connection, outcomes: Sequence[Outcome], now: datetime, worker: str) -> None:
    """See Deliveries.settle; whoever queues rows again needs the lock CONTACTS."""
    sent = all_sent(outcomes)
    if connection.dialect.name == "postgresql":
        values = {**for_postgresql(outcomes), "now": micros(now), "worker": worker}
        connection.exec_driver_sql(POSTGRESQL[sent], values)
    elif outcomes:
        connection.exec_driver_sql(SQLITE[sent], for_sqlite(outcomes, micros(now), worker))
    back = [outcome.id for outcome in outcomes if outcome.state is State.QUEUED]
    if back:
        withdraw(connection, deliveries.c.id.in_(back))


def all_sent(outcomes: Sequence[Outcome]) -> bool:
    """Whether the shorter statement will do."""
    return all(outcome.state is State.SENT and not outcome.handle for outcome in outcomes)


def for_sqlite(outcomes: Sequence[Outcome], now: int, worker: str) -> list[dict[str, Any]]:
    """The parameters of SQLITE, row by row; of two outcomes of one row a confirmation wins."""
    values = _of_sent if all_sent(outcomes) else _of_any
    rows = [values(outcome) for outcome in outcomes]
    for row in rows:
        row["now"], row["worker"] = now, worker
    return rows


def for_postgresql(outcomes: Sequence[Outcome]) -> dict[str, list[Any]]:
    """The same as columns, for POSTGRESQL."""
    sent = all_sent(outcomes)
    values = _of_sent if sent else _of_any
    sent_last = sorted(outcomes, key=lambda outcome: outcome.state is State.SENT)
    rows = {each.id: values(each) for each in sent_last}.values()
    names = [name for name in _COLUMNS if not (sent and name in _SENT)]
    return {name: [row[name] for row in rows] for name in names}


def _of_sent(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "remote_id": storable(outcome.remote_id),
        "remote_url": storable(outcome.remote_url),
        "remark": storable(outcome.remark),
    }


def _of_any(outcome: Outcome) -> dict[str, Any]:
    if outcome.state is State.SENDING:
        raise ValueError("an outcome cannot be 'sending'")
    not_before = outcome.not_before
    return _of_sent(outcome) | {
        "state": outcome.state.value,
        "attempts": int(outcome.attempt),
        "error": storable(outcome.error),
        "status": storable(outcome.status),
        "not_before": None if not_before is None else micros(not_before),
        "step": storable(outcome.step),
        "handle": storable(outcome.handle),
    }
