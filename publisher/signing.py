"""Signed links: what a reader's email carries, and any small endpoint can check by itself.

A token is a body, the id of the key and an HMAC-SHA256 (RFC 2104) of id and body, cut to 128 bits;
all of it is letters of base64url (RFC 4648), so it needs no quoting in a URL, a header or a
subject. Every purpose has a key of its own, made of the secret: a token made for one is none for
another, and who can check the links of readers can sign nothing else.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Self

ID_LENGTH: Final = 4
_MAC_BYTES: Final = 16
_MAC_LENGTH: Final = 22
_MOMENT: Final = 8
"""Hexadecimal digits of seconds since 1970."""
_SECRET_BYTES: Final = 32
_TOKEN: Final = 22
"""The length of a subscription's token."""


CONFIRM_WITHIN: Final = timedelta(days=7)
"""For so long a link by which somebody confirms is valid."""


class Purpose(StrEnum):
    """What a token allows."""

    READER = "reader"  # leave, and change one's choices: stands in every email, and does not expire
    CONFIRM = "confirm"
    REPORT = "report"  # belongs to one delivery: in its Message-ID and its return address
    FORM = "form"
    COUNT = "count"  # a link or picture whose openings are counted
    ADDRESS = "address"  # proves that a mailbox was read: another address for a reader


