"""What somebody wrote in an email, without what it answers and without a signature."""

import re
import unicodedata
from html.parser import HTMLParser
from typing import Final

from publisher.events.mailbox.mail import Mail, Part
from publisher.events.requests.wording import QUOTATIONS, folded

MOST: Final = 20_000
MOST_LINES: Final = 40
_SHORT: Final = 30
_SKIPPED: Final = frozenset({"head", "style", "script", "title", "blockquote", "template"})
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "area", "col"})
_BLOCKS: Final = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "hr", "table"})
_quoted_class = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|OutlookMessageHeader").search
_header_block = re.compile(r"(?:from|von|de|da|van|od|差出人)\s*:\s*\S", re.IGNORECASE).match
_rule = re.compile(r"[-_*=\s]{3,}").match


def own_paragraphs(mail: Mail) -> list[list[str]]:
    """What the writer of `mail` wrote: paragraphs of lines; at most so many lines."""
    text = unicodedata.normalize("NFKC", _text(mail))
    lines = _without_quotations(text.splitlines())[: 2 * MOST_LINES]
    found: list[list[str]] = [[]]
    for line in map(str.strip, lines):
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _text(mail: Mail) -> str:
    parts = [part for part in mail.walk() if not part.parts and not _is_attached(part)]
    for part in parts:
        if part.kind == "text/plain" and part.text(MOST).strip():
            return part.text(MOST)
    for part in parts:
        if part.kind == "text/html":
            return plain(part.text(10 * MOST))[:MOST]
    return ""


def _is_attached(part: Part) -> bool:
    return part.get("content-disposition").lower().startswith("attachment")


def _without_quotations(lines: list[str]) -> list[str]:
    kept = list[str]()
    for line in lines:
        if line.rstrip(" ") == "--" or _ends(line):
            break
        if line.lstrip().startswith(">"):
            _drop_attribution(kept)
        else:
            kept.append(line)
    return kept


def _ends(line: str) -> bool:
    """Whether all that follows is the email that is answered."""
    return bool(_header_block(line)) or (bool(_rule(line)) and folded(line) in QUOTATIONS)


def _drop_attribution(kept: list[str]) -> None:
    """`On Monday, the Gazette wrote:` above a quotation, which may take two lines."""
    while kept and not kept[-1].strip():
        kept.pop()
    if kept and kept[-1].rstrip().endswith(":"):
        short = len(kept.pop()) < _SHORT
        if short and kept and "<" in kept[-1]:
            kept.pop()


def plain(html: str) -> str:
    """The text of HTML without quotations; whatever is wrong with it."""
    reader = _Reader()
    reader.feed(html.replace("<![", "<!-["))  # which the parser takes for a comment
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    """Collects the text that is not within a quotation."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = list[str]()
        self._quotation = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if tag in _VOID:
            return
        if self._depth:
            self._depth += tag == self._quotation
        elif tag in _SKIPPED or _quoted_class(dict(attrs).get("class") or ""):
            self._quotation, self._depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if self._depth and tag == self._quotation:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.pieces.append(data)
