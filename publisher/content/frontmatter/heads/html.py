"""Heads of HTML: `<title>` and `<meta name="…" content="…">`, as Pelican reads them."""

from html.parser import HTMLParser

from publisher.content.frontmatter.parse import Metadata

_NAMES = {"keywords": "tags"}


def read_html(text: str) -> Metadata | None:
    """Names in lower case with their contents, and `title`; None if there are none.

    `rest` is what follows the head.
    """
    parser = _Head()
    try:
        parser.feed(text)
    except Exception:  # noqa: BLE001  html.parser raises AssertionError for odd declarations
        parser.values.clear()
    if not parser.values:
        return None
    head, _, rest = text.partition("</head>")
    return Metadata(parser.values, head, 1, rest)


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.values: dict[str, str] = {}
        self._inside = False
        self._done = False
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "head":
            self._inside = not self._done
        elif tag == "title" and self._inside:
            self._title = []
        elif tag == "meta" and self._inside:
            self._meta(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.values["title"] = "".join(self._title).strip()
            self._title = None
        elif tag == "head":
            self._inside, self._done = False, True

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)

    def _meta(self, attributes: dict[str, str | None]) -> None:
        name = (attributes.get("name") or "").lower()
        if name:
            content = attributes.get("content") or attributes.get("contents") or ""
            self.values[_NAMES.get(name, name)] = content.strip()
