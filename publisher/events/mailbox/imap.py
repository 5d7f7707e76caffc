"""A mailbox by IMAP (RFC 9051 and its elder, RFC 3501).

An email is known by its UID as long as the folder's UIDVALIDITY stays; should that change, all are
looked at again, which changes nothing.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final, TypeVar

from imapclient import DELETED, IMAPClient

from publisher.config.options.mailbox import Mailbox
from publisher.events.mailbox.connecting import explained, tls
from publisher.smtp.security import Security

T = TypeVar("T")

AT_ONCE: Final = 5_000
"""Emails that one search looks through: its answer is one line, and a line has an end."""


class Imap:
    """One session."""

    def __init__(self, options: Mailbox, *, writes: bool) -> None:
        self._options = options
        self._deleted = set[int]()
        context = tls(options)
        self._client = self._done("connecting", lambda: _connected(options, context))
        try:
            self._done("logging in", self._log_in)
            found = self._done(
                f"opening the folder {options.folder}",
                lambda: self._client.select_folder(options.folder, readonly=not writes),
            )
            self._validity = int(found.get(b"UIDVALIDITY", 0))
            self._count = int(found.get(b"EXISTS", 0))
        except BaseException:
            self.drop()
            raise

    def unseen(self, seen: Collection[str]) -> list[str]:
        """See Session: one mark covers all emails up to its UID."""
        last = max((self._uid(mark) for mark in seen), default=0)
        names = self._done("looking for emails", lambda: self._search(last))
        return [f"{self._validity}:{uid}" for uid in sorted(names) if uid > last]

    def stale(self, seen: Collection[str]) -> list[str]:
        """See Session: those of another UIDVALIDITY."""
        return [mark for mark in seen if not self._uid(mark)]

    def mark(self, name: str) -> tuple[str, bool]:
        """See Session."""
        return name, True

    def read(self, name: str, most: int) -> bytes | None:
        """See Session; nothing is marked as read."""
        wanted = [f"BODY.PEEK[]<0.{most}>"]
        uid = self._uid(name)
        found = self._done("reading", lambda: self._client.fetch([uid], wanted))
        content = found.get(uid, {}).get(b"BODY[]<0>")
        return content if isinstance(content, bytes) else None

    def delete(self, name: str) -> None:
        """See Session: at once where the server can name what it deletes (UIDPLUS, RFC 4315)."""
        uid = self._uid(name)
        self._done("deleting", lambda: self._delete(uid))

    def move(self, name: str, folder: str) -> None:
        """See Session: in one step where the server can (RFC 6851)."""
        uid = self._uid(name)
        self._done(f"moving to {folder}", lambda: self._move(uid, folder))

    def close(self) -> None:
        """See Session."""
        self._done("deleting", self._expunge)
        with suppress(Exception):  # what was deleted is gone; how it says goodbye is no matter
            self._client.logout()

    def drop(self) -> None:
        """See Session."""
        with suppress(Exception):
            self._client.shutdown()

    def _done(self, doing: str, call: Callable[[], T]) -> T:
        with explained(self._options, doing):
            return call()

    def _log_in(self) -> None:
        options = self._options
        if options.security is Security.STARTTLS:
            self._client.starttls(tls(options))
        self._client.login(options.username, options.password.get_secret_value())

    def _uid(self, mark: str) -> int:
        """The UID that a mark names; 0 if it was made under another UIDVALIDITY."""
        validity, _, uid = mark.partition(":")
        return int(uid) if validity == str(self._validity) and uid.isdecimal() else 0

    @property
    def _but(self) -> list[str]:
        """What an old server is to delete may stay a while: see `_expunge`."""
        return [] if self._client.has_capability("UIDPLUS") else ["UNDELETED"]

    def _search(self, last: int) -> list[int]:
        found = list[int]()
        for start in range(1, self._count + 1, AT_ONCE):
            some = f"{start}:{min(start + AT_ONCE - 1, self._count)}"
            found += self._client.search([some, "UID", f"{last + 1}:*", *self._but])
        return found

    def _delete(self, uid: int) -> None:
        self._client.add_flags([uid], [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge([uid])
        else:
            self._deleted.add(uid)

    def _expunge(self) -> None:
        """An old server removes whatever is marked: only where nobody else has marked any."""
        if self._deleted and set(self._client.search(["DELETED"])) <= self._deleted:
            self._client.expunge()

    def _move(self, uid: int, folder: str) -> None:
        if not self._client.folder_exists(folder):
            self._client.create_folder(folder)
        if self._client.has_capability("MOVE"):
            self._client.move([uid], folder)
        else:
            self._client.copy([uid], folder)
            self._delete(uid)


def _connected(options: Mailbox, context: object) -> IMAPClient:
    encrypted = options.security is Security.TLS
    return IMAPClient(
        options.host,
        port=options.port_number,
        ssl=encrypted,
        ssl_context=context if encrypted else None,
        timeout=options.timeout,
    )
