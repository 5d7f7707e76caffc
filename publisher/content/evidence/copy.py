"""A copy of a sitemap on the web, so that not every reading of the posts asks for it again."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from publisher.content.evidence import Fetch
from publisher.content.evidence.read import read_evidence
from publisher.errors import ContentError

_FRESH = timedelta(hours=1)


def kept_copy(url: str, folder: Path, fetch: Fetch, now: datetime) -> Path:
    """The file in `folder` with the addresses that a sitemap or feed names, one a line.

    It is fetched again once it is an hour old; where that fails, the old copy serves.

    Raises:
        ContentError: it cannot be had, and there is no copy.
    """
    name = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:16]
    copy = folder / f"sitemap-{name}.txt"
    age = _age(copy, now)
    if age is not None and age < _FRESH:
        return copy
    try:
        pages = read_evidence(url, fetch).pages
    except ContentError:
        if age is None:
            raise
        return copy
    text = "".join(f"{' '.join(page.url.split())}\n" for page in pages)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = copy.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8", errors="replace")
    fresh.replace(copy)
    return copy


def _age(copy: Path, now: datetime) -> timedelta | None:
    with suppress(OSError):
        return abs(now - datetime.fromtimestamp(copy.stat().st_mtime, now.tzinfo))
    return None
