"""Is a status that the network shows the note whose answer was lost?"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.mime.addresses import AddressError, a_labels
from publisher.model.messages import ChannelMessage, Note

if TYPE_CHECKING:
    from requests import Response

CLOCKS_AGREE = timedelta(seconds=2)
LARGEST_SKEW = timedelta(days=1)
_LINK = re.compile(r"https?://\S+")
_SAME_LINK_ALIKE = 0.5  # networks rewrite mentions, tags and quotes, but not every second word
_NO_LINK_ALIKE = 0.9


def is_same_note(note: Note, text: str, links: Iterable[object]) -> bool:
    """Whether a status of plain `text` and `links` is `note`.

    With a link the link decides, and the words must resemble; without one, only the words count.
    """
    if not note.url:
        return _alike(note.text, text) >= _NO_LINK_ALIKE
    shown = _shown(text, links)
    return _canonical(note.url) in shown and _alike(note.text, text) >= _SAME_LINK_ALIKE


def is_same(message: ChannelMessage, text: str, links: Iterable[object]) -> bool:
    """The same for a digest, too, which shows the links of all its posts."""
    if isinstance(message, Note):
        return is_same_note(message, text, links)
    shown = _shown(text, links)
    return message.title in text and shown.issuperset(
        _canonical(item.url) for item in message.items
    )


def _shown(text: str, links: Iterable[object]) -> set[str]:
    """Every link that a text shows, or that stands beside it."""
    return {_canonical(link) for link in (*links, *_LINK.findall(text)) if isinstance(link, str)}


def _canonical(link: str) -> str:
    """A link without what networks change: scheme, case of the host, escapes, trailing slash."""
    try:
        parts = urlsplit(unicodedata.normalize("NFC", unquote(link)))
        host = a_labels(parts.hostname) if parts.hostname else ""
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, AddressError):
        return link
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{parts.path.rstrip('/')}{query}"


def _alike(ours: str, theirs: str) -> float:
    """Share of common words, 0 to 1, links aside; two texts without words are alike."""
    a, b = _words(ours), _words(theirs)
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 1.0


def _words(text: str) -> Counter[str]:
    plain = _LINK.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    return Counter(re.findall(r"\w+", plain))


def by_their_clock(since: datetime, response: "Response") -> datetime:
    """The earliest time that a status sent at `since` (our clock) may bear at the network.

    The answer's Date header (RFC 9110, section 6.6.1) shows how far the clocks are apart.
    """
    skew = timedelta(0)
    with suppress(ValueError, TypeError, OverflowError):
        skew = parsedate_to_datetime(response.headers.get("Date", "")) - datetime.now(UTC)
    is_skewed = CLOCKS_AGREE < abs(skew) < LARGEST_SKEW
    return since + (skew if is_skewed else timedelta(0)) - CLOCKS_AGREE


class Html(HTMLParser):
    """The words and links of a note that is shown as HTML; each block begins a line."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self._parts: list[str] = []
        self.feed(content)
        self.close()
        self.text = "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or keep a link."""
        if tag in ("p", "br", "div", "li", "blockquote"):
            self._parts.append("\n")
        if tag == "a":
            self.links.append(dict(attrs).get("href"))

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self._parts.append(data)
