"""Finding what tells the same story: by page, by file, by title, by a long description."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from publisher.content.selection.same_story import Story, same_story
from publisher.content.selection.texts import Texts
from publisher.content.selection.titles import TitleIndex, normalise

LONG_DESCRIPTION = 60
"""Characters from which two identical descriptions tell one story."""

BOILERPLATE = 4
"""Different titles under one description from which it says nothing of the story."""


S = TypeVar("S", bound=Story)


def page(url: str) -> str:
    """`url` without what does not change the page: a fragment, a closing slash."""
    return url.partition("#")[0].rstrip("/")


def boilerplate_of(stories: Iterable[Story]) -> frozenset[str]:
    """The descriptions that stand under so many titles that they tell no story of their own."""
    stories = [story for story in stories if len(story.description) >= LONG_DESCRIPTION]
    counts = Counter(story.description for story in stories)
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for story in stories:
        if counts[story.description] >= BOILERPLATE:
            titles[story.description].add(normalise(story.title).ordered)
    return frozenset(text for text, under in titles.items() if len(under) >= BOILERPLATE)


class Stories(Generic[S]):
    """Stories in order of preference; finds the first that tells the same as another.

    `boilerplate` holds the descriptions that say nothing (see `boilerplate_of`).
    """

    def __init__(self, stories: Sequence[S], boilerplate: frozenset[str], texts: Texts) -> None:
        self._stories = stories
        self._boilerplate = boilerplate
        self._texts = texts
        self._positions: dict[str, list[int]] = {}
        for position, story in enumerate(stories):
            for key in self._keys(story):
                self._positions.setdefault(key, []).append(position)

    @cached_property
    def _titles(self) -> TitleIndex:
        return TitleIndex([normalise(story.title) for story in self._stories])

    def same_page(self, story: Story, before: int | None = None) -> S | None:
        """The first of the stories before position `before` (None: of all) with the same URL."""
        position = self._positions.get(_page_key(story), [len(self._stories)])[0]
        end = len(self._stories) if before is None else before
        return self._stories[position] if position < end else None

    def exactly(self, story: Story, before: int | None = None) -> S | None:
        """The first with the same URL, or that is the same story and as such easily found."""
        if not self._positions:
            return None
        alike = (at for key in self._keys(story) for at in self._positions.get(key, ()))
        return self.same_page(story, before) or self._first(story, alike, before)

    def nearly(self, story: Story, before: int | None = None) -> S | None:
        """One that is the same story under a near-equal title; slower than `exactly`."""
        return self._first(story, self._titles.same(normalise(story.title)), before)

    def near_positions(self, story: Story) -> Iterator[int]:
        """Positions of all that are the same story under a near-equal title."""
        for position in self._titles.same(normalise(story.title)):
            if same_story(self._stories[position], story, self._texts):
                yield position

    def _first(self, story: Story, positions: Iterable[int], before: int | None) -> S | None:
        for position in positions:
            other = self._stories[position]
            if (before is None or position < before) and same_story(story, other, self._texts):
                return other
        return None

    def _keys(self, story: Story) -> Iterator[str]:
        """What is equal in the same story: page, path, the title's words, a long description."""
        yield _page_key(story)
        yield f"path {story.path}"
        title = normalise(story.title)
        if title.words:
            yield f"title {title.key}"
        description = story.description
        if len(description) >= LONG_DESCRIPTION and description not in self._boilerplate:
            yield f"text {description}"


def _page_key(story: Story) -> str:
    return f"page {page(story.url)}"
