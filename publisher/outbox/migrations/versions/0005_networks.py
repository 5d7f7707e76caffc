"""What networks need: where and when a message was first tried, its steps, undoing, tokens.

Revision ID: 0005
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "handle": sa.Text(),
    "step": sa.Text(),
    "undone_at": sa.BigInteger(),
    "dated_at": sa.BigInteger(),
    "network": sa.Text(),
}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("deliveries", sa.Column(name, kind))
    op.execute("UPDATE deliveries SET dated_at = started_at WHERE edition_id IS NULL")
    op.create_table(
        "credentials",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("ends_at", sa.BigInteger()),
        sa.Column("asked_at", sa.BigInteger()),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.BigInteger()),
    )


def downgrade() -> None:
    op.drop_table("credentials")
    with op.batch_alter_table("deliveries") as deliveries:
        for name in _COLUMNS:
            deliveries.drop_column(name)
