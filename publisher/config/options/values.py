"""The kinds of value that options take; what they refuse, they refuse with words for people.

No text raised here repeats the value: it may have come from a secret.
"""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from email.utils import quote
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from publisher.config.mistakes import near
from publisher.content.frontmatter.dates import UNIX_FORMAT
from publisher.durations import parse_duration, parse_hours, parse_quota
from publisher.schedule import Rule, parse_rule

DEFAULT_DATABASE = "sqlite:///queue/publisher.db"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_HEADER_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')
EVERY_OTHER = "*"
SYSTEMD = "systemd"
_SHOWN = 80
_LAST_PORT = 65_535
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_COLOUR = re.compile(r"#?(?:([0-9a-f]{6})|([0-9a-f])([0-9a-f])([0-9a-f]))")
_FONTS = re.compile(r"[\w ,'-]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_FIELD = re.compile(r"[^\s.]+(?:\.[^\s.]+)?")
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def placed(folder: Path, text: str | Path) -> Path:
    """An absolute path: what config.yaml in `folder` means by `text`; `~` is the user's home."""
    path = Path(text)
    with suppress(RuntimeError):
        path = path.expanduser()
    return Path(os.path.normpath(folder / path))


def database_problem(raw: Any) -> tuple[str, str]:
    """What is wrong with the address of a database, and a hint; the address is never repeated."""
    if not isinstance(raw, str):
        return "must be an address", f"write {DEFAULT_DATABASE}"
    scheme, _, rest = raw.partition("://")
    if scheme.partition("+")[0] == "postgresql" and rest:
        return "", ""
    if scheme.startswith("postgres"):
        return "is not a valid PostgreSQL address", "write postgresql://user@host/name"
    if scheme.partition("+")[0] != "sqlite":
        return "must begin with sqlite:/// or postgresql://", f"write {DEFAULT_DATABASE}"
    if not rest.startswith("/") or rest in {"/", "/:memory:"}:
        return "must name a file after three slashes", f"write {DEFAULT_DATABASE}"
    return "", ""


def name_problem(name: str) -> str:
    """Why `name` cannot be a channel's or newsletter's, or an empty text."""
    return "" if _NAME.fullmatch(name) else "a name is up to 40 letters, digits, - and _"


def one_line(text: str) -> str:
    """`text` without blanks around it; a ValueError if it has more lines or a control character."""
    if _CONTROL.search(text):
        raise ValueError("must be one line without control characters")
    return text.strip()


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone{_zone_hint(text)}") from None
    return text


def _zone_hint(text: str) -> str:
    zones = available_timezones()
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones)}
    wanted = text.strip().replace(" ", "_").casefold()
    if wanted in cities:
        return f"; did you mean {cities[wanted]}?"
    folded = {zone.casefold(): zone for zone in zones}
    found = get_close_matches(wanted, folded, n=1) or get_close_matches(wanted, cities, n=1)
    if not found:
        return "; write one such as Europe/London or UTC"
    return f"; did you mean {folded.get(found[0]) or cities[found[0]]}?"


