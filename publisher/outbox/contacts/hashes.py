"""What is left of an address that was erased: a hash that only this database can make."""

import hmac
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from publisher.outbox.db.tables import facts, suppressions

ERASED: Final = "erased:"
"""What a suppression's key begins with where only the hash of an address is left."""

FACT: Final = "erased"
"""The name of the fact that holds the secret."""

_AFTER: Final = "erased;"  # the first key behind all of them
is_hash: Final = (suppressions.c.email_key >= ERASED) & (suppressions.c.email_key < _AFTER)


def hashed(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """By what their suppressions would be known if they were erased, the keys of addresses."""
    secret = secret_of(connection)
    return {hash_of(secret, key): key for key in keys} if secret else {}


def hashed_here(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Which of the addresses known by `keys` were erased."""
    known = hashed(connection, keys)
    if not known:
        return []
    mine = suppressions.c.email_key.in_(known)
    return [
        known[each] for each in connection.scalars(select(suppressions.c.email_key).where(mine))
    ]


def hash_of(secret: bytes, key: str) -> str:
    """What stands for the address known by `key`."""
    return ERASED + hmac.digest(secret, key.encode("utf-8", "replace"), "sha256").hex()


def secret_of(connection: Connection) -> bytes:
    """What hashes are made with; nothing if nobody was erased so far."""
    known = connection.scalar(select(facts.c.value).where(facts.c.name == FACT))
    return (known or "").encode()