class Key(NamedTuple):
    """A secret and the id that tokens name it by.

    A retired one only lets readers leave and choose, with what is in emails sent before: what they
    carry is a secret of theirs already.
    """

    id: str
    secret: str
    retired: bool = False

    def __repr__(self) -> str:
        return f"Key({self.id})"

    def of(self, purpose: Purpose) -> bytes:
        """The key that tokens of one purpose are signed with."""
        return hmac.digest(self.secret.encode(), purpose.encode(), "sha256")

    def for_endpoint(self) -> str:
        """What an endpoint of one's own checks the links of readers with: the id, a dot, a key."""
        return f"{self.id}.{urlsafe_b64encode(self.of(Purpose.READER)).decode().rstrip('=')}"

    @classmethod
    def new(cls) -> Self:
        """A key that nobody else has."""
        return cls(secrets.token_hex(ID_LENGTH // 2), secrets.token_urlsafe(_SECRET_BYTES))


class Signer:
    """Signs with the newest key, and knows the tokens of all."""

    def __init__(self, keys: Iterable[Key]) -> None:
        given = list(keys)
        self._newest = next(key.id for key in given if not key.retired)
        self._keys = {
            (purpose, key.id): key.of(purpose)
            for key in given
            for purpose in Purpose
            if purpose is Purpose.READER or not key.retired
        }
        # A copy of what is begun is made in half the time of a new one: each email has a token.
        self._begun = {
            (purpose, name): hmac.new(secret, f"{name}:".encode(), "sha256")
            for (purpose, name), secret in self._keys.items()
        }

    def sign(self, purpose: Purpose, body: str, until: datetime | None = None) -> str:
        """The token of `body`, which is letters of base64url; valid until a moment, or for ever."""
        if until is not None:
            body += f"{int(until.timestamp()):0{_MOMENT}x}"
        return f"{body}{self._newest}{self._mac(self._newest, purpose, body)}"

    def knows(self, token: str) -> bool:
        """Whether the key that `token` names is there, as far as this signer was told."""
        named = token[-_MAC_LENGTH - ID_LENGTH : -_MAC_LENGTH]
        return (Purpose.READER, named) in self._keys

    def read(self, purpose: Purpose, token: str, now: datetime | None = None) -> str | None:
        """What was signed for `purpose`; None if this was not, or is over.

        Give `now` for tokens that were signed with an end, and for those only.
        """
        body, key = (
            token[: -_MAC_LENGTH - ID_LENGTH],
            token[-_MAC_LENGTH - ID_LENGTH : -_MAC_LENGTH],
        )
        if (purpose, key) not in self._keys or not token.isascii():
            return None
        if not hmac.compare_digest(token[-_MAC_LENGTH:], self._mac(key, purpose, body)):
            return None
        return body if now is None else _before(body, now)

    def confirmation(self, purpose: Purpose, body: str, asked_at: datetime) -> str:
        """The token of a link that confirms what was asked for at a moment.

        It is the same whenever it is made. Seconds are rounded up: what happened just before is
        not later than it.
        """
        return self.sign(purpose, body, asked_at + timedelta(seconds=1) + CONFIRM_WITHIN)

    def confirmed(self, purpose: Purpose, token: str, now: datetime) -> tuple[str, datetime] | None:
        """What `confirmation` signed and when it was asked for; None if it is not that, or over."""
        body, whole = self.read(purpose, token, now), self.read(purpose, token)
        if body is None or whole is None:
            return None
        until = datetime.fromtimestamp(int(whole[len(body) :], 16), UTC)
        return body, until - CONFIRM_WITHIN

    def mark(self, purpose: Purpose, body: str) -> str:
        """A short proof, of 10 hexadecimal digits, that `body` was written here."""
        return _short(self._keys[purpose, self._newest], body)

    def marker(self, purpose: Purpose) -> Callable[[str], str]:
        """`mark` for one purpose, for very many bodies: half a microsecond each."""
        keyed = _keyed(self._keys[purpose, self._newest])

        def mark(body: str) -> str:
            digest = keyed.copy()
            digest.update(body.encode())
            return digest.hexdigest()

        return mark

    def is_marked(self, purpose: Purpose, body: str, mark: str) -> bool:
        """Whether `mark` is that of `body`, by any of the keys."""
        marks = [_short(key, body) for (known, _), key in self._keys.items() if known is purpose]
        return any(hmac.compare_digest(each.encode(), mark.encode()) for each in marks)

    def _mac(self, key: str, purpose: Purpose, body: str) -> str:
        whole = self._begun[purpose, key].copy()
        whole.update(body.encode())
        return urlsafe_b64encode(whole.digest()[:_MAC_BYTES]).decode()[:_MAC_LENGTH]


def _short(key: bytes, body: str) -> str:
    digest = _keyed(key)
    digest.update(body.encode())
    return digest.hexdigest()


def _keyed(key: bytes) -> "hashlib.blake2b":
    """Keyed BLAKE2 (RFC 7693), which takes a third of the time that an HMAC takes."""
    return hashlib.blake2b(key=key, digest_size=5)


def _before(body: str, now: datetime) -> str | None:
    """`body` without its end, if that is still to come."""
    try:
        until = datetime.fromtimestamp(int(body[-_MOMENT:], 16), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return body[:-_MOMENT] if now < until else None


def new_address_body(token: str, address: str) -> str:
    """What proves that the subscriber known by `token` reads what is sent to `address`."""
    return token + urlsafe_b64encode(address.encode()).decode().rstrip("=")


def new_address(body: str) -> tuple[str, str] | None:
    """The token and the address of such a body."""
    token, text = body[:_TOKEN], body[_TOKEN:]
    try:
        return token, urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return None


def count_body(edition_id: int, number: int) -> str:
    """What stands in a counted link: the edition and which of its links."""
    return f"{edition_id}-{number}"


def counted_link(body: str) -> tuple[int, int] | None:
    """The edition and the number of such a body."""
    edition, dash, number = body.partition("-")
    is_one = dash and edition.isdecimal() and number.isdecimal()
    return (int(edition), int(number)) if is_one else None


def seen_body(delivery_id: int) -> str:
    """What stands for one reader in a counted link: the number of the delivery."""
    return f"d{delivery_id}"


def seen_delivery(body: str) -> int | None:
    """The delivery of such a body."""
    return int(body[1:]) if body[:1] == "d" and body[1:].isdecimal() else None
