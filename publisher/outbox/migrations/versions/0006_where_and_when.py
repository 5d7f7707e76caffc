"""Where and when a message was first tried.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("dated_at", sa.BigInteger()))
    op.add_column("deliveries", sa.Column("network", sa.Text()))
    op.execute("UPDATE deliveries SET dated_at = started_at WHERE edition_id IS NULL")


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("dated_at")
        deliveries.drop_column("network")
