"""Which posts a newsletter or announcement is about: their sources, tags, languages, folders."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from re import Pattern
from re import compile as compiled
from typing import NamedTuple

from publisher.model.posts import Post

OUTSIDE = frozenset({"other-source", "outside"})
"""Rules by which a post is none of a newsletter's: it is new once it, or the choice, changes."""

Texts = tuple[str, ...]


class Marks(NamedTuple):
    """What posts are chosen by; of each that is given, a post must have one of the values."""

    tags: Texts = ()
    categories: Texts = ()
    authors: Texts = ()
    languages: Texts = ()
    paths: Texts = ()


NONE = Marks()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The posts of `sources` (none: all) that have each mark of `only` and none of `without`.

    `topics` are categories or sources, of which a post must have one (none: any).
    """

    sources: Texts = ()
    only: Marks = NONE
    without: Marks = NONE
    topics: Texts = ()

    def refuse(self, post: Post) -> tuple[str, str] | None:
        """The rule by which a post is none of them, and a sentence; None: it is one."""
        if self.sources and post.source not in self.sources:
            named = ", ".join(self.sources)
            return "other-source", f"it comes from {post.source}, not from {named}"
        for mark, values in self.only._asdict().items():
            if values and not _HAS[mark](post, values):
                return "outside", f"it is not among those chosen: {_shown(mark, values)}"
        for mark, values in self.without._asdict().items():
            if values and _HAS[mark](post, values):
                return "outside", f"it is among those left out: {_shown(mark, values)}"
        if self.topics and not _share((*post.categories, post.source), self.topics):
            return "outside", f"it has none of the topics {', '.join(self.topics)}"
        return None


ALL = Wanted()


def _shown(mark: str, values: Texts) -> str:
    return f"{mark}: [{', '.join(values)}]"


def strange(marks: Marks, posts: Iterable[Post]) -> Iterator[tuple[str, str, set[str]]]:
    """Each value that no post has, with its mark before it and all that posts have after it."""
    posts = list(posts)
    for mark, values in marks._asdict().items():
        for value in values:
            if not any(_HAS[mark](post, (value,)) for post in posts):
                yield mark, value, {each for post in posts for each in _of(post, mark)}


def _of(post: Post, mark: str) -> Texts:
    if mark == "languages":
        return (post.language,)
    return () if mark == "paths" else tuple(getattr(post, mark))


def _share(mine: Texts, wanted: Texts) -> bool:
    """Whether they have a word in common, whatever its case."""
    return not _folded(mine).isdisjoint(_folded(wanted))


@cache
def _folded(words: Texts) -> frozenset[str]:
    return frozenset(map(str.casefold, words))


def _speaks(post: Post, wanted: Texts) -> bool:
    """`fr` is every kind of French, `fr-CA` is one."""
    mine = f"{_tag(post.language)}-"
    return any(mine.startswith(f"{_tag(each)}-") for each in wanted)


def _tag(language: str) -> str:
    return language.replace("_", "-").casefold()


def _lies_in(post: Post, wanted: Texts) -> bool:
    return any(_pattern(each).match(post.path) for each in wanted)


@cache
def _pattern(glob: str) -> Pattern[str]:
    """A folder stands for what is in it; `*` for any text, and `**/` for folders or none."""
    glob = glob.removeprefix("./").rstrip("/")
    whole = "(?:.*/)?".join(translate(part)[4:-3] for part in glob.split("**/"))
    return compiled(f"(?s:{whole})(?:/.*)?\\Z")


_HAS: Mapping[str, Callable[[Post, Texts], bool]] = {
    "tags": lambda post, wanted: _share(post.tags, wanted),
    "categories": lambda post, wanted: _share(post.categories, wanted),
    "authors": lambda post, wanted: _share(post.authors, wanted),
    "languages": _speaks,
    "paths": _lies_in,
}
