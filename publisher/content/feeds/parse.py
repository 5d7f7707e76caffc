"""Parsing: the bytes of a feed become items. Whatever stands in them is data and no more."""

import json
import re
from calendar import timegm
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import Any

from publisher.content.feeds.entries import Raw
from publisher.errors import ContentError

MOST_ENTRIES = 2_000
"""Items of a feed that are looked at: the newest stand first."""

_HINT = "set content.feed to the address of an RSS, Atom or JSON feed"
_END = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>\s*(?:<!--.*-->\s*)*\Z", re.IGNORECASE | re.DOTALL)
_FORGIVEN = ("undefined entity", "not well-formed (invalid token)")
_BLANK = b" \t\r\n\xef\xbb\xbf"


def parse(content: bytes, content_type: str, url: str) -> list[Raw]:
    """The items of the feed at `url`.

    Raises:
        ContentError: it is no feed, or it is broken.
    """
    if content.lstrip(_BLANK)[:1] == b"{":
        return _from_json(content, url)
    return _from_xml(content, content_type, url)


def _from_xml(content: bytes, content_type: str, url: str) -> list[Raw]:
    import feedparser

    headers = {"content-type": content_type or "application/xml", "content-location": url}
    try:
        # Bytes themselves would be taken for the name of a file.
        found = feedparser.parse(
            BytesIO(content),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # noqa: BLE001  it raises whatever a value makes it
        raise ContentError(f"the feed cannot be read ({type(error).__name__})", _HINT) from None
    if not found.get("version"):
        raise ContentError("this is no feed", _HINT)
    if problem := _broken(found, whole=bool(_END.search(content[-200:]))):
        raise ContentError(problem, "fix the feed: nothing is taken from a part of it")
    base = str(found.feed.get("link") or "")
    base = base if base.startswith(("http://", "https://")) else url
    spoken = str(found.feed.get("language") or "")
    return [_xml_item(item, base, spoken) for item in found.entries[:MOST_ENTRIES]]


def _broken(found: Any, *, whole: bool) -> str:
    """What is wrong with the XML; '' if nothing that matters is, and it is there to its end."""
    error: Any = found.get("bozo_exception") if found.get("bozo") else None
    if not hasattr(error, "getLineNumber") or not str(error.getMessage()):
        return ""
    if whole and error.getMessage().startswith(_FORGIVEN):
        return ""
    return f"the feed is broken XML: {error.getMessage()} (line {error.getLineNumber()})"


def _xml_item(item: Any, base: str, spoken: str) -> Raw:
    contents = [str(each.get("value") or "") for each in _listed(item.get("content"))]
    summary, body = str(item.get("summary") or ""), next(filter(None, contents), "")
    names = (each.get("name") for each in _listed(item.get("authors")))
    return Raw(
        base=base,
        id=str(item.get("id") or ""),
        url=str(item.get("link") or ""),
        title=str(item.get("title") or ""),
        summary="" if summary == body else summary,  # feedparser lets one stand in for the other
        body=body,
        date=_moment(dict.get(item, "published_parsed")),
        updated=_moment(dict.get(item, "updated_parsed")),
        categories=tuple(
            str(each.get("term") or each.get("label") or "") for each in _listed(item.get("tags"))
        ),
        authors=tuple(str(name) for name in names if name),
        images=tuple(_media(item)),
        language=str(item.get("language") or spoken),
    )


def _media(item: Any) -> Iterator[str]:
    for each in (*_listed(item.get("media_content")), *_listed(item.get("enclosures"))):
        kind = str(each.get("type") or each.get("medium") or "")
        if kind.startswith("image"):
            yield str(each.get("url") or each.get("href") or "")
    for each in _listed(item.get("media_thumbnail")):
        yield str(each.get("url") or "")
    if isinstance(item.get("image"), Mapping):
        yield str(item["image"].get("href") or "")


def _listed(value: Any) -> Iterable[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _moment(parsed: Any) -> float | None:
    try:
        return float(timegm(parsed)) if parsed else None
    except (ValueError, OverflowError, TypeError):
        return None


def _from_json(content: bytes, url: str) -> list[Raw]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise ContentError("the feed is broken JSON", _HINT) from None
    if not isinstance(found, dict) or "jsonfeed.org" not in str(found.get("version")):
        raise ContentError("this is no JSON Feed", _HINT)
    base = _text(found, "home_page_url")
    base = base if base.startswith(("http://", "https://")) else url
    items = _listed(found.get("items"))
    spoken = _text(found, "language")
    return [_json_item(item, base, spoken) for item in list(items)[:MOST_ENTRIES]]


def _json_item(item: Mapping[str, Any], base: str, spoken: str) -> Raw:
    people = [*_listed(item.get("authors")), *_listed([item.get("author")])]
    tags = item.get("tags")
    return Raw(
        base=base,
        id=_text(item, "id"),
        url=_text(item, "url") or _text(item, "id"),
        title=_text(item, "title"),
        summary=_text(item, "summary"),
        body=_text(item, "content_html") or _text(item, "content_text"),
        date=_iso(_text(item, "date_published")),
        updated=_iso(_text(item, "date_modified")),
        categories=tuple(str(each) for each in tags) if isinstance(tags, list) else (),
        authors=tuple(_text(each, "name") for each in people),
        images=tuple(filter(None, (_text(item, "image"), _text(item, "banner_image")))),
        language=_text(item, "language") or spoken,
        external=_text(item, "external_url"),
    )


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return str(value) if isinstance(value, str | int) else ""


def _iso(written: str) -> float | None:
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(written)
        return moment.timestamp() if moment.tzinfo else None
    return None
