"""Source: which folder of posts to read, and how its site makes URLs and dates."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from publisher.model.feeds import FetchFeed


class Rule(NamedTuple):
    """What makes the addresses of the posts below a folder of the source ('' is all of it)."""

    folder: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """How to read one folder of posts.

    `name` is what newsletters call it, `site` the folder in which the site's
    settings stand (None: `base`).
    `folder` is the absolute folder of posts; `base` is config.yaml's folder, to which `Post.path`
    is relative where the file lies below it. `url` is the site's address, `zone` the zone of dates
    that name none. `path` is the generator's own URL pattern ('' means its default),
    `strip_file_date` drops a leading `YYYY-MM-DD-` from file names before URLs are made of them,
    and `date_format` is a `strptime` format that is tried before the known formats. `urls` are
    rules (a folder below this one, and what makes the addresses in it), the first to try first;
    without any, the generator makes them; `sitemap` is the file that the rule `sitemap` looks up.
    `fields` are the keys of front matter that come before
    the generator's own, `excerpt` what stands in for a description (see
    publisher.content.excerpt), with `shares_links` a link post shares the other site's address.
    With `from_git`, the repository says when posts came and changed.
    `feed` is the address of a feed in place of the folder, `fetch` asks for it.
    """

    folder: Path
    base: Path
    url: str
    zone: ZoneInfo
    generator: str = "jigsaw"
    path: str = ""
    strip_file_date: bool = False
    language: str = ""
    date_format: str = ""
    name: str = "posts"
    site: Path | None = None
    urls: tuple[Rule, ...] = ()
    sitemap: Path | None = None
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    excerpt: str = "paragraph"
    shares_links: bool = False
    from_git: bool = False
    feed: str = ""
    fetch: FetchFeed | None = field(default=None, repr=False, compare=False)

    @property
    def root(self) -> Path:
        """The site's own folder."""
        return self.site or self.base
