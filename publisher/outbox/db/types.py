"""Column types that mean the same on SQLite and PostgreSQL."""

import json
import zlib
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text, TypeDecorator

from publisher.durations import EPOCH, micros

MICRODOLLAR = Decimal("0.000001")

RowId = BigInteger().with_variant(Integer, "sqlite")
"""Only INTEGER is SQLite's own row number; BIGINT would be a second key beside it."""


def storable(text: str) -> str:
    """`text` with what no database takes (NUL, lone surrogates) as replacement characters."""
    if text.isascii() and "\0" not in text:
        return text
    pairs = text.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass")
    return pairs.decode("utf-16-le", "replace")


class Words(TypeDecorator[str]):
    """Text that may come from a hostile file or network."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Drop what the database cannot hold."""
        return None if value is None else storable(value)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC: SQLite forgets zones."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Count microseconds; a naive datetime raises TypeError."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give back an aware datetime in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Dollars(TypeDecorator[Decimal]):
    """Money, kept as whole millionths of a US dollar."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Round to a millionth."""
        return None if value is None else int((value / MICRODOLLAR).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give back an exact amount; PostgreSQL sums integers into a Decimal."""
        return None if value is None else Decimal(value) * MICRODOLLAR


class Choice(TypeDecorator[Any]):
    """One word of an enumeration."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Give back the member, not its word."""
        return None if value is None else self.words(value)


class Packed(TypeDecorator[Any]):
    """A JSON value, compressed: a day's decisions shrink to a tenth."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes:  # noqa: ARG002 - SQLAlchemy's signature
        """Write as ASCII, so that any text fits."""
        return zlib.compress(json.dumps(value, separators=(",", ":")).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Give back the value."""
        return None if value is None else json.loads(zlib.decompress(value))
