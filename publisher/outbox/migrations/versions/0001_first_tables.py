"""The first tables.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "facts",
    "posts",
    "awaited",
    "watched",
    "slots",
    "carried",
    "editions",
    "subscribers",
    "suppressions",
    "channels",
    "paces",
    "buckets",
    "grants",
    "bounces",
    "deliveries",
)
row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_content()
    _make_plans()
    _make_readers()
    _make_limits()
    _make_outbox()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_content() -> None:
    """The index of posts."""
    _make("facts", "name", _texts("name", "value"))
    size = [*_numbers("size", "mtime_ns"), sa.Column("first_seen", sa.Double())]
    _make("posts", "path", _texts("path"), size, _texts("payload"))
    _make("awaited", "url", _texts("url"), _optional("seen_at"))
    _make("watched", "owner", _texts("owner"), _numbers("since"))


def _make_plans() -> None:
    """What has been planned, and what it carried."""
    decisions = sa.Column("decisions", sa.LargeBinary(), nullable=False)
    slot = [*_texts("owner"), *_numbers("slot"), *_texts("again"), *_numbers("as_of")]
    once = _unique("slots", "owner", "slot", "again")
    _make("slots", "id", [_id()], slot, _texts("outcome"), [decisions, once])
    post = _texts("url", "path", "title", "description")
    _make("carried", "id", [_id()], _texts("owner"), _numbers("slot"), post)
    _index("carried", "owner", "slot")
    _make(
        "editions",
        "id",
        [_id(), _id("slot_id")],
        _texts("owner", "channel"),
        _numbers("slot"),
        _texts("subject", "html", "text", "preheader", "sender", "list_id"),
        [_id("after_id"), _id("last_id")],
        [sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_editions_slot_id"))],
        [_unique("editions", "slot_id")],
    )


def _make_readers() -> None:
    """Who is mailed, and who never again."""
    _make(
        "subscribers",
        "id",
        [_id()],
        _texts("newsletter", "email", "email_key", "name", "state", "token"),
        _numbers("created_at", "changed_at"),
        [_unique("subscribers", "newsletter", "email_key"), _unique("subscribers", "token")],
    )
    _index("subscribers", "newsletter", "id")
    _index("subscribers", "email_key")
    reason = _texts("email_key", "email", "reason")
    _make("suppressions", "email_key", reason, _numbers("created_at"))


def _make_limits() -> None:
    """How much may be sent, and who could not be reached."""
    _make("buckets", "name", _texts("name"), _numbers("since", "seen", "free_at", "line_at"))
    _make("grants", "name at", _texts("name"), _numbers("at", "taken"))
    delivery = sa.Column("delivery_id", row_id, autoincrement=False, nullable=False)
    words = _texts("email_key", "kind", "status", "text")
    _make("bounces", "delivery_id", [delivery], words, _numbers("at"))
    _index("bounces", "email_key")


def _make_outbox() -> None:
    """What waits, what was sent, and what became of it."""
    paused: list[Any] = [sa.Column("paused", sa.Boolean(), nullable=False)]
    _make("channels", "name", _texts("name"), paused, _texts("reason"), _optional("paused_until"))
    rate: list[Any] = [sa.Column("rate", sa.Double(), nullable=False)]
    _make("paces", "channel worker", _texts("channel", "worker"), _numbers("at"), rate)
    _make(
        "deliveries",
        "id",
        [_id()],
        _texts("key", "channel", "kind", "owner"),
        _numbers("slot"),
        [sa.Column("edition_id", row_id), sa.Column("subscriber_id", row_id)],
        _texts("post_path", "recipient", "recipient_name", "token", "payload", "state"),
        [sa.Column("attempts", sa.Integer(), nullable=False)],
        _texts("error", "status", "remote_id", "remote_url"),
        _numbers("queued_at"),
        _optional("started_at", "last_started", "sent_at", "ended_at", "not_before", "cost"),
        _texts("worker"),
        _optional("leased_until"),
    )
    _index_deliveries()


def _index_deliveries() -> None:
    """Few indexes on few rows: each of them costs time for every message."""
    finished = "state = 'sent' OR state = 'rejected' OR state = 'cancelled'"
    _partial_index("ix_deliveries_queued", ["channel", "not_before", "id"], "state = 'queued'")
    _partial_index("ix_deliveries_queued_readers", ["subscriber_id"], "state = 'queued'")
    _partial_index("ix_deliveries_sending", ["worker"], "state = 'sending'")
    _partial_index("ix_deliveries_unknown", ["channel", "not_before", "id"], "state = 'unknown'")
    _partial_index("ix_deliveries_finished", ["channel", "state"], finished)
    _partial_index("ix_deliveries_costs", ["channel", "last_started"], "cost IS NOT NULL")
    _partial_index("ix_deliveries_notes", ["owner", "slot"], "kind = 'note'")
    _partial_index("uq_deliveries_note_key", ["key"], "kind = 'note'", unique=True)


def _make(table: str, key: str, *parts: list[Any]) -> None:
    """A table of columns and constraints; `key` names the columns of its primary key."""
    primary = sa.PrimaryKeyConstraint(*key.split(), name=op.f(f"pk_{table}"))
    op.create_table(table, *(each for part in parts for each in part), primary)


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, row_id, nullable=False)


def _texts(*names: str) -> list[Any]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str) -> list[Any]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _optional(*names: str) -> list[Any]:
    return [sa.Column(name, sa.BigInteger()) for name in names]


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _partial_index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    """Index only the rows of deliveries that meet `condition`."""
    where: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text(condition))
    op.create_index(name, "deliveries", columns, unique=unique, **where)
