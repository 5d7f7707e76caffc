"""Servers that give Mastodon's answers, but do not keep all of Mastodon's rules.

What GoToSocial 0.20 and Takahē 0.11 do was found by running them, Pleroma's in its source.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from publisher.adapters.http.replies import dig
from publisher.adapters.http.text.counting import graphemes, utf16_units

_WRITE = "write:statuses write:media"
_NARROW = f"read:accounts read:statuses {_WRITE}"


class Software(NamedTuple):
    """What a server's software does in its own way.

    `whole` counts a text whose links and mentions count in full; None: by Mastodon's rule. Unless
    it is `exact`, that rule holds as well. `remembers` is how long a repeat under its
    Idempotency-Key is the same status, `scopes` what a token needs to post and to look for it.
    With `lists_all`, the account is shown those of its statuses, too, that not everybody may see.
    """

    whole: Callable[[str], int] | None = None
    exact: bool = False
    remembers: timedelta = timedelta(0)
    scopes: str = _NARROW
    lists_all: bool = False


_MASTODON: Final = Software(remembers=timedelta(minutes=50), lists_all=True)  # some: half an hour
_UNKNOWN: Final = Software(utf16_units)  # no way of counting finds more
_SILENT: Final = Software()  # most are Mastodon, but none that answers is trusted with a repeat
_OTHERS: Final = {
    "gotosocial": Software(len, exact=True, lists_all=True),
    "takahe": Software(len, exact=True, scopes=f"read {_WRITE}"),  # parts of `read` open nothing
    "pleroma|akkoma": Software(graphemes, remembers=timedelta(minutes=50)),
}


def software_of(instance: object) -> Software:
    """What runs the server whose answer about itself (any JSON) is `instance`.

    Mastodon's own versions, and those of what is forked from it, are one word such as
    `4.3.0+glitch`; others name themselves, or what they are compatible with.
    """
    version = dig(instance, "version")
    if not isinstance(version, str):
        return _SILENT
    names = f"{version} {dig(instance, 'source_url')}"
    for words, software in _OTHERS.items():
        if re.search(words, names, re.IGNORECASE):
            return software
    return _MASTODON if re.fullmatch(r"[2-9]\.\d+\.\d+\S*", version) else _UNKNOWN
