"""The kinds of value that limits take: rates, hours, and rates for each domain or sender."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from publisher.config.options.values import one_line
from publisher.durations import parse_hours, parse_quota

EVERY_OTHER = "*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_SHOWN = 80


def domain_key(text: str) -> str:
    """A domain as the DNS knows it: `GMAIL.com` is `gmail.com`, beyond ASCII it is in A-labels.

    Raises:
        ValueError: it is no domain.
    """
    if _DOMAIN.fullmatch(text.lower()):
        return text.lower()
    from publisher.mime.addresses import AddressError, email_key

    try:
        return email_key(f"reader@{text}").rpartition("@")[2]
    except AddressError:
        raise ValueError('is no domain, write one such as gmail.com or "*"') from None


def _rate(value: Any) -> tuple[int, timedelta]:
    if not isinstance(value, str):
        raise ValueError("must be a rate such as 14 a second")  # noqa: TRY004 - pydantic collects it
    try:
        return parse_quota(value)
    except ValueError:
        raise ValueError(f'"{value}" is no rate: write 14 a second or 1000 an hour') from None


def _hours(value: Any) -> tuple[time, time]:
    if not isinstance(value, str):
        raise ValueError("must be hours of the day such as 22:00-07:00")  # noqa: TRY004 - the same
    return parse_hours(value)


def _sender_key(text: str) -> str:
    from publisher.mime.addresses import AddressError, email_key

    try:
        return email_key(text)
    except AddressError:
        raise ValueError('is no address, write one such as news@gazette.example or "*"') from None


def _each(key: Callable[[str], str], example: str) -> BeforeValidator:
    """Rates under sound keys; one rate alone is everybody's."""

    def check(value: Any) -> Any:
        if isinstance(value, str):
            return {EVERY_OTHER: value}
        if not isinstance(value, dict):
            raise ValueError(f"must be rates such as {example}")  # noqa: TRY004 - the same
        found: dict[str, Any] = {}
        for name, rate in value.items():
            sound = name if name == EVERY_OTHER else _sound(str(name), key)
            if sound in found:
                raise ValueError(f"{sound} stands here twice")
            found[sound] = rate
        return found

    return BeforeValidator(check)


def _sound(name: str, key: Callable[[str], str]) -> str:
    try:
        return key(one_line(name))
    except ValueError as error:
        raise ValueError(f"{name[:_SHOWN]!r} {error}") from None


def _schema(example: dict[str, str]) -> WithJsonSchema:
    each = {"type": "string"}
    return WithJsonSchema(
        {"type": ["object", "string"], "additionalProperties": each, "examples": [example]}
    )


Rate = Annotated[
    tuple[int, timedelta],
    BeforeValidator(_rate),
    WithJsonSchema({"type": "string", "examples": ["14 a second"]}),
]
Hours = Annotated[
    tuple[time, time],
    BeforeValidator(_hours),
    WithJsonSchema({"type": "string", "examples": ["22:00-07:00"]}),
]
PerDomain = Annotated[
    dict[str, Rate],
    _each(domain_key, "{gmail.com: 20 a second}"),
    _schema({"gmail.com": "20 a second", "*": "5 a second"}),
]
PerSender = Annotated[
    dict[str, Rate],
    _each(_sender_key, "{news@gazette.example: 14 a second}"),
    _schema({"news@gazette.example": "14 a second"}),
]
