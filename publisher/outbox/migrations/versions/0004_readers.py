"""A contact is one address, whatever it is subscribed to; what happened to it is kept.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


_ARCHIVE = {
    "ix_editions_main": (
        ["owner", "slot", "published_at", "hidden"],
        "kind = 'digest' AND segment = ''",
    ),
    "ix_editions_unpublished": (["id"], "kind = 'digest' AND published_at IS NULL"),
}


_SYSTEM = sa.text("state = 'queued' AND payload = 'system'")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def upgrade() -> None:
    _make_tables()
    op.execute(
        "INSERT INTO contacts (email, email_key, name, language, timezone, created_at, consent_at,"
        " consent_how, consent_from)"
        " SELECT email, email_key, max(name), '', '', min(created_at), NULL, '', ''"
        " FROM (SELECT email_key, name, created_at, first_value(email) OVER"
        " (PARTITION BY email_key ORDER BY id) AS email, min(id) OVER (PARTITION BY email_key) AS n"
        " FROM subscribers) AS each_one GROUP BY email_key, email, n ORDER BY n"
    )
    op.execute(
        "INSERT INTO subscriptions (id, contact_id, newsletter, state, token, choices, segment,"
        " since, joined_at, created_at, changed_at)"
        " SELECT s.id, c.id, s.newsletter, s.state, s.token, '', '', NULL, s.created_at,"
        " s.created_at, s.changed_at"
        " FROM subscribers s JOIN contacts c ON c.email_key = s.email_key ORDER BY s.id"
    )
    op.drop_table("subscribers")
    _number("subscriptions")
    with op.batch_alter_table("editions") as editions:
        editions.alter_column("slot_id", existing_type=row_id, nullable=True)
        editions.drop_constraint("uq_editions_slot_id", type_="unique")
        for name in ("kind", "segment", "slug"):
            editions.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        editions.add_column(sa.Column("published_at", sa.BigInteger(), nullable=True))
        editions.add_column(
            sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute("UPDATE editions SET kind = 'digest', slug = 'edition-' || id")
    with op.batch_alter_table("editions") as editions:
        for name in ("kind", "segment", "slug"):
            editions.alter_column(name, existing_type=sa.Text(), server_default=None)
        editions.alter_column("hidden", existing_type=sa.Boolean(), server_default=None)
        editions.create_unique_constraint("uq_editions_owner_slug", ["owner", "slug"])
    op.create_index("ix_editions_slot_id", "editions", ["slot_id"])
    op.create_index(
        "ix_deliveries_queued_system",
        "deliveries",
        ["not_before", "channel"],
        sqlite_where=_SYSTEM,
        postgresql_where=_SYSTEM,
    )
    for name, (columns, condition) in _ARCHIVE.items():
        which = sa.text(condition)
        op.create_index(name, "editions", columns, sqlite_where=which, postgresql_where=which)


def _make_tables() -> None:
    op.create_table(
        "counts",
        sa.Column("edition_id", row_id, primary_key=True, autoincrement=False),
        sa.Column("link", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "contacts",
        sa.Column("id", row_id, primary_key=True),
        *_texts("email", "email_key", "name", "language", "timezone"),
        *_moments("created_at"),
        *_moments("consent_at", nullable=True),
        *_texts("consent_how", "consent_from"),
        sa.UniqueConstraint("email_key", name="uq_contacts_email_key"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("contact_id", row_id, nullable=False),
        *_texts("newsletter", "state", "token", "choices", "segment"),
        *_moments("since", "joined_at", nullable=True),
        sa.Column("seen_month", sa.Integer(), nullable=True),
        *_moments("created_at", "changed_at"),
        sa.UniqueConstraint("token", name="uq_subscriptions_token"),
        sa.UniqueConstraint(
            "contact_id", "newsletter", name="uq_subscriptions_contact_id_newsletter"
        ),
    )
    op.create_index(
        "ix_subscriptions_newsletter_segment_id",
        "subscriptions",
        ["newsletter", "segment", "id"],
    )
    new = sa.text("since IS NOT NULL")
    op.create_index(
        "ix_subscriptions_newcomers",
        "subscriptions",
        ["newsletter", "segment", "since"],
        sqlite_where=new,
        postgresql_where=new,
    )
    op.create_table(
        "events",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("contact_id", row_id, nullable=False),
        sa.Column("subscription_id", row_id),
        sa.Column("delivery_id", row_id),
        *_texts("kind", "reason"),
        *_moments("at"),
    )
    op.create_index("ix_events_contact_id", "events", ["contact_id"])
    reported = sa.text("delivery_id IS NOT NULL")
    op.create_index(
        "uq_events_delivery_id_kind",
        "events",
        ["delivery_id", "kind"],
        unique=True,
        sqlite_where=reported,
        postgresql_where=reported,
    )
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.Text(), primary_key=True),
        *_texts("worker"),
        *_moments("leased_until", "read_at", nullable=True),
        *_texts("outcome"),
    )
    op.create_table(
        "mail_seen",
        sa.Column("mailbox", sa.Text(), primary_key=True),
        sa.Column("mark", sa.Text(), primary_key=True),
        *_moments("at"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.Text(), primary_key=True),
        *_texts("secret"),
        *_moments("created_at"),
        *_moments("retired_at", nullable=True),
    )


def _number(table: str) -> None:
    """Rows that brought their numbers along: PostgreSQL goes on counting after them."""
    if op.get_bind().dialect.name == "postgresql":
        highest = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"  # noqa: S608 - written here
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest}, false)")


def downgrade() -> None:
    op.drop_index("ix_deliveries_queued_system", "deliveries")
    for name in ("ix_editions_slot_id", *_ARCHIVE):
        op.drop_index(name, "editions")
    op.execute("DELETE FROM editions WHERE slot_id IS NULL")
    with op.batch_alter_table("editions") as editions:
        editions.drop_constraint("uq_editions_owner_slug", type_="unique")
        for name in ("kind", "segment", "slug", "published_at", "hidden"):
            editions.drop_column(name)
        editions.create_unique_constraint("uq_editions_slot_id", ["slot_id"])
        editions.alter_column("slot_id", existing_type=row_id, nullable=False)
    op.create_table(
        "subscribers",
        sa.Column("id", row_id, primary_key=True),
        *_texts("newsletter", "email", "email_key", "name", "state", "token"),
        *_moments("created_at", "changed_at"),
        sa.UniqueConstraint("token", name="uq_subscribers_token"),
        sa.UniqueConstraint("newsletter", "email_key", name="uq_subscribers_newsletter_email_key"),
    )
    op.execute(
        "INSERT INTO subscribers SELECT s.id, s.newsletter, c.email, c.email_key, c.name, s.state,"
        " s.token, s.created_at, s.changed_at"
        " FROM subscriptions s JOIN contacts c ON c.id = s.contact_id"
    )
    _number("subscribers")
    op.create_index("ix_subscribers_newsletter_id", "subscribers", ["newsletter", "id"])
    op.create_index("ix_subscribers_email_key", "subscribers", ["email_key"])
    for table in (
        "counts",
        "keys",
        "mail_seen",
        "mailboxes",
        "events",
        "subscriptions",
        "contacts",
    ):
        op.drop_table(table)
