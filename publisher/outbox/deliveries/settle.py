"""The one statement that writes down what became of deliveries, for both databases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from publisher.durations import micros
from publisher.model.deliveries import Outcome, State, Weighing
from publisher.outbox.db.tables import deliveries
from publisher.outbox.db.types import storable
from publisher.outbox.doubts import weigh
from publisher.outbox.subscribers.recipients import withdraw

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
}
_SET: Final = """
    state = {new}state, attempts = d.attempts + {new}attempts,
    error = CASE WHEN {untouched} THEN d.error ELSE {new}error END,
    status = CASE WHEN {untouched} THEN d.status ELSE {new}status END,
    remote_id = coalesce(nullif({new}remote_id, ''), d.remote_id),
    remote_url = coalesce(nullif({new}remote_url, ''), d.remote_url),
    remark = coalesce(nullif({new}remark, ''), d.remark),
    not_before = CASE
        WHEN {new}state <> 'queued' OR {new}not_before IS NOT NULL THEN {new}not_before
        WHEN d.not_before < {now} THEN d.not_before
        ELSE {now} END,
    sent_at = CASE WHEN {new}state = 'sent' THEN {now} END,
    ended_at = CASE WHEN {new}state IN ('rejected', 'cancelled') THEN {now} END,
    worker = '', leased_until = NULL"""
"""A row that goes back at once stays due since when it was: the clock may be ahead just now.
Where nothing is said of why it goes back, it keeps what was said before."""

_WHERE: Final = """
    d.id = {new}id AND d.state <> 'sent' AND ({new}state = 'sent' OR
        d.state IN ('sending', 'unknown') AND ({worker} = '' OR d.worker = {worker}))"""


def _settle(new: str, now: str, worker: str, source: str) -> str:
    untouched = f"{new}state = 'queued' AND {new}error = ''"
    words = {"new": new, "now": now, "worker": worker, "untouched": untouched}
    return f"UPDATE deliveries AS d SET {_SET} {source} WHERE {_WHERE}".format(**words)  # noqa: S608 - all of it is written here


SQLITE: Final = _settle(":", ":now", ":worker", "")
_ARRAYS: Final = ", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())
POSTGRESQL: Final = _settle(
    "n.", "%(now)s", "%(worker)s", f"FROM unnest({_ARRAYS}) AS n({', '.join(_COLUMNS)})"
)


def settle(
    connection: Connection,
    outcomes: Sequence[Outcome],
    now: datetime,
    worker: str,
    weighing: Weighing | None = None,
) -> str:
    """See Deliveries.settle; whoever queues rows again or weighs needs the lock CONTACTS."""
    if connection.dialect.name == "sqlite":
        rows = for_sqlite(outcomes, micros(now), worker)
        if rows:
            connection.exec_driver_sql(SQLITE, rows)
    else:
        connection.exec_driver_sql(
            POSTGRESQL, {**for_postgresql(outcomes), "now": micros(now), "worker": worker}
        )
    back = [outcome.id for outcome in outcomes if outcome.state is State.QUEUED]
    if back:
        withdraw(connection, deliveries.c.id.in_(back))
    return weigh(connection, weighing, now) if weighing else ""


def for_sqlite(outcomes: Sequence[Outcome], now: int, worker: str) -> list[dict[str, Any]]:
    """The parameters of SQLITE, row by row; of two outcomes of one row a confirmation wins."""
    return [
        {**dict(zip(_COLUMNS, _values(outcome), strict=True)), "now": now, "worker": worker}
        for outcome in outcomes
    ]


def for_postgresql(outcomes: Sequence[Outcome]) -> dict[str, list[Any]]:
    """The same as columns, for POSTGRESQL."""
    rows = {outcome.id: _values(outcome) for outcome in sorted(outcomes, key=_is_sent)}
    columns = zip(*rows.values(), strict=True) if rows else [()] * len(_COLUMNS)
    return {name: list(column) for name, column in zip(_COLUMNS, columns, strict=True)}


def _is_sent(outcome: Outcome) -> bool:
    return outcome.state is State.SENT


def _values(outcome: Outcome) -> tuple[Any, ...]:
    if outcome.state is State.SENDING:
        raise ValueError("an outcome cannot be 'sending'")
    return (
        outcome.id,
        outcome.state.value,
        int(outcome.attempt),
        storable(outcome.error),
        storable(outcome.status),
        storable(outcome.remote_id),
        storable(outcome.remote_url),
        storable(outcome.remark),
        None if outcome.not_before is None else micros(outcome.not_before),
    )
