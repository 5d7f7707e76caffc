"""What daily life taught: a post is included once, and a slot knows when it was planned.

Revision ID: 0002
"""

import hashlib
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("slots", sa.Column("planned_at", sa.BigInteger()))
    op.add_column(
        "slots", sa.Column("early", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _included_once()
    op.drop_table("awaited")  # a post whose page is not there is known by what was decided of it
    _notices()
    _refusals()
    _notes()


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("lessons")
    op.drop_table("doubts")
    op.drop_column("channels", "resumed_at")
    op.drop_table("refusals")
    op.drop_column("deliveries", "remark")
    op.drop_index("uq_carried_owner_page_key_again", "carried")
    for column in ("page_key", "again", "dated", "text_key"):
        op.drop_column("carried", column)
    op.drop_column("slots", "early")
    op.drop_column("slots", "planned_at")
    op.create_table(
        "awaited",
        sa.Column("url", sa.Text(), primary_key=True),
        sa.Column("seen_at", sa.BigInteger()),
    )


def _included_once() -> None:
    for name in ("page_key", "again", "text_key"):
        column = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column("carried", column)
    op.add_column("carried", sa.Column("dated", sa.BigInteger()))
    _fill()
    op.create_index(
        "uq_carried_owner_page_key_again", "carried", ["owner", "page_key", "again"], unique=True
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("topic", sa.Text(), primary_key=True),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
    )


def _notes() -> None:
    op.add_column("deliveries", sa.Column("remark", sa.Text()))
    op.create_table(
        "refusals",
        sa.Column("delivery_id", row_id, nullable=False, autoincrement=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_refusals"),
    )


def _fill() -> None:
    """The first inclusion of a page stands; further ones were asked for, or a mistake."""
    carried = sa.table("carried", *map(sa.column, ("id", "owner", "url", "page_key", "again")))
    connection = op.get_bind()
    rows = connection.execute(sa.select(carried.c.id, carried.c.owner, carried.c.url))
    seen: Counter[tuple[str, str]] = Counter()
    values = []
    for number, owner, url in rows.fetchall():
        key = _page_key(url)
        again = f"before 0002, {number}" if seen[owner, key] else ""
        seen[owner, key] += 1
        values.append({"row": number, "key": key, "once_more": again})
    if values:
        mine = sa.update(carried).where(carried.c.id == sa.bindparam("row"))
        new = mine.values(page_key=sa.bindparam("key"), again=sa.bindparam("once_more"))
        connection.execute(new, values)


def _page_key(url: str) -> str:
    """As outbox.keys made it when this revision was new."""
    page = url.partition("#")[0].rstrip("/")
    return hashlib.sha256(page.encode("utf-8", "replace")).hexdigest()[:32]


def _refusals() -> None:
    op.add_column("channels", sa.Column("resumed_at", sa.BigInteger()))
    op.create_table(
        "doubts",
        sa.Column("delivery_id", row_id, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("likeness", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_doubts_channel", "doubts", ["channel"])
    op.create_table(
        "lessons",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("server", sa.Text(), primary_key=True),
        sa.Column("connections", sa.Integer()),
        sa.Column("rate", sa.Double()),
        sa.Column("held_until", sa.BigInteger()),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
