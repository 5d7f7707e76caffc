"""E-mail addresses: one parser for whatever is stored, mailed, configured or typed.

Follows RFC 5321 §4.5.3.1 (lengths), RFC 5322 §3.2.3 (dot-atom), RFC 6531 (beyond ASCII) and
RFC 5891 with UTS 46, non-transitional (domains): `straße.de` is `xn--strae-oqa.de`, never
`strasse.de`.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from publisher.errors import Rejected, UsageError
from publisher.mime.lines import legible

MAX_ADDRESS: Final = 254  # octets, without the angle brackets
MAX_LOCAL: Final = 64
MAX_LABEL: Final = 63
_SHOWN: Final = 80

_ATEXT: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL: Final = r"(?![^.]{64})[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
_LAST_LABEL: Final = rf"(?=[0-9-]*[A-Za-z]){_LABEL}"  # all digits would be an IP address
_is_plain: Final = re.compile(
    rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATEXT}+(?:\.{_ATEXT}+)*@(?:{_LABEL}\.)+{_LAST_LABEL}"
).fullmatch
_is_label: Final = re.compile(_LABEL).fullmatch
_is_last_label: Final = re.compile(_LAST_LABEL).fullmatch
_is_atext: Final = re.compile(_ATEXT).fullmatch
_BLANK: Final = ("C", "Z")  # Unicode's controls, formats and separators
_WRITABLE: Final = ("L", "M", "N")


class AddressError(UsageError):
    """An address that cannot be mailed; the message says why."""


class Address(NamedTuple):
    """`written` is what mail goes to, its domain in ASCII; equal `key`: one person's."""

    written: str
    key: str


class Mailbox(NamedTuple):
    """A name for people and the address, whose domain is in ASCII (RFC 5890)."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]


def parse_address(text: str) -> Address:
    """Check one bare address.

    Raises:
        AddressError: it is none, in words for the person who typed it.
    """
    if _is_plain(text):
        return Address(text, text.lower())
    return _parse_any(text)


def email_key(text: str) -> str:
    """What an address is known by, however it is written.

    Raises:
        AddressError: see parse_address.
    """
    return parse_address(text).key


def address(text: str) -> str:
    """The bare address as mail goes to it.

    Raises:
        Rejected: it is none.
    """
    if _is_plain(text):
        return text
    try:
        return _parse_any(text).written
    except AddressError as error:
        raise Rejected(error.message) from error


def mailbox(text: str) -> Mailbox:
    """`Name <a@b>`, `"Na, me" <a@b>` or `a@b`, checked.

    Raises:
        Rejected: the address is none.
    """
    before, bracket, inside = text.rpartition("<")
    if not bracket or not inside.endswith(">"):
        return Mailbox("", address(text))
    name = before.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return Mailbox(legible(name), address(inside[:-1]))


@lru_cache(maxsize=1024)
def a_labels(domain: str) -> str:
    """A domain as the DNS knows it; one in ASCII is only measured, not judged.

    Raises:
        Rejected: it cannot be one.
    """
    try:
        labels = _ascii_labels(domain)
    except ValueError as error:
        raise Rejected(f"{_shown(domain)} cannot be a domain") from error
    whole = ".".join(labels)
    named = labels[:-1] if whole.endswith(".") else labels  # the root's own dot
    if not all(0 < len(label) <= MAX_LABEL for label in named):
        raise Rejected(f"{_shown(domain)} cannot be a domain")
    return whole


def _parse_any(text: str) -> Address:
    """What the short way does not know: blanks around it, letters beyond ASCII, mistakes."""
    written = unicodedata.normalize("NFC", text.strip(" \t"))
    shown = _shown(text)
    if not written:
        raise AddressError("an empty address")
    if any(unicodedata.category(letter)[0] in _BLANK for letter in written):
        raise AddressError(f"{shown} has a blank, a line break or an invisible character in it")
    if written.count("@") != 1:
        raise AddressError(f"{shown} needs exactly one @, as in name@example.org")
    local, _, domain = written.partition("@")
    _check_local(local, shown)
    whole = f"{local}@{_domain(domain, shown)}"
    key = f"{_fold(local)}@{whole.rpartition('@')[2].lower()}"
    if max(len(key.encode()), len(whole.encode())) > MAX_ADDRESS:
        raise AddressError(f"{shown} is longer than {MAX_ADDRESS} bytes")
    return Address(whole, key)


def _domain(written: str, shown: str) -> str:
    try:
        labels = _ascii_labels(written)
    except ValueError:
        labels = []
    *above, last = labels or [""]
    sound = all(map(_is_label, above)) and _is_last_label(last)
    if not sound:
        raise AddressError(f"{shown} has no valid domain after the @, as in name@example.org")
    if not above and last.lower() != "localhost":
        raise AddressError(f"{shown} has no full domain after the @, as in name@example.org")
    return ".".join(labels)


def _ascii_labels(domain: str) -> list[str]:
    """The parts of a domain; those beyond ASCII as A-labels.

    Raises:
        ValueError: one of them can be none.
    """
    if domain.isascii():
        return domain.split(".")
    import idna  # most commands never meet such a domain

    mapped = idna.uts46_remap(domain, std3_rules=False, transitional=False)
    return [
        label if label.isascii() else idna.alabel(label).decode() for label in mapped.split(".")
    ]


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
        return letter == "." or _is_atext(letter) is not None
    return unicodedata.category(letter)[0] in _WRITABLE


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _shown(text: str) -> str:
    """Something a stranger wrote, safe to show."""
    return repr(text[:_SHOWN])
