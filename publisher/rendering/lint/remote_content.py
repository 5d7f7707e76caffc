"""What an email makes email programs fetch by themselves: pictures, stylesheets, fonts."""

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

# Attributes whose address is fetched without a click; in a link only what the tag `link` names.
_FETCHED = frozenset({"src", "background", "poster", "data", "lowsrc", "dynsrc"})
_CSS = re.compile(
    r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]*))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')""",
    re.IGNORECASE,
)
_HOST = re.compile(r"//([^/\s\"'<>()?#:,;]+)")
_XHTML = "www.w3.org"
_NETWORK = ("http://", "https://", "//")
_CONDITION = re.compile(r"^\[if [^\]]*\]>|<!\[endif\]$")


def fetched_urls(html: str) -> list[str]:
    """Every address on the network that showing `html` fetches, each once, in order.

    Conditional comments are looked into as Outlook does.
    """
    found = _Finder(html).found
    return [url for url in dict.fromkeys(found) if url.lower().startswith(_NETWORK)]


def foreign_urls(html: str, hosts: Collection[str]) -> list[str]:
    """Of what `html` fetches, the first address of each host that is not one of `hosts`."""
    named = {name.lower() for name in _HOST.findall(html)}  # wherever it stands
    if named <= {*hosts, _XHTML}:  # taking a page apart costs as much as making it
        return []
    first: dict[str, str] = {}
    for url in fetched_urls(html):
        first.setdefault(host(url), url)
    return [url for name, url in first.items() if name not in hosts]


def host(url: str) -> str:
    """The host of an address in small letters; '' where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


class _Finder(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            self.found += _of_attribute(tag, name, (value or "").strip())

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += _of_css(data)

    def handle_comment(self, data: str) -> None:
        if data.startswith("[if"):
            self.found += _Finder(_CONDITION.sub("", data)).found


def _of_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if name in _FETCHED or (name == "href" and tag in ("link", "image", "use")):
        yield value
    elif name in ("srcset", "imagesrcset"):
        yield from (each.split()[0] for each in value.split(",") if each.strip())
    elif name == "style":
        yield from _of_css(value)


def _of_css(text: str) -> Iterator[str]:
    for match in _CSS.finditer(text):
        yield next((group for group in match.groups() if group), "")
