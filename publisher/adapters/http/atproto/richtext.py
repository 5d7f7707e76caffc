"""A note's text as Bluesky shows it: links shortened, and marked by facets in bytes of UTF-8.

docs.bsky.app/docs/advanced-guides/post-richtext
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from string import digits
from typing import Any, Final
from urllib.parse import urlsplit

from publisher.adapters.http.text.counting import graphemes, utf8_bytes
from publisher.adapters.http.text.weights import host_of_link

LONGEST_PATH: Final = 15
LONGEST_TAG: Final = 64
LONGEST_TAG_IN_BYTES: Final = 640
LONGEST_HANDLE: Final = 253
MOST_MENTIONS: Final = 5
_CUT_PATH = 13
_INVISIBLE = "\u00ad\u2060\u200a-\u200d\u20e2"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MARKED = re.compile(
    r"(?P<link>https?://[^\s<>\"\u2060\ufeff/][^\s<>\"\u2060\ufeff]*)"
    rf"|(?<!\S)[#\uff03](?!\ufe0f)(?P<tag>[^\s{_INVISIBLE}]+)"
    rf"|(?<![^\s(])(?:@(?P<handle>(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)(?![\w-])"
    r"|\$(?P<stock>[a-z][a-z0-9]{0,4})(?![^\s.,;:!?)\"'\u2019])"
    r"|(?P<bare>(?P<host>[a-z][a-z0-9]*+(?:\.[a-z0-9]++)++)(?![\w@-])"
    r"[^\s<>\"\u2060\ufeff]*))",
    re.IGNORECASE,
)
_STOPS = ".,;:!?'’”»…"  # noqa: RUF001 - quotes as they are written
_CLOSING = {")": "(", "]": "[", "}": "{"}

Resolve = Callable[[str], str]


@dataclass(slots=True)
class RichText:
    """A text in the making, and what is marked in it."""

    text: str = ""
    facets: list[Mapping[str, Any]] = field(default_factory=list)
    handles: int = 0
    _bytes: int = 0

    def add(self, words: str, **feature: str) -> None:
        """Add `words`, marked as `feature` where one is given: its `$type` is `kind`."""
        start = self._bytes
        self.text += words
        self._bytes += utf8_bytes(words)
        if feature:
            name = f"app.bsky.richtext.facet#{feature.pop('kind')}"
            index = {"byteStart": start, "byteEnd": self._bytes}
            self.facets.append({"index": index, "features": [{"$type": name, **feature}]})


def marked(text: str, links: Collection[str], did_of: Resolve) -> RichText:
    """`text` as it is shown, with its links, hashtags and mentions marked.

    Args:
        text: as it was rendered.
        links: addresses that stand in it as a whole, whatever they end with.
        did_of: gives the DID of a handle, or "" where there is none; then nobody is mentioned.
    """
    made, rest = RichText(), 0
    text = text.encode("utf-8", "replace").decode()
    for found in _MARKED.finditer(text):
        end = found.start() + len(_kept(found, links))
        made.add(text[rest : found.start()])
        _add(made, found, text[found.start() : end], did_of)
        rest = end
    made.add(text[rest:])
    return made


def shown(text: str) -> str:
    """`text` as it is shown and counted: its links shortened."""
    return _shown(text) if "://" in text else text


@lru_cache(maxsize=256)
def _shown(text: str) -> str:
    return marked(text, (), lambda _: "").text


def short(link: str) -> str:
    """A link as Bluesky's own app shows it: without its scheme, a long path cut.

    What leads nowhere stays as it is.
    """
    try:
        parts = urlsplit(link)
        known = bool(parts.hostname)
    except ValueError:
        return link
    path = link.partition(parts.netloc)[2].removesuffix("/") if known else ""
    cut = path if len(path) <= LONGEST_PATH else f"{path[:_CUT_PATH]}…"
    return parts.netloc.rpartition("@")[2] + cut if known else link


def _add(made: RichText, found: re.Match[str], words: str, did_of: Resolve) -> None:
    if found["link"]:
        made.add(short(words), **({"kind": "link", "uri": words} if short(words) != words else {}))
    elif found["bare"]:
        is_link = _is_domain(found["host"])
        made.add(words, **({"kind": "link", "uri": f"https://{words}"} if is_link else {}))
    elif found["tag"]:
        made.add(words, **({"kind": "tag", "tag": words[1:]} if _is_tag(words[1:]) else {}))
    elif found["stock"]:
        made.add(words, kind="tag", tag=words.upper())
    else:
        handle, made.handles = found["handle"].lower(), made.handles + 1
        is_asked = len(handle) <= LONGEST_HANDLE and made.handles <= MOST_MENTIONS
        did = did_of(handle) if is_asked else ""
        made.add(words, **({"kind": "mention", "did": did} if did else {}))


def _is_domain(host: str) -> bool:
    """Whether `host`, whose address has no scheme, ends with a top-level domain, in lower case."""
    end = host.rpartition(".")[2]
    return end.islower() and bool(host_of_link(f"https://x.{end}"))


def _is_tag(tag: str) -> bool:
    fits = graphemes(tag) <= LONGEST_TAG and utf8_bytes(tag) <= LONGEST_TAG_IN_BYTES
    return fits and not all(map(_is_no_letter, tag))


def _kept(found: re.Match[str], links: Collection[str]) -> str:
    """What is marked, a link or tag without the stops and brackets of the sentence around it."""
    whole = found[0]
    if found["handle"] or found["stock"]:
        return whole
    for link in links:
        if link and whole.startswith(link) and not _without_stops(whole[len(link) :]):
            return link
    return _without_punctuation(whole) if found["tag"] else _without_stops(whole)


def _without_stops(link: str) -> str:
    """`link` without what ends a sentence; a bracket stays where it was opened inside."""
    there, end = Counter(link), len(link)
    while end:
        last = link[end - 1]
        opened = _CLOSING.get(last)
        if (there[opened] >= there[last]) if opened else last not in _STOPS:
            break
        there[last] -= 1
        end -= 1
    return link[:end]


def _without_punctuation(tag: str) -> str:
    while len(tag) > 1 and unicodedata.category(tag[-1]).startswith("P"):
        tag = tag[:-1]
    return tag


def _is_no_letter(character: str) -> bool:
    return character in digits or unicodedata.category(character).startswith("P")