def web_address(text: str) -> str:
    """A web address without query or fragment, without `/` at its end.

    Raises:
        ValueError: it is none.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a valid web address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s<>\"]", text):
        raise ValueError("must be a web address such as https://gazette.example")
    if parts.username or parts.password:
        raise ValueError("must not contain a user name or password")
    if parts.query or parts.fragment:
        raise ValueError("must not contain ? or #")
    return text.rstrip("/")


def is_language(text: str) -> bool:
    """Whether `text` is a language tag."""
    return _TAG.fullmatch(text) is not None


def _feed_address(text: str) -> str:
    web_address(text.partition("?")[0])
    if re.search(r"[\s<>\"#]", text):
        raise ValueError("must be a web address such as https://gazette.example/feed.xml")
    return text


def _secure_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("must begin with https:// (http:// is for localhost only)")
    return text


def _endpoint(text: str) -> str:
    address, mark, query = text.partition("?")
    start = _secure_address(web_address(address))
    if mark and not re.fullmatch(r"[\w.~&=%-]*=", query):
        raise ValueError("must end with = where it has a ?, as in …/unsubscribe.php?token=")
    return text if mark else f"{start}/"


def _origin(text: str) -> str:
    parts = urlsplit(web_address(text))
    if parts.path:
        raise ValueError("must be an address without a path, such as https://gazette.example")
    return text


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError("must be an IP address or a network such as 10.0.0.0/8") from None
    return text


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    is_path = text.startswith("unix:/")
    is_port = bool(host) and port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT
    if not (is_path or is_port or text == SYSTEMD):
        raise ValueError("must be HOST:PORT, unix:/PATH or systemd")
    return text


def _mailbox(text: str) -> str:
    from publisher.mime.addresses import AddressError, mailbox

    try:
        name, address = mailbox(text)
    except AddressError:
        raise ValueError("must be a mailbox such as The Gazette <news@gazette.example>") from None
    if _HEADER_SPECIALS.search(name):  # RFC 5322 wants it quoted
        name = f'"{quote(name)}"'
    return f"{name} <{address}>" if name else address


def _date_format(text: str) -> str:
    if text == UNIX_FORMAT:
        return text
    moment = datetime(2026, 5, 11, 7, 30, 15)  # noqa: DTZ001 - only a pattern is tried on it
    try:
        datetime.strptime(moment.strftime(text), text)  # noqa: DTZ007 - the same
    except ValueError:
        raise ValueError("must be a date format such as %Y-%m-%d-%H-%M-%S") from None
    return text


def _generator(text: str) -> str:
    from publisher.content.generators import generators

    known = generators()
    if text not in known:
        raise ValueError(f"unknown generator; {near(text, known)}")
    return text


def _urls(value: str | tuple[str | dict[str, str], ...]) -> str | tuple[str | dict[str, str], ...]:
    from publisher.content.addresses import rule_problem

    if isinstance(value, str):
        value = one_line(value)
        if problem := rule_problem(value):
            raise ValueError(problem)
        return value
    for number, each in enumerate(value, 1):
        for text in each.values() if isinstance(each, dict) else (each,):
            if problem := rule_problem(one_line(text)):
                raise ValueError(f"rule {number} {problem}")
    return value


def _rate(text: str) -> tuple[int, timedelta]:
    try:
        return parse_quota(text)
    except ValueError:
        hint = "write 14 a second or 1000 an hour"
        raise ValueError(f'"{text}" is not a valid rate: {hint}') from None


def domain_key(text: str) -> str:
    """A domain as the DNS knows it: `GMAIL.com` is `gmail.com`, beyond ASCII it is in A-labels.

    Raises:
        ValueError: it is not a valid domain.
    """
    problem = 'is not a valid domain; write one such as gmail.com or "*"'
    return _key(f"someone@{text}", problem).rpartition("@")[2]


def _sender_key(text: str) -> str:
    return _key(text, 'is not a valid address; write one such as news@gazette.example or "*"')


def _key(address: str, problem: str) -> str:
    from publisher.mime.addresses import AddressError, parse_address

    try:
        return parse_address(address).key
    except AddressError:
        raise ValueError(problem) from None


def _rates(key: Callable[[str], str], example: str) -> BeforeValidator:
    """Rates under sound keys; one rate alone is everybody's."""

    def check(value: Any) -> Any:
        if isinstance(value, str):
            return {EVERY_OTHER: value}
        if not isinstance(value, dict):
            raise ValueError(f"must be rates such as {example}")  # noqa: TRY004 - pydantic collects it
        found: dict[str, Any] = {}
        for name, rate in value.items():
            try:
                sound = name if name == EVERY_OTHER else key(one_line(str(name)))
            except ValueError as error:
                raise ValueError(f"{str(name)[:_SHOWN]!r} {error}") from None
            if sound in found:
                raise ValueError(f"duplicate key {sound}")
            found[sound] = rate
        return found

    return BeforeValidator(check)


def _names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _colour(text: str) -> str:
    match = _COLOUR.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError('must be a colour such as "#1a5fb4"')
    long, *short = match.groups()
    return f"#{long or ''.join(digit * 2 for digit in short)}"


def _utm(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if not all(isinstance(key, str) and _PARAMETER.fullmatch(key) for key in value):
        raise ValueError("its names are letters, digits and _, such as source or utm_source")
    return {f"utm_{str(key).removeprefix('utm_')}": each for key, each in value.items()}


def _matching(pattern: re.Pattern[str], problem: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(problem)
        return text

    return check


def _text(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example]})


def _read(parse: Callable[[str], Any], wanted: str) -> BeforeValidator:
    """Reads text by `parse`; what is not text is refused as not `wanted`."""

    def check(value: Any) -> Any:
        if isinstance(value, str):
            return parse(value)
        raise ValueError(f"must be {wanted}")

    return BeforeValidator(check)


