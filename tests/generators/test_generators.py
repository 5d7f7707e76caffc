"""The small site of each generator's tests, as the generator itself reads it.

Its tests say what Publisher must make of the site; here the generator says the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from publisher.model.posts import Post
from publisher.testing import GeneratorSuite

Listing = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """One suite, and what has to be otherwise so that the generator itself takes its site.

    `without` are files that it refuses, `replaced` are words in files. `unlisted` are posts that
    Publisher reads and the generator does not make, `apart` those that it makes another way on
    purpose; each with its reason.
    """

    suite: str
    without: tuple[str, ...] = ()
    replaced: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unlisted: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)

    def made(self) -> GeneratorSuite:
        """The suite, as its own tests have it."""
        module, name = self.suite.split(":")
        suite: GeneratorSuite = getattr(import_module(f"tests.content.generators.{module}"), name)()
        return suite


CASES = [
    Case(
        "test_astro:TestAstro",
        without=(
            "src/pages/og/[...slug].png.ts",
            "src/pages/hashed/[slug].astro",
            "src/pages/[year]/[slug]/index.astro",
            "src/pages/blog/[...page].astro",
            "src/content/blog/deep/index.mdx",
            "src/content/blog/-index.md",
        ),
        replaced={
            "src/content.config.ts": (", data }", " }"),
            "src/content/blog/One Post.md": ("cover: ./a.png", ""),
            "notes/A.Note.md": ("date:", "unlisted: false\ndate:"),
            "src/pages/notes/[slug].astro": (
                "props: note } }) }\n---\n",
                "props: note } }) }\n---\n<h1>{Astro.props.data.title}</h1>\n",
            ),
        },
        apart={
            "authors/ann.md": "a collection without dates is no source",
            "notes/unlisted.md": "what says that it is unlisted is held back",
        },
    ),
    Case(
        "test_docusaurus:TestDocusaurus",
        replaced={"docusaurus.config.ts": (", './src/own-plugin'", "")},
    ),
    Case(
        "test_eleventy:TestEleventy",
        without=(
            "content/notes/2026-05-16-script.11ty.js",
            "content/notes/computed.md",
            "content/notes/data.md",
            "content/notes/data.yml",
            "content/posts/list.njk",
        ),
        apart={
            "content/index.njk": "a template without a date is no post",
            "content/posts/feed.njk": "a template without a date is no post",
            "content/notes/object.md": "a draft is held back, whatever the site does",
            "content/posts/draft.md": "a draft is held back, whatever the site does",
            "content/posts/hidden.md": "what is in no collection is in no list of posts",
        },
    ),
    Case(
        "test_lektor:TestLektor",
        apart={"content/odd/one/contents.lr": "its slug is made in code, as its problem says"},
    ),
    Case(
        "test_hexo:TestHexo",
        replaced={
            "_config.yml": ("url: https://gazette.example", "url: https://gazette.example/news")
        },
    ),
    Case(
        "test_hugo:TestHugo",
        without=(
            "content/talks/one.md",
            "content/posts/whole.md",
            "content/posts/unpublished.md",
        ),
        replaced={
            "hugo.toml": ('talks = "/:wrong/:title/"', ""),
            "content/posts/draft.md": ("published: true", ""),
            "content/posts/linked.md": ("_build", "build"),
        },
        unlisted={
            "content/about.md": "a pattern in ignoreFiles that may take for ever is passed over",
            "content/posts/unlisted.md": "`list: never` keeps it from lists, its page is there",
        },
        apart={
            "content/posts/bare.html": "a file without front matter is no post",
            "content/posts/linked.md": "it has an address but no page",
            "content/posts/unrendered.md": "it has no page",
        },
    ),
    Case("test_hugo:TestHugoInLanguages"),
    Case("test_jekyll:TestJekyll"),
    Case("test_mkdocs:TestMkdocs"),
    Case(
        "test_nikola:TestNikola",
        without=("posts/undated.rst", "posts/seven.ipynb", "posts/pages/about.wiki"),
        apart={
            "pages/imprint.rst": "pages lie in folders of their own",
            "posts/away.rst": "its slug leads out of the site",
        },
    ),
    Case(
        "test_pelican:TestPelican",
        replaced={"publishconf.py": ("import sys", "import os, sys")},
        unlisted={
            "content/book.ipynb": "a plugin reads notebooks",
            "content/fenced.md": "a plugin reads YAML",
            "content/text.adoc": "a plugin reads AsciiDoc",
        },
        apart={"content/saved.md": "its page is where it is saved, wherever links lead"},
    ),
]


@pytest.mark.generators
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.suite.partition(":")[2])
def test_the_generator_says_the_same(
    case: Case, generators: Mapping[str, Callable[[Path, str], Listing]], tmp_path: Path
) -> None:
    suite = case.made()
    _write(case, suite, tmp_path)
    listing = generators[suite.name](tmp_path, suite.detected(tmp_path).timezone or suite.zone)
    read = suite.read(tmp_path)
    wrong = [*_differences(case, listing, read), *_missing(case, listing, read)]
    assert not wrong, "\n".join(wrong)


def _write(case: Case, suite: GeneratorSuite, root: Path) -> None:
    for path, text in suite.files.items():
        if path in case.without:
            continue
        old, new = case.replaced.get(path, ("", ""))
        assert old in text, f"{old!r} is not in {path} any more"
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(old, new) if old else text, encoding="utf-8", newline="")


def _differences(case: Case, listing: Listing, read: Mapping[str, Post]) -> list[str]:
    wrong = []
    for path, made in listing.items():
        post = read.get(path)
        if path in case.apart:
            continue
        urls = [unquote(each) for each in made.get("urls") or [made["url"]]]
        if post is None:
            wrong.append(f"{path}: not read, but it is at {urls}")
            continue
        if unquote(post.url) not in urls:
            wrong.append(f"{path}: {post.url}, but it is at {urls}")
        date = made.get("date")
        if date and post.date and not _same(post.date, date):
            wrong.append(f"{path}: of {post.date}, but it is of {date}")
        if made.get("day") and post.date and post.date.date().isoformat() != made["day"]:
            wrong.append(f"{path}: of {post.date}, but it is of {made['day']}")
        if post.draft != bool(made.get("hidden")):
            wrong.append(f"{path}: hidden is {post.draft}")
    return wrong


def _same(date: datetime, written: str) -> bool:
    """To the second; file systems keep less of it than generators show."""
    made = datetime.fromisoformat(written)
    return int(date.timestamp()) == int(made.timestamp())


def _missing(case: Case, listing: Listing, read: Mapping[str, Post]) -> list[str]:
    """What Publisher would send, though the generator makes no page of it."""
    extra = (
        each for each in read.values() if each.url and not (each.draft or each.path in listing)
    )
    return [
        f"{each.path}: no page is made of it" for each in extra if each.path not in case.unlisted
    ]
