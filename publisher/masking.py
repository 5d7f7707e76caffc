"""Secrets taken out of what others say, in whatever form they repeat them."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html.entities import codepoint2name
from urllib.parse import quote

_SHORTEST = 4  # a shorter one would take letters out of every word
_ALIGNMENTS = 3  # base64 looks different after one or two bytes of something else
_BASE64 = "[A-Za-z0-9+/_-]"
_BASE64_FORMS = {"+": r"(?:\+|-|%2[Bb])", "/": r"(?:/|_|%2[Ff])"}


def masked(text: str, secrets: Iterable[str], mask: str = "[secret]") -> str:
    """`text` without the secrets, as they are, in another case, or encoded.

    Known encodings: percent (`%40`, `%2540`, `+` for a blank), base64 of it and of longer texts
    that hold it (standard and URL-safe), hexadecimal, JSON's and HTML's escapes.
    """
    for pattern in _patterns(tuple(secrets)):
        text = pattern.sub(mask, text)
    return text


def holds(text: str, secrets: Iterable[str]) -> bool:
    """Whether `text` repeats one of the secrets in any of these forms."""
    return any(pattern.search(text) for pattern in _patterns(tuple(secrets)))


@lru_cache(maxsize=64)
def _patterns(secrets: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The longest secret first: one may hold another."""
    ordered = sorted(filter(None, secrets), key=len, reverse=True)
    return tuple(pattern for secret in ordered for pattern in _forms(secret))


def _forms(secret: str) -> Iterator[re.Pattern[str]]:
    if len(secret) < _SHORTEST:
        yield re.compile(re.escape(secret))
        return
    raw = secret.encode("utf-8", "surrogatepass")
    yield re.compile("".join(map(_character, secret)), re.IGNORECASE)
    cores = [core for each in range(_ALIGNMENTS) if len(core := _core(raw, each)) >= _SHORTEST]
    inside = "|".join("".join(_BASE64_FORMS.get(letter, letter) for letter in c) for c in cores)
    yield re.compile(f"{_BASE64}{{0,2}}(?:{inside}){_BASE64}{{0,2}}(?:=|%3[Dd]){{0,2}}")
    yield re.compile("[: ]?".join(f"{byte:02x}" for byte in raw), re.IGNORECASE)


def _core(raw: bytes, before: int) -> str:
    """The base64 letters that are the same whatever is before and after `raw`."""
    letters = b64encode(b"\0" * before + raw + b"\0\0").decode()
    first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
    return letters[first:last]


def _character(character: str) -> str:
    """A character in every form that it takes on the way."""
    once = quote(character, safe="", errors="replace")
    percent = once if once != character else f"%{ord(character):02X}"
    forms = [character, percent, percent.replace("%", "%25"), f"\\u{ord(character):04x}"]
    forms += [f"&#{ord(character)};", f"&#x{ord(character):x};", f"\\x{ord(character):02x}"]
    if name := codepoint2name.get(ord(character)):
        forms.append(f"&{name};")
    if len(character.upper()) > 1:
        forms.append(character.upper())
    if character == " ":
        forms.append("+")
    if not character.isalnum():
        forms.append(f"\\{character}")
    return f"(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})"
