"""E-mail addresses: which are sound, and which two are the same person's.

Follows RFC 5321 §4.5.3.1 (lengths), RFC 5322 §3.2.3 (dot-atom), RFC 6531 (beyond ASCII) and
RFC 5890 (A-labels).
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from publisher.errors import UsageError

MAX_ADDRESS: Final = 254  # octets, without the angle brackets
MAX_LOCAL: Final = 64
MAX_LABEL: Final = 63

_ATEXT: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_BLANK: Final = ("C", "Z")  # Unicode's controls, formats and separators
_WRITABLE: Final = ("L", "M", "N")


class AddressError(UsageError):
    """An address that cannot be mailed; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """`written` is what mail goes to; two with the same `key` are one person's."""

    written: str
    key: str


def parse_address(text: str) -> Address:
    """Check one bare address.

    Raises:
        AddressError: it is none, in words for the person who typed it.
    """
    written = unicodedata.normalize("NFC", text.strip(" \t"))
    shown = repr(text[:80])
    if not written:
        raise AddressError("an empty address")
    if any(unicodedata.category(letter)[0] in _BLANK for letter in written):
        raise AddressError(f"{shown} has a blank, a line break or an invisible character in it")
    if written.count("@") != 1:
        raise AddressError(f"{shown} needs exactly one @, as in name@example.org")
    local, _, domain = written.partition("@")
    _check_local(local, shown)
    labels = [_a_label(label, shown) for label in _fold_domain(domain).split(".")]
    key = f"{_fold(local)}@{'.'.join(labels)}"
    if max(len(key.encode()), len(written.encode())) > MAX_ADDRESS:
        raise AddressError(f"{shown} is longer than {MAX_ADDRESS} bytes")
    if len(labels) == 1 and labels != ["localhost"]:
        raise AddressError(f"{shown} has no full domain after the @, as in name@example.org")
    return Address(written, key)


def email_key(text: str) -> str:
    """What an address is known by, however it is written.

    Raises:
        AddressError: see parse_address.
    """
    return parse_address(text).key


def _check_local(local: str, shown: str) -> None:
    if not local:
        raise AddressError(f"{shown} has nothing before the @")
    if len(local.encode()) > MAX_LOCAL:
        raise AddressError(f"{shown} has more than {MAX_LOCAL} bytes before the @")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise AddressError(f"{shown} has a dot too many before the @")
    wrong = next((letter for letter in local if not _fits_local(letter)), "")
    if wrong:
        raise AddressError(f"{shown} cannot have {wrong!r} before the @")


def _fits_local(letter: str) -> bool:
    if letter.isascii():
        return _ATEXT.fullmatch(letter) is not None
    return unicodedata.category(letter)[0] in _WRITABLE


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _fold_domain(domain: str) -> str:
    return unicodedata.normalize("NFKC", domain).replace("\N{IDEOGRAPHIC FULL STOP}", ".").lower()


def _a_label(label: str, shown: str) -> str:
    """One part of a domain as the DNS knows it."""
    if label.isascii():
        encoded, sound = label, _LABEL.fullmatch(label) is not None
    else:
        name = unicodedata.normalize("NFC", label)
        encoded = "xn--" + name.encode("punycode").decode("ascii")
        sound = all(
            letter == "-" or unicodedata.category(letter)[0] in _WRITABLE for letter in name
        )
    if not sound or len(encoded) > MAX_LABEL:
        raise AddressError(f"{shown} has no valid domain after the @, as in name@example.org")
    return encoded
