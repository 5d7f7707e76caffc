"""Slugs as Lektor makes them of what an author writes: slashes and endings stay."""

import re
import unicodedata
from html import unescape

from publisher.content.latin import in_latin

_QUOTES = re.compile("['\u2018\u2019]+")
_IN_NUMBERS = re.compile(r"(?<=\d),(?=\d)")
_OTHERS = re.compile(r"[^-a-z0-9]+")
_RUNS = re.compile(r"-{2,}")
_ENDING = re.compile(r"(.+?)\.((?:[^\s./]{1,4}\.)?[^\s./]+)")


def slug(text: str) -> str:
    """The slug of each part of a path; an ending such as `.html` is kept as it is."""
    *folders, last = text.strip("/").split("/")
    match = _ENDING.fullmatch(last)
    name, ending = match.groups() if match else (last, "")
    joined = "/".join(map(_part, (*folders, name)))
    return f"{joined}.{ending}" if ending else joined


def _part(text: str) -> str:
    text = in_latin(_QUOTES.sub("-", unescape(text)))
    text = unicodedata.normalize("NFKD", text).lower()
    text = _OTHERS.sub("-", _IN_NUMBERS.sub("", _QUOTES.sub("", text)))
    return _RUNS.sub("-", text).strip("-")
