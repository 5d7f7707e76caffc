"""What networks need: steps of a message, what undoing needs, tokens that renew themselves.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXTS = ("handle", "step")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("deliveries", sa.Column(name, sa.Text()))
    op.add_column("deliveries", sa.Column("undone_at", sa.BigInteger()))
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
        for name in (*_TEXTS, "undone_at"):
            deliveries.drop_column(name)
