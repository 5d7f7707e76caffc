"""How Mastodon counts: one length for each link it knows as one, of a mention only the name.

docs.joinmastodon.org/user/posting. It finds links as twitter-text does, whose list of top-level
domains it has, but with paths and queries of its own. Where this differs, it counts more.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from publisher.adapters.http.text.counting import graphemes
from publisher.adapters.http.text.weights import host_of_link

LENGTH_OF_A_LINK = 23
LONGEST_LINK = 4096
LONGEST_DOMAIN = 253
LONGEST_SLUG = 40
MOST_LINKS = 500
"""So many are looked for; whatever else looks like a link counts in full."""

_START = re.compile(
    r"(?<![A-Z0-9@$#\uff20\uff03\ufeff\ufffe\uffff])https?://[^\s/?\"`]{1,300}+(?![^\s/?\"`])",
    re.IGNORECASE,
)
_PLAIN = r"[^\s<>()?]"
_NESTED = r"\((?:{0}+|{0}*\({0}+\){0}*)\)"
_PIECE = re.compile(rf"{_PLAIN}++|{_NESTED.format(_PLAIN)}")
_PATH = re.compile(rf"(?:{_PIECE.pattern})*")
_LAST_PIECE = re.compile(_NESTED.format(r"[A-Za-z0-9_!*';:=+,.$/%#\[\]~@|&-]"))
_QUERY = re.compile(
    r"\?[A-Z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^"
    r"\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef\U00010000-\U000dffff\U000e1000-\U0010ffff]*",
    re.IGNORECASE,
)
_ENDS_NO_PATH = "!*\"'\u300c\u300d;:=,.$%[]~&|@"
_ENDS_NO_QUERY = "!?*'();:+$%[].,~|@^"
_SHORT = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE)
"""X's short links, in which twitter-text knows nothing else."""

_MENTION = (
    r"(?<![=/\p{L}\p{M}\p{Nd}\p{Pc}])"
    r"@([A-Za-z0-9_]++(?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?+)"
    r"@(?>[\p{L}\p{M}\p{Nd}\p{Pc}](?:[\p{L}\p{M}\p{Nd}\p{Pc}.-]*[\p{L}\p{M}\p{Nd}\p{Pc}]))"
    r"(?!@|\uff20|://)"
)


def count_characters(
    text: str, *, link: int = LENGTH_OF_A_LINK, count: Callable[[str], int] = graphemes
) -> int:
    """Length as Mastodon counts it: grapheme clusters, each link to a domain as `link` of them.

    A link has a protocol and a known top-level domain, and no letter stands before it. Of
    `@user@host` only `@user` counts.
    """
    return count("".join(_shortened(text, "x" * link)))


def _shortened(text: str, short: str) -> Iterator[str]:
    done = position = unsure = 0
    for _ in range(MOST_LINKS):
        found = _START.search(text, position)
        if not found:
            break
        start, position = found.start(), found.start() + 1
        end = _end(text, found)
        if end:
            surely = not _is_within_link(text[unsure:start])
            yield _with_names(text[max(done - 1, 0) : start], text[start:end])[done > 0 :]
            counted = _counted(text[start:end], short)
            yield counted if surely else max(counted, text[start:end], key=graphemes)
            done = position = end
            unsure = end if surely else unsure
    yield _with_names(text[max(done - 1, 0) :])[done > 0 :]


def _counted(link: str, short: str) -> str:
    """What stands for a link; what follows a short one of X's without a blank is text."""
    own = _SHORT.match(link)
    if not own:
        return short
    return short + link[own.end() :] if len(own[1]) <= LONGEST_SLUG else link


def _is_within_link(before: str) -> bool:
    """Whether a link without a protocol may reach here from the same word."""
    word = before[-LONGEST_LINK:].rpartition(" ")[2].rpartition("\n")[2]
    return "/" in word or "?" in word


def _end(text: str, found: re.Match[str]) -> int:
    """Where the link ends whose protocol and host were `found`; 0 if it is none."""
    host = host_of_link(found[0])
    if not host:
        return 0
    end = found.start() + len(host)
    path = _PATH.match(text, end)[0] if text[end : end + 1] == "/" else ""  # type: ignore[index] # matches ""
    kept = _without_its_end(path)
    end += len(kept)
    if query := kept == path and _QUERY.match(text, end):
        end += len(query[0].rstrip(_ENDS_NO_QUERY))
    return end if end - found.start() <= LONGEST_LINK else 0


def _without_its_end(path: str) -> str:
    """A path without what ends none, such as a full stop."""
    pieces = _PIECE.findall(path)
    while pieces:
        if last := _end_of(pieces.pop()):
            return "".join((*pieces, last))
    return ""


def _end_of(piece: str) -> str:
    if piece.startswith("("):
        return piece if _LAST_PIECE.fullmatch(piece) else ""
    return piece.rstrip(_ENDS_NO_PATH)


def _with_names(text: str, link: str = "") -> str:
    """`text` with each mention a name; one that runs into a link is none."""
    protocol = link[: link.index(":") + len("://")] if link else ""
    names = str(_mentions().sub(_name, text + protocol))
    return names.removesuffix(protocol)


def _name(mention: Any) -> str:
    name, _, domain = mention[0][1:].partition("@")
    return f"@{name}" if len(domain) <= LONGEST_DOMAIN else str(mention[0])


@cache
def _mentions() -> Any:
    import regex  # type: ignore[import-untyped] # ships without types

    return regex.compile(_MENTION)
