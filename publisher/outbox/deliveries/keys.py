"""The key of a delivery: the same for the same message, on every machine and database."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import ColumnElement, Function, Text, func, literal

from publisher.durations import EPOCH, MICROSECOND

KEY_LENGTH = 32
SQLITE_FUNCTION = "publisher_key"


def email_stem(owner: str, slot: datetime, again: str) -> str:
    """What the keys of all mails of one edition share."""
    return json.dumps(["email", owner, (slot - EPOCH) // MICROSECOND, again])


def note_key(owner: str, channel: str, post_url: str, again: str) -> str:
    """The key of a note: a post goes once per announcement and channel, whatever the slot."""
    return delivery_key(json.dumps(["note", owner, channel, again]), post_url)


def page_key(url: str) -> str:
    """What stands for the page at `url`, whatever fragment or closing slash it is written with."""
    return delivery_key("", url.partition("#")[0].rstrip("/"))


def delivery_key(stem: str, rest: str) -> str:
    """32 hexadecimal digits that stand for `stem` and `rest`."""
    text = (stem + rest).encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:KEY_LENGTH]


def share(key: str) -> float:
    """A number from 0 to 1, the same for a key at all times."""
    return int(key[:8], 16) / 0xFFFFFFFF


def key_column(stem: str, rest: ColumnElement[str], dialect: str) -> ColumnElement[str]:
    """`delivery_key` as the database itself computes it, row by row."""
    if dialect == "sqlite":
        return Function(SQLITE_FUNCTION, literal(stem), rest, type_=Text)
    digest = func.sha256(func.convert_to(literal(stem).concat(rest), "UTF8"))
    return func.substr(func.encode(digest, "hex"), 1, KEY_LENGTH)
