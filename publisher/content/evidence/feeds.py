"""Feeds as evidence: the addresses, titles and dates of entries."""

import calendar
import json
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from publisher.content.evidence import Page
from publisher.content.evidence.sitemaps import moment

MOST_BYTES = 16 * 1024 * 1024
_DECLARED = 65_536


def read_feed(content: bytes, most: int) -> list[Page]:
    """The entries of an RSS or Atom feed; none of one that is too large or declares entities."""
    import feedparser

    if len(content) > MOST_BYTES or b"<!ENTITY" in content[:_DECLARED]:
        return []
    try:
        parsed = feedparser.parse(BytesIO(content), sanitize_html=False, resolve_relative_uris=True)
    except Exception:  # noqa: BLE001  whatever a feed makes the parser raise
        return []
    return [page for entry in parsed.entries[:most] if (page := _page(entry)).url]


def _page(entry: Any) -> Page:
    date = None
    if stamp := entry.get("published_parsed"):
        with suppress(ValueError, OverflowError, TypeError):
            date = datetime.fromtimestamp(calendar.timegm(stamp), UTC)
    return Page(str(entry.get("link") or ""), str(entry.get("title") or ""), date)


def read_json_feed(content: bytes, most: int) -> list[Page]:
    """The items of a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError):
        return []
    items = feed.get("items") if isinstance(feed, dict) else None
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    pages = (
        Page(
            str(item.get("url") or ""),
            str(item.get("title") or ""),
            moment(str(item.get("date_published") or "")),
        )
        for item in found[:most]
    )
    return [page for page in pages if page.url]
