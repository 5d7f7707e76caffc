"""Sitemaps: XML (https://www.sitemaps.org/protocol.html), broken XML, and lists of addresses."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from publisher.content.evidence import Page

_LOC = re.compile(
    rb"<(?:(?!image|video)\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<>\]\s]{1,2048})", re.IGNORECASE
)
_INDEX = re.compile(rb"<(?:\w+:)?sitemapindex\b", re.IGNORECASE)
_LINE = re.compile(r"(?:https?://|/)\S{0,2048}")
_PAGE, _SITEMAP = "url", "sitemap"


class Sitemap(NamedTuple):
    """What one file says: pages, or the addresses of further sitemaps, or why it says nothing."""

    pages: list[Page]
    further: list[str]
    problem: str = ""


def read_sitemap(content: bytes, most: int) -> Sitemap:
    """The pages of an XML sitemap, or the sitemaps of an index; at most `most` of them.

    What is no XML is searched for `<loc>`; no entity of its own is ever expanded.
    """
    from defusedxml.common import DefusedXmlException

    found = Sitemap([], [])
    try:
        _fill(found, content, most)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        return _searched(content, most, f"its XML is broken ({type(error).__name__})")
    return found


def _fill(found: Sitemap, content: bytes, most: int) -> None:
    from defusedxml.ElementTree import iterparse

    stack: list[Element] = []
    for event, element in iterparse(BytesIO(content), events=("start", "end")):
        if event == "start":
            stack.append(element)
            continue
        stack.pop()
        name = _local(element)
        if name == _PAGE:
            found.pages.extend(_pages(element))
        elif name == _SITEMAP:
            found.further.extend(_texts(element, "loc"))
        if name in {_PAGE, _SITEMAP} and stack:
            stack[-1].remove(element)
        if len(found.pages) + len(found.further) >= most:
            return


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _texts(element: Element, name: str) -> Iterator[str]:
    for child in element:
        if _local(child) == name and child.text and child.text.strip():
            yield child.text.strip()


def _pages(element: Element) -> Iterator[Page]:
    """The page of a `url` and its translations."""
    titles = [each for news in element.iter() for each in _texts(news, "title")]
    date = next((moment(each) for each in _texts(element, "lastmod")), None)
    for url in _texts(element, "loc"):
        yield Page(url, titles[0] if titles else "", date)
    for child in element:
        if _local(child) == "link" and child.get("rel", "") == "alternate" and child.get("href"):
            yield Page(str(child.get("href")))


def moment(text: str) -> datetime | None:
    """A W3C date as an aware moment; None if it is none."""
    with suppress(ValueError):
        value = datetime.fromisoformat(text.strip())
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None


def _searched(content: bytes, most: int, problem: str) -> Sitemap:
    is_index = _INDEX.search(content) is not None
    urls = []
    for match in _LOC.finditer(content):
        urls.append(unescape(match[1].decode("utf-8", "replace")))
        if len(urls) >= most:
            break
    if is_index:
        return Sitemap([], urls, problem)
    return Sitemap([Page(url) for url in urls], [], problem)


def read_list(content: bytes, most: int) -> list[Page]:
    """The pages of a text file with one address a line; other lines are passed over."""
    pages = []
    for line in content.splitlines():
        text = line.decode("utf-8", "replace").strip()
        if _LINE.fullmatch(text):
            pages.append(Page(text))
            if len(pages) >= most:
                break
    return pages
