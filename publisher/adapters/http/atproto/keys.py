"""A record's key that is a delivery's own: a TID (atproto.com/specs/tid), the same every time."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
_LENGTH, _BITS = 13, 5
_CLOCK_BITS = 10
_SECOND: Final = 1_000_000


def record_key(key: str, created_at: datetime | None) -> str:
    """The TID of the delivery `key`, in the second of `created_at`.

    What a TID has beyond seconds (microseconds, the number of a clock) is of the delivery's key: a
    thousand million keys in a second, so that two notes never share one.
    """
    moment = created_at or datetime.fromtimestamp(0, UTC)
    chance = int.from_bytes(sha256(key.encode()).digest()[:8], "big")
    micros = int(moment.timestamp()) * _SECOND + chance % _SECOND
    number = micros << _CLOCK_BITS | (chance // _SECOND) % (1 << _CLOCK_BITS)
    places = range((_LENGTH - 1) * _BITS, -1, -_BITS)
    return "".join(_ALPHABET[number >> place & (1 << _BITS) - 1] for place in places)
