"""Reading evidence: a file or a web address, whatever stands in it."""

import re
import zlib
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from publisher.content.evidence import MOST_BYTES, MOST_PAGES, Evidence, Fetch
from publisher.content.evidence.feeds import read_feed, read_json_feed
from publisher.content.evidence.sitemaps import read_list, read_sitemap
from publisher.errors import ContentError, PublisherError

_GZIP = b"\x1f\x8b"
_MOST_SITEMAPS = 500
_DEEPEST = 3
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_BEGINNING = 8192


def is_web(name: str) -> bool:
    """Whether evidence is on the web and no file."""
    return name.lower().startswith(("http://", "https://"))


def read_evidence(name: str, fetch: Fetch | None = None) -> Evidence:
    """The pages that a sitemap or feed names: a file, or a web address that `fetch` opens.

    The sitemaps of an index are looked for beside it, or fetched from its own host; at most 500.

    Raises:
        ContentError: it cannot be had at all, or it is neither a sitemap nor a feed.
    """
    evidence = Evidence(name)
    reader = _Reader(evidence, fetch)
    reader.read(name)
    if not evidence.pages:
        why = evidence.notes[0] if evidence.notes else f"{name} names no page"
        raise ContentError(why, "name a sitemap.xml or a feed: a file, or its address")
    return evidence


class _Reader:
    def __init__(self, evidence: Evidence, fetch: Fetch | None) -> None:
        self._evidence = evidence
        self._fetch = fetch
        self._seen: set[str] = set()
        self._bytes = 10 * MOST_BYTES

    def read(self, name: str, depth: int = 0) -> None:
        """Take the pages of one file, and of those that it leads to."""
        if name in self._seen or self._evidence.is_full or len(self._seen) >= _MOST_SITEMAPS:
            return
        self._seen.add(name)
        try:
            content = self._content(name)
        except (OSError, PublisherError, zlib.error, ValueError) as error:
            self._note(f"{name} cannot be read: {_reason(error)}")
            return
        self._take(name, content, depth)

    def _content(self, name: str) -> bytes:
        if is_web(name):
            if self._fetch is None:
                raise ContentError("it is on the web")
            content = self._fetch(name)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        content = _unpacked(content)
        self._bytes -= len(content)
        if len(content) > MOST_BYTES or self._bytes < 0:
            raise ContentError(f"it is larger than {MOST_BYTES:,} bytes")
        return content.removeprefix(b"\xef\xbb\xbf")

    def _take(self, name: str, content: bytes, depth: int) -> None:
        left, start = MOST_PAGES - len(self._evidence.pages), content[:_BEGINNING].lstrip()
        if start.startswith(b"{"):
            self._evidence.pages += read_json_feed(content, left)
        elif _SITEMAP.search(start):
            self._take_sitemap(name, content, depth)
        elif _FEED.search(start):
            self._evidence.pages += read_feed(content, left)
        elif _HTML.search(start):
            self._note(f"{name} is an HTML page, neither a sitemap nor a feed")
        elif start.startswith(b"<"):
            self._take_sitemap(name, content, depth)
        else:
            self._evidence.pages += read_list(content, left)

    def _take_sitemap(self, name: str, content: bytes, depth: int) -> None:
        sitemap = read_sitemap(content, MOST_PAGES - len(self._evidence.pages))
        if sitemap.problem:
            self._note(
                f"{name}: {sitemap.problem}; {len(sitemap.pages)} addresses were found in it"
            )
        self._evidence.pages += sitemap.pages
        if sitemap.further and depth >= _DEEPEST:
            self._note(f"{name}: sitemaps in sitemaps in sitemaps are passed over")
            return
        for each in sitemap.further:
            if place := _beside(name, each):
                self.read(place, depth + 1)
            else:
                self._note(f"{name} names {each}, which is not beside it")

    def _note(self, text: str) -> None:
        if text not in self._evidence.notes:
            self._evidence.notes.append(text)


def _beside(index: str, named: str) -> str:
    """Where a sitemap that an index names is: on the web as it says, else the file beside it.

    '' where there is none: an index names no files elsewhere on this machine.
    """
    if is_web(index):
        return urljoin(index, named)
    path = urlsplit(named).path
    folder = Path(index).parent
    parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
    for start in range(len(parts)):
        if (found := folder.joinpath(*parts[start:])).is_file():
            return str(found)
    return named if is_web(named) else ""


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    return zlib.decompressobj(wbits=31).decompress(content, MOST_BYTES + 1)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return str(error)
