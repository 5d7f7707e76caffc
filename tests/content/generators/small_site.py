"""A small site written down, found, and read as `publish init` would have it read."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.content.generators import detect
from publisher.content.generators.base import Found
from publisher.content.reader import read_site
from publisher.content.source import Source
from publisher.model.posts import Post


def site_of(root: Path, files: dict[str, str], zone: str) -> tuple[Found, dict[str, Post]]:
    """What is found of a site with these files, and its posts; `zone` is the site's."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    found = detect(root)
    assert found is not None
    sources = [
        Source(
            folder=each.folder,
            base=root,
            url=found.base_url or "https://gazette.example",
            zone=ZoneInfo(zone),
            generator=found.generator,
            name=each.name,
        )
        for each in found.sources
    ]
    read = read_site(sources, None, lambda: datetime(2100, 1, 1, tzinfo=UTC))
    return found, {each.path: each for each in read.posts}