def _by_name(example: dict[str, str]) -> WithJsonSchema:
    rates = {"additionalProperties": {"type": "string"}, "examples": [example]}
    return WithJsonSchema({"type": ["object", "string"], **rates})


Line = Annotated[str, AfterValidator(one_line)]
ZoneName = Annotated[str, AfterValidator(_zone), _text("Europe/London")]
Language = Annotated[
    str, AfterValidator(_matching(_TAG, "must be a language tag such as en or pt-BR"))
]
GeneratorName = Annotated[str, AfterValidator(_generator), _text("jigsaw")]
Urls = Annotated[
    str | tuple[str | dict[str, str], ...],
    AfterValidator(_urls),
    WithJsonSchema({"type": ["string", "array"], "examples": ["/blog/:year/:slug/"]}),
]
DateFormat = Annotated[Line, AfterValidator(_date_format), _text("%Y-%m-%d-%H-%M-%S")]
WebAddress = Annotated[Line, AfterValidator(web_address), _text("https://gazette.example")]
FeedAddress = Annotated[
    Line, AfterValidator(_feed_address), _text("https://gazette.example/feed.xml")
]
SecureAddress = Annotated[WebAddress, AfterValidator(_secure_address)]
Endpoint = Annotated[
    Line, AfterValidator(_endpoint), _text("https://gazette.example/unsubscribe.php?token=")
]
Mailbox = Annotated[Line, AfterValidator(_mailbox), _text("The Gazette <news@gazette.example>")]
Schedule = Annotated[
    Rule,
    _read(lambda text: parse_rule(one_line(text)), "a schedule such as every day at 07:00"),
    _text("every day at 07:00"),
]
Duration = Annotated[
    timedelta,
    _read(parse_duration, "a duration such as 48h"),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["48 hours"]}),
]
Quota = Annotated[
    tuple[int, timedelta], _read(parse_quota, "a quota such as 12 a day"), _text("12 a day")
]
Rate = Annotated[
    tuple[int, timedelta], _read(_rate, "a rate such as 14 a second"), _text("14 a second")
]
Hours = Annotated[
    tuple[time, time],
    _read(parse_hours, "hours of the day such as 22:00-07:00"),
    _text("22:00-07:00"),
]
PerDomain = Annotated[
    dict[str, Rate],
    _rates(domain_key, "{gmail.com: 20 a second}"),
    _by_name({"gmail.com": "20 a second", "*": "5 a second"}),
]
PerSender = Annotated[
    dict[str, Rate],
    _rates(_sender_key, "{news@gazette.example: 14 a second}"),
    _by_name({"news@gazette.example": "14 a second"}),
]
PartName = Annotated[
    str, AfterValidator(_matching(_PART, "must be a template's name without folder or ending"))
]
Names = Annotated[
    tuple[Annotated[Line, Field(min_length=1)], ...],
    BeforeValidator(_names),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}}),
]
FieldKeys = Annotated[
    tuple[
        Annotated[
            Line, AfterValidator(_matching(_FIELD, "must be a key such as postDate or hero.src"))
        ],
        ...,
    ],
    BeforeValidator(_names),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}}),
]
Languages = Annotated[
    tuple[Language, ...],
    BeforeValidator(_names),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}}),
]
Listen = Annotated[Line, AfterValidator(_listen), _text("127.0.0.1:8025")]
Networks = Annotated[
    tuple[Annotated[Line, AfterValidator(_network)], ...],
    BeforeValidator(_names),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}}),
]
Origins = Annotated[
    tuple[Annotated[SecureAddress, AfterValidator(_origin)], ...],
    BeforeValidator(_names),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}}),
]
Asked = Annotated[
    tuple[Literal["name", "topics", "cadence"], ...],
    BeforeValidator(_names),
    WithJsonSchema(
        {
            "type": ["array", "string"],
            "items": {"type": "string", "enum": ["name", "topics", "cadence"]},
        }
    ),
]
Shown = Annotated[
    tuple[Literal["author", "date"], ...],
    BeforeValidator(_names),
    WithJsonSchema(
        {"type": ["array", "string"], "items": {"type": "string", "enum": ["author", "date"]}}
    ),
]
Colour = Annotated[str, AfterValidator(_colour), _text("#1a5fb4")]
FontStack = Annotated[
    Line, AfterValidator(_matching(_FONTS, "must be font names such as Georgia, serif"))
]
Utm = Annotated[bool | dict[str, Line], BeforeValidator(_utm)]
