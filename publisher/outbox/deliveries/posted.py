"""What stands at networks: links to it, and what was taken back or changed there."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Update, and_, func, select, update

from publisher.durations import EPOCH
from publisher.model.deliveries import State
from publisher.outbox.db.engine import Store, upsert
from publisher.outbox.db.tables import deliveries, facts, is_note, is_queued
from publisher.outbox.db.types import storable

d = deliveries.c
_PAGE: Final = 1_000
_MOVED: Final = "posted moved"

Version = tuple[int, int, int, str]


class Link(NamedTuple):
    """Where a post stands at a network."""

    id: int
    post_path: str
    channel: str
    url: str
    sent_at: datetime


class Posted(Store):
    """Notes that networks have taken."""

    def links(self) -> Iterator[Link]:
        """Where each post stands, in the order in which they were sent."""
        query = select(d.id, d.post_path, d.channel, d.remote_url, d.sent_at).where(_STANDS)
        for row in self.pages(query, d.id, _PAGE):
            yield Link(*row)

    def waiting(self, post_paths: Collection[str]) -> list[int]:
        """The notes of a post that are not sent yet."""
        which = and_(is_note, is_queued, d.post_path.in_(post_paths))
        return [row.id for row in self.rows(select(d.id).where(which).order_by(d.id))]

    def gone(self) -> dict[str, set[str]]:
        """By path of the post: links to what was deleted."""
        which = and_(is_note, d.post_path != "", d.remote_url != "", d.undone_at.is_not(None))
        found: dict[str, set[str]] = {}
        for row in self.rows(select(d.post_path, d.remote_url).where(which)):
            found.setdefault(row.post_path, set()).add(row.remote_url)
        return found

    def version(self) -> Version:
        """Another one as soon as `links` gives others: some are sent, deleted, or have moved."""
        whole = func.coalesce(func.sum(d.id), 0)
        query = select(func.count(), func.coalesce(func.max(d.id), 0), whole).where(_STANDS)
        moved = select(facts.c.value).where(facts.c.name == _MOVED)
        with self.database.reading() as connection:
            count, newest, total = connection.execute(query).one()
            return int(count), int(newest), int(total), connection.scalar(moved) or ""

    def bring_forward(self, channel: str, now: datetime) -> None:
        """Messages of which a part stands there go on before others, in quiet hours, too."""
        begun = and_(is_queued, is_note, d.channel == channel, d.step != "", d.remote_id != "")
        late = and_(begun, d.not_before > EPOCH, d.not_before <= now)
        if self.scalar(select(func.count()).select_from(deliveries).where(late)):
            self.execute(update(deliveries).where(late).values(not_before=EPOCH))

    def undone(self, delivery_id: int, now: datetime) -> bool:
        """Write down that a sent message was deleted at its network; False if that was known."""
        return self.execute(_change(delivery_id, {"undone_at": now})) > 0

    def edited(self, delivery_id: int, payload: str, remote_url: str) -> bool:
        """Write down what a sent message says now, and where, if its network gave an address."""
        values = {"payload": storable(payload)}
        if remote_url:
            values["remote_url"] = storable(remote_url)
        with self.database.writing() as connection:
            upsert(connection, facts, [{"name": _MOVED, "value": uuid4().hex}])
            return connection.execute(_change(delivery_id, values)).rowcount > 0


def _change(delivery_id: int, values: Mapping[str, object]) -> Update:
    which = and_(d.id == delivery_id, d.state == State.SENT, d.undone_at.is_(None))
    return update(deliveries).where(which).values(values)


_STANDS: Final[ColumnElement[bool]] = and_(
    is_note,
    d.state == State.SENT,
    d.post_path != "",
    d.remote_url != "",
    d.undone_at.is_(None),
)
