"""Tables, columns and limits are called as the rest of the program calls them.

Revision ID: 0003
"""

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_slots = sa.table("slots", sa.column("id"), sa.column("decisions", sa.LargeBinary))
_TEXTS = ("owner", "url", "path", "title", "description", "page_key", "again", "text_key")
_RULES = {
    "carried": "already-included",
    "too-young": "below-min-age",
    "lead-full": "lead-section-full",
    "latest-full": "latest-section-full",
}
_LIMITS = ((" at most", " quota"), (" apart", " min interval"))


def upgrade() -> None:
    _move("carried", "included")
    op.create_index("ix_included_owner_path", "included", ["owner", "path"])
    op.execute("ALTER TABLE slots RENAME COLUMN as_of TO read_at")
    for old, new in _LIMITS:
        _rename_limit(old, new)
    _rename_rules(_RULES)


def downgrade() -> None:
    _rename_rules({new: old for old, new in _RULES.items()})
    for old, new in _LIMITS:
        _rename_limit(new, old)
    op.execute("ALTER TABLE slots RENAME COLUMN read_at TO as_of")
    _move("included", "carried")


def _move(old: str, new: str) -> None:
    """SQLite cannot give a primary key another name: the rows move into a new table."""
    op.create_table(
        new,
        sa.Column("id", row_id, primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS[:1]),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS[1:]),
        sa.Column("dated", sa.BigInteger()),
    )
    columns = ", ".join([*_TEXTS, "slot", "dated"])
    op.execute(f"INSERT INTO {new} ({columns}) SELECT {columns} FROM {old} ORDER BY id")  # noqa: S608 - all of it is written here
    op.drop_table(old)
    op.create_index(f"ix_{new}_owner_slot", new, ["owner", "slot"])
    op.create_index(
        f"uq_{new}_owner_page_key_again", new, ["owner", "page_key", "again"], unique=True
    )


def _rename_limit(old: str, new: str) -> None:
    """Limits are named `CHANNEL KIND`; what they granted stays granted."""
    for table in ("buckets", "grants"):
        op.execute(
            f"UPDATE {table} SET name = replace(name, '{old}', '{new}') WHERE name LIKE '%{old}'"  # noqa: S608 - all of it is written here
        )


def _rename_rules(names: dict[str, str]) -> None:
    """What earlier editions decided of posts is read again for years."""
    connection = op.get_bind()
    change = sa.update(_slots).where(_slots.c.id == sa.bindparam("row"))
    for row in connection.execute(sa.select(_slots.c.id)).fetchall():
        packed = connection.execute(sa.select(_slots.c.decisions).where(_slots.c.id == row.id))
        decisions = json.loads(zlib.decompress(packed.scalar_one()))
        for words in decisions.values():
            words[0] = names.get(words[0], words[0])
        written = zlib.compress(json.dumps(decisions, separators=(",", ":")).encode())
        connection.execute(change.values(decisions=written), {"row": row.id})
