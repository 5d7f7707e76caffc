"""The first tables.

Revision ID: 0001
"""

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
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "posts",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.Double()),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_posts")),
    )
    op.create_table(
        "awaited",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_awaited")),
    )
    op.create_table(
        "watched",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_watched")),
    )


def _make_plans() -> None:
    """What has been planned, and what it carried."""
    op.create_table(
        "slots",
        sa.Column("id", row_id, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("again", sa.Text(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decisions", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("owner", "slot", "again", name=op.f("uq_slots_owner_slot_again")),
    )
    op.create_table(
        "carried",
        sa.Column("id", row_id, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carried")),
    )
    op.create_index(op.f("ix_carried_owner_slot"), "carried", ["owner", "slot"])
    op.create_table(
        "editions",
        sa.Column("id", row_id, nullable=False),
        sa.Column("slot_id", row_id, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("after_id", row_id, nullable=False),
        sa.Column("last_id", row_id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_editions_slot_id")),
        sa.UniqueConstraint("slot_id", name=op.f("uq_editions_slot_id")),
    )


def _make_readers() -> None:
    """Who is mailed, and who never again."""
    op.create_table(
        "subscribers",
        sa.Column("id", row_id, nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint(
            "newsletter", "email_key", name=op.f("uq_subscribers_newsletter_email_key")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_subscribers_token")),
    )
    op.create_index(op.f("ix_subscribers_newsletter_id"), "subscribers", ["newsletter", "id"])
    op.create_index(op.f("ix_subscribers_email_key"), "subscribers", ["email_key"])
    op.create_table(
        "suppressions",
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("email_key", name=op.f("pk_suppressions")),
    )


def _make_limits() -> None:
    """How much may be sent, and who could not be reached."""
    op.create_table(
        "buckets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.Column("line_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_buckets")),
    )
    op.create_table(
        "grants",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "at", name=op.f("pk_grants")),
    )
    op.create_table(
        "bounces",
        sa.Column("delivery_id", row_id, autoincrement=False, nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_bounces")),
    )
    op.create_index(op.f("ix_bounces_email_key"), "bounces", ["email_key"])


def _make_outbox() -> None:
    """What waits, what was sent, and what became of it."""
    op.create_table(
        "channels",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
    )
    op.create_table(
        "paces",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "worker", name=op.f("pk_paces")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", row_id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", row_id),
        sa.Column("subscriber_id", row_id),
        sa.Column("post_path", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("remote_url", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("last_started", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("cost", sa.BigInteger()),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
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


def _partial_index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    """Index only the rows of deliveries that meet `condition`."""
    where = sa.text(condition)
    op.create_index(
        name,
        "deliveries",
        columns,
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )
