"""The tables. Their unique constraints carry the guarantees; the migrations build them."""

from typing import Any

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
    and_,
    literal_column,
    or_,
)

from publisher.model.deliveries import Kind, State
from publisher.outbox.db.types import Choice, Dollars, Moment, Packed, RowId, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _columns(kind: Any, *names: str, nullable: bool = False) -> list[Column[Any]]:
    return [Column(name, kind, nullable=nullable) for name in names]


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
    *_columns(BigInteger, "size", "mtime_ns"),
    Column("first_seen", Double),
    Column("payload", Words, nullable=False),
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
    Column("read_at", Moment, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("decisions", Packed, nullable=False),
    Column("planned_at", Moment),
    Column("early", Boolean, nullable=False),
    UniqueConstraint("owner", "slot", "again"),
)

included = Table(
    "included",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("slot", Moment, nullable=False),
    *_columns(Words, "url", "path", "title", "description"),
    Column("page_key", Text, nullable=False),
    Column("again", Words, nullable=False),
    Column("text_key", Text, nullable=False),
    Column("dated", Moment),
    Index(None, "owner", "slot"),
    Index(None, "owner", "path"),
    Index("uq_included_owner_page_key_again", "owner", "page_key", "again", unique=True),
)

# Without a slot: an email of the system, such as a confirmation, frozen once for all its readers.
editions = Table(
    "editions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("slot_id", RowId, ForeignKey("slots.id")),
    *_columns(Words, "owner", "channel"),
    Column("slot", Moment, nullable=False),
    *_columns(Words, "subject", "html", "text", "preheader", "sender", "list_id"),
    *_columns(RowId, "after_id", "last_id"),
    *_columns(Words, "kind", "segment", "slug"),
    Column("published_at", Moment),
    Column("hidden", Boolean, nullable=False, default=False),
    UniqueConstraint("owner", "slug"),
    Index(None, "slot_id"),
)
"""An edition's deliveries have ids above `after_id`, up to `last_id`; others may, too.

`published_at` is when the first of them was sent, noted when the archive is next looked at.
"""

is_digest = editions.c.kind == literal_column("'digest'")
is_main = and_(is_digest, editions.c.segment == literal_column("''"))
is_unpublished = and_(is_digest, editions.c.published_at.is_(None))
for _name, _which, _keys in (
    ("ix_editions_main", is_main, ("owner", "slot", "published_at", "hidden")),
    ("ix_editions_unpublished", is_unpublished, ("id",)),
):
    _chosen = [editions.c[key] for key in _keys]
    Index(_name, *_chosen, sqlite_where=_which, postgresql_where=_which)

contacts = Table(
    "contacts",
    metadata,
    Column("id", RowId, primary_key=True),
    *_columns(Words, "email", "email_key", "name", "language", "timezone"),
    Column("created_at", Moment, nullable=False),
    Column("consent_at", Moment),
    *_columns(Words, "consent_how", "consent_from"),
    UniqueConstraint("email_key"),
)

# `since`: from when on posts are new for a reader who has just come to this segment. `seen_month`
# is the last month with a sign of life, counted from the year 0; it is kept only where a newsletter
# wants to ask who is silent.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("contact_id", RowId, nullable=False),
    Column("newsletter", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("token", Words, nullable=False, unique=True),
    *_columns(Words, "choices", "segment"),
    *_columns(Moment, "since", "joined_at", nullable=True),
    Column("seen_month", Integer),
    *_columns(Moment, "created_at", "changed_at"),
    UniqueConstraint("contact_id", "newsletter"),
    Index(None, "newsletter", "segment", "id"),
)
is_newcomer = subscriptions.c.since.is_not(None)
Index(
    "ix_subscriptions_newcomers",
    *(subscriptions.c[name] for name in ("newsletter", "segment", "since")),
    sqlite_where=is_newcomer,
    postgresql_where=is_newcomer,
)

# What happened to whom and why. A delivery is reported once for each kind.
events = Table(
    "events",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("contact_id", RowId, nullable=False),
    *_columns(RowId, "subscription_id", "delivery_id", nullable=True),
    Column("kind", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "contact_id"),
)
Index(
    "uq_events_delivery_id_kind",
    events.c.delivery_id,
    events.c.kind,
    unique=True,
    sqlite_where=events.c.delivery_id.is_not(None),
    postgresql_where=events.c.delivery_id.is_not(None),
)

# Who reads a mailbox until when, and what came of the last time, in JSON.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", Words, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("leased_until", Moment),
    Column("read_at", Moment),
    Column("outcome", Words, nullable=False),
)

# Emails that were looked at and stay where they are, and requests that must not count twice.
mail_seen = Table(
    "mail_seen",
    metadata,
    Column("mailbox", Words, primary_key=True),
    Column("mark", Words, primary_key=True),
    Column("at", Moment, nullable=False),
)

# What links are signed with, the newest first; one that is retired still knows its links.
keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("retired_at", Moment),
)

