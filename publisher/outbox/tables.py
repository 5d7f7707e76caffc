"""The tables. Their unique constraints carry the guarantees; the migrations build them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from publisher.outbox.columns import Choice, Dollars, Moment, Packed, RowId, Words
from publisher.outbox.records import Kind, State

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Words, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    Column("path", Words, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("first_seen", Double),
    Column("payload", Words, nullable=False),
)

awaited = Table(
    "awaited",
    metadata,
    Column("url", Words, primary_key=True),
    Column("seen_at", Moment),
)

watched = Table(
    "watched",
    metadata,
    Column("owner", Words, primary_key=True),
    Column("since", Moment, nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("slot", Moment, nullable=False),
    Column("again", Words, nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("decisions", Packed, nullable=False),
    UniqueConstraint("owner", "slot", "again"),
)

carried = Table(
    "carried",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("slot", Moment, nullable=False),
    Column("url", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("description", Words, nullable=False),
    Index(None, "owner", "slot"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("slot_id", RowId, ForeignKey("slots.id"), nullable=False, unique=True),
    Column("owner", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("slot", Moment, nullable=False),
    Column("subject", Words, nullable=False),
    Column("html", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("preheader", Words, nullable=False),
    Column("sender", Words, nullable=False),
    Column("list_id", Words, nullable=False),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("newsletter", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("email_key", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("token", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("newsletter", "email_key"),
    Index(None, "email_key"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("email_key", Words, primary_key=True),
    Column("email", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Words, primary_key=True),
    Column("paused", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    Column("paused_until", Moment),
)

# No foreign keys here: they would double the time that a million rows take, and the one statement
# that writes these numbers reads them in the same transaction.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("channel", Words, nullable=False),
    Column("kind", Choice(Kind), nullable=False),
    Column("owner", Words, nullable=False),
    Column("slot", Moment, nullable=False),
    Column("edition_id", RowId),
    Column("subscriber_id", RowId),
    Column("post_path", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("recipient_name", Words, nullable=False),
    Column("token", Text, nullable=False),
    Column("payload", Words, nullable=False),
    Column("state", Choice(State), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("remote_id", Words, nullable=False),
    Column("remote_url", Words, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("last_started", Moment),
    Column("sent_at", Moment),
    Column("not_before", Moment),
    Column("cost", Dollars),
    Column("worker", Text, nullable=False),
    Column("leased_until", Moment),
)

# SQLite takes a partial index only where the query repeats its condition word for word, so both
# write the states as literals, never as parameters.
is_queued = deliveries.c.state == literal_column("'queued'")
is_sending = deliveries.c.state == literal_column("'sending'")
is_unknown = deliveries.c.state == literal_column("'unknown'")
was_started = deliveries.c.last_started.is_not(None)


def _partial(name: str, condition: object, *columns: str) -> Index:
    """An index over the few rows that meet `condition`."""
    chosen = [deliveries.c[column] for column in columns]
    return Index(name, *chosen, sqlite_where=condition, postgresql_where=condition)


_partial("ix_deliveries_queued", is_queued, "channel", "not_before", "id")
_partial("ix_deliveries_queued_readers", is_queued, "subscriber_id")
_partial("ix_deliveries_sending", is_sending, "leased_until")
_partial("ix_deliveries_unknown", is_unknown, "channel", "not_before", "id")
_partial("ix_deliveries_started", was_started, "channel", "last_started")
Index(None, deliveries.c.channel, deliveries.c.state)
Index(None, deliveries.c.edition_id, deliveries.c.state)
