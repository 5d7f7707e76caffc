"""The conformance suite of generators: inherit it and fill in a small site.

class TestExample(GeneratorSuite):
    name = "example"
    files = {"example.toml": "url = 'https://example.org'", "posts/one.md": "…"}
    posts = {"posts/one.md": Expected("https://example.org/one/", "2026-05-11T00:00:00+00:00")}
"""

# ruff: noqa: S101 - a test suite asserts

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, NamedTuple
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from publisher.content.builder import Builder
from publisher.content.generators import detect, generator
from publisher.content.generators.base import Found, Sure
from publisher.content.reader import read_site
from publisher.content.source import Source
from publisher.model.posts import IndexEntry, Post, Status

NOW = datetime(2100, 1, 1, tzinfo=UTC)
ZONE = "Europe/Paris"
NO_PAGE = ""


class Expected(NamedTuple):
    """What a post of the small site must be.

    `url` is compared after percent-decoding (`NO_PAGE`: the site makes no page of it), `date` as
    ISO text ('' for a post that has none), and what is left at None is not compared.
    """

    url: str
    date: str | None = None
    title: str | None = None
    hidden: bool = False
    page: bool = False
    image: str | None = None
    language: str | None = None
    date_only: bool | None = None


class GeneratorSuite:
    """What holds for every generator, on one small site that shows what it does."""

    name: ClassVar[str]
    files: ClassVar[Mapping[str, str]]
    """The site's files, by their paths; every rule of the generator should show in one of them."""

    posts: ClassVar[Mapping[str, Expected]]
    """Every post of it, by its path; a file that is not named here must not be one."""

    unread: ClassVar[frozenset[str]] = frozenset()
    """Files that may be posts but cannot be read: they must be named with a problem."""

    found: ClassVar[Mapping[str, object]] = {}
    """What `detect` must find: `base_url`, `title`, `language`, `timezone`, `accounts` …"""

    sure: ClassVar[Sure] = Sure.LIKELY
    """How sure `detect` must be at least."""

    zone = ZONE
    """The zone of the site where its own settings name none."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Path:
        """The small site on disk."""
        root = tmp_path / "site"
        for path, text in self.files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        return root

    def sources(self, site: Path) -> list[Source]:
        """The sources that `publish init` would write for the site."""
        found = self.detected(site)
        return [
            Source(
                folder=each.folder,
                base=site,
                url=found.base_url or "https://gazette.example",
                zone=ZoneInfo(found.timezone or self.zone),
                generator=found.generator,
                path=each.path,
                language=each.language or found.language,
                name=each.name,
            )
            for each in found.sources
        ]

    def detected(self, site: Path) -> Found:
        """What all generators together make of the site."""
        found = detect(site)
        if found is None:
            generator(self.name).detect(site)  # what it raises is the reason
        assert found is not None, f"no generator knows {sorted(self.files)}"
        return found

    def read(self, site: Path) -> dict[str, Post]:
        """The posts of the site by their paths."""
        return {each.path: each for each in read_site(self.sources(site), None, lambda: NOW).posts}

    def raise_for(self, site: Path, paths: AbstractSet[str]) -> None:
        """Read these files again without the net that keeps one file's exception from others."""
        for source in self.sources(site):
            made = generator(source.generator)(source)
            builder = Builder(made)
            for file in made.sources().files:
                if file.name in paths:
                    problem = builder.build(file, builder.read(file)).problem
                    pytest.fail(f"{file.name}: {problem}")

    def test_the_site_is_recognised(self, site: Path) -> None:
        """By this generator and no other, and what it can read of it is right."""
        found = self.detected(site)
        assert found.generator == self.name
        assert found.sure >= self.sure
        assert {name: getattr(found, name) for name in self.found} == dict(self.found)

    def test_an_empty_folder_is_not_its_site(self, tmp_path: Path) -> None:
        """Nor one that is not there."""
        assert generator(self.name).detect(tmp_path) is None
        assert generator(self.name).detect(tmp_path / "missing") is None

    def test_every_file_is_accounted_for(self, site: Path) -> None:
        """Posts are posts, what cannot be read is named, and the rest is no post."""
        read = self.read(site)
        unreadable = {path for path, post in read.items() if post.status is Status.UNREADABLE}
        self.raise_for(site, unreadable - self.unread)
        assert unreadable == self.unread
        assert all(read[path].problem for path in unreadable)
        assert set(read) - unreadable == set(self.posts)

    def test_addresses(self, site: Path) -> None:
        """Each post has the address of its page."""
        read = self.read(site)
        found = {path: unquote(read[path].url) for path in self.posts}
        assert found == {path: unquote(post.url) for path, post in self.posts.items()}

    def test_dates(self, site: Path) -> None:
        """Each post has the moment that the generator gives it."""
        read = self.read(site)
        for path, expected in self.posts.items():
            if expected.date is None:
                continue
            date = read[path].date
            assert (date.isoformat() if date else "") == expected.date, path
            if expected.date_only is not None:
                assert read[path].date_only is expected.date_only, path

    def test_what_the_site_hides(self, site: Path) -> None:
        """Drafts are drafts, pages are pages, and nothing else is."""
        read = self.read(site)
        found = {path: (read[path].draft, read[path].page) for path in self.posts}
        assert found == {path: (post.hidden, post.page) for path, post in self.posts.items()}

    def test_titles_pictures_and_languages(self, site: Path) -> None:
        """As far as the small site names them."""
        read = self.read(site)
        for path, expected in self.posts.items():
            for name in ("title", "image", "language"):
                wanted = getattr(expected, name)
                assert wanted is None or getattr(read[path], name) == wanted, (path, name)

    def test_an_unchanged_site_is_not_read_again(self, site: Path) -> None:
        """And comes out of the index as it went in."""
        index, sources = _Index(), self.sources(site)
        first = read_site(sources, index, lambda: NOW)
        again = read_site(sources, index, lambda: NOW)
        assert again.changed == 0
        assert again.posts == first.posts

    def test_changed_settings_are_read_again(self, site: Path) -> None:
        """Every file of settings that is there counts."""
        settings = generator(self.name).settings
        for name in [each for each in settings if (site / each).is_file()]:
            index = _Index()
            read_site(self.sources(site), index, lambda: NOW)
            file = site / name
            file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8", newline="")
            again = read_site(self.sources(site), index, lambda: NOW)
            assert again.changed >= len(self.posts), name

    def test_no_head_leads_out_of_the_site(self, site: Path) -> None:
        """Whatever a head says, an address is a valid one, and one line."""
        for path in self.posts:
            file = site / path
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace("title", "slug: '../../\\x00<a b>'\ntitle", 1))
        for post in self.read(site).values():
            assert not post.url or urlsplit(post.url).scheme in {"http", "https"}, post.path
            assert post.url.isprintable(), post.path
            assert not set("<> \"'\\") & set(post.url), post.path


class _Index:
    """An index that forgets when the test ends."""

    def __init__(self) -> None:
        self._entries: dict[str, IndexEntry] = {}
        self._fingerprint = ""
        self._texts: dict[str, str] = {}

    def load(self, fingerprint: str) -> tuple[dict[str, IndexEntry], bool]:
        """Every entry, and whether it was saved under `fingerprint`."""
        return dict(self._entries), self._fingerprint == fingerprint

    def ever_indexed(self) -> bool:
        """Whether anything was saved."""
        return self._fingerprint != ""

    def remembered(self, prefix: str) -> dict[str, str]:
        """Texts of feeds."""
        return {name: text for name, text in self._texts.items() if name.startswith(prefix)}

    def remember(self, texts: Mapping[str, str]) -> None:
        """Keep texts of feeds."""
        self._texts |= texts

    def expect_save(self) -> None:
        """Nothing to prepare."""

    def save(self, fingerprint: str, changed: Sequence[IndexEntry], removed: Sequence[str]) -> None:
        """Keep and forget."""
        self._fingerprint = fingerprint
        for path in removed:
            del self._entries[path]
        self._entries |= {entry.path: entry for entry in changed}