# Of all readers together: how often an edition (link 0) and each of its links were opened.
counts = Table(
    "counts",
    metadata,
    Column("edition_id", RowId, primary_key=True, autoincrement=False),
    Column("link", Integer, primary_key=True, autoincrement=False),
    Column("day", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("email_key", Words, primary_key=True),
    *_columns(Words, "email", "reason"),
    Column("created_at", Moment, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Words, primary_key=True),
    Column("paused", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    *_columns(Moment, "paused_until", "resumed_at", nullable=True),
)

# Refusals since the channel's last accepted email, that may not be about their recipients.
doubts = Table(
    "doubts",
    metadata,
    Column("delivery_id", RowId, primary_key=True, autoincrement=False),
    *_columns(Words, "channel", "likeness", "said"),
    Column("at", Moment, nullable=False),
    Index(None, "channel"),
)

# What a server's refusals taught: how many connections it takes, how many messages a second.
lessons = Table(
    "lessons",
    metadata,
    Column("channel", Words, primary_key=True),
    Column("server", Words, primary_key=True),
    Column("connections", Integer),
    Column("rate", Double),
    Column("held_until", Moment),
    Column("said", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

# `next_at` is None where it was reported, or nobody need be told.
notices = Table(
    "notices",
    metadata,
    Column("topic", Words, primary_key=True),
    *_columns(Words, "mark", "content"),
    Column("at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Moment),
)

paces = Table(
    "paces",
    metadata,
    Column("channel", Words, primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("rate", Double, nullable=False),
)

# One row for each line of credit; every number is microseconds since 1970 (see gcra.Bucket).
buckets = Table(
    "buckets",
    metadata,
    Column("name", Words, primary_key=True),
    *_columns(BigInteger, "since", "seen", "free_at", "line_at"),
)

# What was granted when, as far as a rolling window still counts it.
grants = Table(
    "grants",
    metadata,
    Column("name", Words, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("taken", BigInteger, nullable=False),
)

bounces = Table(
    "bounces",
    metadata,
    Column("delivery_id", RowId, primary_key=True, autoincrement=False),
    Column("email_key", Words, nullable=False),
    Column("kind", Text, nullable=False),
    *_columns(Words, "status", "text"),
    Column("at", Moment, nullable=False),
    Index(None, "email_key"),
)

# Notes that were refused without a reason, and how many their channel had taken by then.
refusals = Table(
    "refusals",
    metadata,
    Column("delivery_id", RowId, primary_key=True, autoincrement=False),
    Column("channel", Words, nullable=False),
    Column("taken", BigInteger, nullable=False),
)

# No foreign keys here: they would double the time that a million rows take, and the one statement
# that writes these numbers reads them in the same transaction.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False),
    Column("channel", Words, nullable=False),
    Column("kind", Choice(Kind), nullable=False),
    Column("owner", Words, nullable=False),
    Column("slot", Moment, nullable=False),
    *_columns(RowId, "edition_id", "subscriber_id", nullable=True),
    *_columns(Words, "post_path", "recipient", "recipient_name"),
    Column("token", Text, nullable=False),
    Column("payload", Words, nullable=False),
    Column("state", Choice(State), nullable=False),
    Column("attempts", Integer, nullable=False),
    *_columns(Words, "error", "status", "remote_id", "remote_url"),
    Column("queued_at", Moment, nullable=False),
    *_columns(
        Moment, "started_at", "last_started", "sent_at", "ended_at", "not_before", nullable=True
    ),
    Column("cost", Dollars),
    Column("worker", Text, nullable=False),
    Column("leased_until", Moment),
    Column("remark", Words),
    *_columns(Words, "handle", "step", nullable=True),
    *_columns(Moment, "undone_at", "dated_at", nullable=True),
    Column("network", Words),
)

# Secrets that renew themselves, in JSON. Version 0: somebody is getting the first ones.
credentials = Table(
    "credentials",
    metadata,
    Column("channel", Words, primary_key=True),
    Column("content", Words, nullable=False),
    Column("version", Integer, nullable=False),
    *_columns(Moment, "expires_at", "ends_at", "asked_at", nullable=True),
    Column("worker", Text, nullable=False),
    Column("leased_until", Moment),
)

# SQLite takes a partial index only where the query repeats its condition word for word, so both
# write the states as literals, never as parameters.
is_queued = deliveries.c.state == literal_column("'queued'")
is_sending = deliveries.c.state == literal_column("'sending'")
is_unknown = deliveries.c.state == literal_column("'unknown'")
is_finished = or_(
    deliveries.c.state == literal_column("'sent'"),
    deliveries.c.state == literal_column("'rejected'"),
    deliveries.c.state == literal_column("'cancelled'"),
)  # SQLite would build a set anew for each row that an IN looks at
OPEN = {State.QUEUED: is_queued, State.SENDING: is_sending, State.UNKNOWN: is_unknown}
is_open = or_(*OPEN.values())
has_cost = deliveries.c.cost.is_not(None)
is_system = deliveries.c.payload == literal_column("'system'")
is_note = deliveries.c.kind == literal_column("'note'")
stands_in_part = and_(is_note, deliveries.c.remote_id != literal_column("''"))
"""Of a row that is not sent: some posts of a thread are at its network, others are to come."""


def _partial(name: str, condition: object, *columns: str, unique: bool = False) -> Index:
    """An index over the rows that meet `condition`.

    Every index that a row enters or leaves on its way to `sent` costs time for each message, and
    on PostgreSQL so does every index that the row is in at all. An email's key needs none: a slot
    is planned once, for subscribers of whom each is there once.
    """
    chosen = [deliveries.c[column] for column in columns]
    return Index(name, *chosen, unique=unique, sqlite_where=condition, postgresql_where=condition)


_partial("ix_deliveries_queued", is_queued, "channel", "not_before", "id")
_partial("ix_deliveries_queued_readers", is_queued, "subscriber_id")
_partial("ix_deliveries_queued_system", and_(is_queued, is_system), "not_before", "channel")
_partial("ix_deliveries_sending", is_sending, "worker")
_partial("ix_deliveries_unknown", is_unknown, "channel", "not_before", "id")
_partial("ix_deliveries_finished", is_finished, "channel", "state")
_partial("ix_deliveries_costs", has_cost, "channel", "last_started")
_partial("ix_deliveries_notes", is_note, "owner", "slot")
_partial("uq_deliveries_note_key", is_note, "key", unique=True)
