"""Options that several networks share, checked when config.yaml is read."""

import ipaddress
from re import Pattern
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pydantic import AfterValidator, Field, SecretStr

_SHORTEST = 6  # a shorter part of an address is no secret, but in many words
_INSIDE = ("localhost", "test", "invalid", "local", "internal", "lan", "home.arpa")


def _is_inside(host: str) -> bool:
    """Whether `host` lies on this machine or network, where plain HTTP is nobody else's."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(tuple(f".{name}" for name in _INSIDE))


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or not text.isprintable() or " " in text:
        raise ValueError("must be an address such as https://mastodon.example")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be the bare address, without user name, query or fragment")
    if parts.port == 0:
        raise ValueError("has no usable port")
    if parts.scheme == "http" and not _is_inside(host):
        raise ValueError("must begin with https://, or the account's secret would travel in clear")
    return text.rstrip("/")


def plain_token(secret: SecretStr) -> SecretStr:
    """`secret` if it fits a header, without the blanks around it; else a ValueError."""
    text = secret.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be one word of plain ASCII, as the network shows it")
    return SecretStr(text)


def webhook_address(secret: SecretStr) -> SecretStr:
    """`secret` if it is an address that may be called, else a ValueError."""
    text = secret.get_secret_value().strip()
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not text.isprintable():
        raise ValueError("must be an address such as https://hooks.example/…")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password")
    if parts.scheme == "http" and not _is_inside(parts.hostname):
        raise ValueError("must begin with https://, or its secret would travel in clear")
    return SecretStr(text)


def hook_address(secret: SecretStr) -> SecretStr:
    """`secret` if it is a webhook's address where a bot could post as well, else a ValueError."""
    if "://" not in secret.get_secret_value():
        raise ValueError("that is no address of a webhook; a bot needs `channel` in config.yaml")
    return webhook_address(secret)


def bot_token(secret: SecretStr) -> SecretStr:
    """`secret` if it may be a bot's token where a webhook could post as well, else a ValueError."""
    if "://" in secret.get_secret_value():
        raise ValueError("that is a webhook's address, with which no `channel` is set")
    return plain_token(secret)


def id_copied(given: object, link: Pattern[str], plain: Pattern[str], otherwise: str) -> str:
    """What `given` is, or names if it is a link: the first group of `link`; "" stays.

    Raises:
        ValueError: it is neither a link nor `plain`; it says `otherwise`.
    """
    text = str(given).strip()
    if found := link.fullmatch(text):
        return found[1]
    if text and not plain.fullmatch(text):
        raise ValueError(otherwise)
    return text


def parted(address: SecretStr) -> tuple[str, str]:
    """A webhook's scheme and host, which may be shown, and the rest, which is its secret."""
    parts = urlsplit(address.get_secret_value())
    rest = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return urlunsplit((parts.scheme, parts.netloc, "", "", "")), rest


def secret_parts(address: SecretStr) -> list[str]:
    """What of a webhook's address must show nowhere, longest first: the end of its path, too."""
    rest = parted(address)[1]
    path, _, query = rest.partition("?")
    values = (value for _, value in parse_qsl(query))
    ends = (each for each in (path.rstrip("/").split("/")[-1], *values) if len(each) >= _SHORTEST)
    whole = (address.get_secret_value(), rest, path, query)
    return [*(each for each in whole if each.strip("/")), *ends]


BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""A network's address without a trailing slash; https, or http inside one's own network."""

Token = Annotated[SecretStr, AfterValidator(plain_token)]
"""A secret that fits a header, blanks around it removed."""

Webhook = Annotated[SecretStr, AfterValidator(webhook_address)]
"""An address that is called, secret as a whole; https, or http inside one's own network."""

Seconds = Annotated[float, Field(gt=0, le=300)]
"""How long to wait for an answer."""
