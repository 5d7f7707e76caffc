"""A frozen edition as a page for everybody: nobody's name, no links to leave, nothing that runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

from publisher.model.deliveries import Rendered
from publisher.rendering.merge_fields import Recipient, merge
from publisher.rendering.text.links import safe_url

OWN = "of-reader"
"""The class of what in an email only its own reader is told; a page for everybody leaves it out."""

_OWN = frozenset({OWN, "counting"})  # a page for everybody counts nothing
_LEAVE = "publisher:leave"
_NOBODY = Recipient("", unsubscribe=_LEAVE, archive=_LEAVE, preferences=_LEAVE)
_VOID = frozenset({"base", "embed", "link", "meta"})
_UNWANTED = frozenset({"form", "iframe", "noscript", "object", "script", "title", *_VOID})


@dataclass(frozen=True, slots=True)
class EditionBody:
    """What of an email's HTML a page takes over.

    `styles` are its style sheets, `style` is that of its body, `inside` what stands in there;
    `language` is a BCP 47 tag, `picture` the address of the first story's picture; both are empty
    where the email has none.
    """

    inside: str = field(repr=False)
    styles: str = field(repr=False)
    style: str
    language: str
    picture: str = ""


def edition_body(rendered: Rendered) -> EditionBody:
    """The HTML of an edition with its merge fields filled for nobody.

    Links to leave are cut out, whatever stands around them, and so is what browsers would run or
    fetch; the page's Content-Security-Policy keeps off what hides elsewhere.
    """
    html, _ = merge(rendered, _NOBODY)
    reader = _Reader(html)
    about = (reader.style, reader.language, reader.picture)
    return EditionBody(reader.inside, reader.styles, *about)


def edition_text(rendered: Rendered) -> str:
    """The text part, its merge fields filled for nobody: lines with a link to leave are left out.

    So is the line before such a link, where it says what the link is for.
    """
    _, text = merge(rendered, _NOBODY)
    lines = text.splitlines()
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    kept = [line for line, later in pairs if _stays(line, later)]
    return "\n".join(kept).strip() + "\n"


def _stays(line: str, later: str) -> bool:
    names_it = line.rstrip().endswith((":", "\uff1a")) and later.strip() == _LEAVE
    return _LEAVE not in line and not names_it


class _Reader(HTMLParser):
    """Finds where in the source the parts stand and what is to be cut out of them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.style = self.language = self.picture = ""
        self._html = html
        self._lines = [0, *accumulate(len(line) + 1 for line in html.split("\n"))]
        self._cuts: list[tuple[int, int]] = []
        self._open: list[tuple[str, int, bool]] = []
        self._styles: list[str] = []
        self._start, self._end = 0, len(html)
        self.feed(html)
        self.close()

    @property
    def inside(self) -> str:
        """What stands in the body, less what is cut out."""
        return "".join(self._pieces())

    @property
    def styles(self) -> str:
        """The style sheets of the head."""
        return "\n".join(self._styles)

    def _pieces(self) -> Iterator[str]:
        at = self._start
        for start, end in sorted(self._cuts):
            if start >= at:
                yield self._html[at : min(start, self._end)]
            at = max(at, end)
        yield self._html[at : self._end]

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the body begins, and what is unwanted."""
        values = {name: value or "" for name, value in attrs}
        start = self._at()
        end = start + len(self.get_starttag_text() or "")
        if tag == "html":
            self.language = values.get("lang", "")
        elif tag == "body":
            self.style, self._start = values.get("style", ""), end
        elif tag == "img":
            self.picture = self.picture or _shot(values)
        elif tag in _VOID:
            self._cuts.append((start, end))
        else:
            unwanted = tag in _UNWANTED or _is_own(tag, values)
            self._open.append((tag, start if unwanted else end, unwanted))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<meta … />` has no end that would follow."""
        if tag in _VOID or tag == "img":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Cut out an unwanted element, or keep a style sheet."""
        start = self._at()
        if tag == "body":
            self._end = start
        names = [name for name, _, _ in self._open]
        if tag not in names:
            return
        place = len(names) - 1 - names[::-1].index(tag)
        _, began, unwanted = self._open[place]
        del self._open[place:]
        if unwanted:
            self._cuts.append((began, self._html.find(">", start) + 1 or len(self._html)))
        elif tag == "style":
            self._styles.append(self._html[began:start].strip())

    def handle_comment(self, data: str) -> None:
        """Comments are for email programs."""
        start = self._at()
        self._cuts.append((start, start + len(data) + len("<!---->")))


def _shot(values: dict[str, str]) -> str:
    """The address of a story's picture; a logo is none."""
    is_shot = "shot" in values.get("class", "").split()
    return safe_url(values.get("src")) if is_shot else ""


def _is_own(tag: str, values: dict[str, str]) -> bool:
    leads_away = tag == "a" and values.get("href", "").startswith(_LEAVE)
    is_preheader = "display:none" in (style := values.get("style", "")) and "max-height:0" in style
    return leads_away or is_preheader or not _OWN.isdisjoint(values.get("class", "").split())
