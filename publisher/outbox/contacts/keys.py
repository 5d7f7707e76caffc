"""What links are signed with; made when they are first asked for."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, insert, select, update

from publisher.durations import utc_now
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import keys
from publisher.signing import Key, Purpose, Signer

BARE: Final = 30
"""A link of an earlier version ends with fewer characters, and a signed one with more."""


class Keys(Store):
    """The signing keys, the newest first."""

    def all(self) -> list[Key]:
        """Every key; the first is made now if there is none."""
        found = self._stored()
        if found:
            return found
        with self.database.writing("keys") as connection:
            if not _stored(connection):
                _add(connection, Key.new(), utc_now())
        return self._stored()

    def known(self) -> list[Key]:
        """The keys that there are; nothing is made."""
        return self._stored()

    def add(self, key: Key, now: datetime) -> None:
        """Sign with `key` from now on; all others still know what was signed with them."""
        self.all()
        with self.database.writing("keys") as connection:
            _add(connection, key, now)

    def retire(self, key_id: str, now: datetime) -> bool:
        """Trust a key no more than `Key` says; False if there is none that could be retired.

        Where it is the one that signs, another one is made.
        """
        which = and_(keys.c.id == key_id, keys.c.retired_at.is_(None))
        with self.database.writing("keys") as connection:
            done = connection.execute(update(keys).where(which).values(retired_at=now)).rowcount
            if all(key.retired for key in _stored(connection)):
                _add(connection, Key.new(), now)
        return done > 0

    def created(self) -> dict[str, datetime]:
        """When each key was made, by its id."""
        return {row.id: row.created_at for row in self.rows(select(keys.c.id, keys.c.created_at))}

    def signer(self) -> Signer:
        """Signs with the newest key and knows the links of all."""
        return Signer(self.all())

    def subscription_token(self, token: str) -> str:
        """The subscription's own token, out of a link; links of earlier versions carry it bare."""
        if len(token) <= BARE:
            return token
        return self.signer().read(Purpose.READER, token) or ""

    def _stored(self) -> list[Key]:
        with self.database.reading() as connection:
            return _stored(connection)


def _stored(connection: Connection) -> list[Key]:
    newest = select(keys).order_by(keys.c.created_at.desc(), keys.c.id)
    return [
        Key(row.id, row.secret, row.retired_at is not None) for row in connection.execute(newest)
    ]


def _add(connection: Connection, key: Key, at: datetime) -> None:
    connection.execute(insert(keys).values(id=key.id, secret=key.secret, created_at=at))
