"""Finding what tells the same story: by page, by title, by a long description."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from publisher.content.similar import TitleIndex, normalise

LONG_DESCRIPTION = 60
"""Characters from which two identical descriptions tell one story."""

BOILERPLATE = 4
"""Different titles under one description from which it says nothing of the story."""


class Story(Protocol):
    """What a post and an earlier edition's record of one have in common."""

    @property
    def url(self) -> str:
        """Its absolute address."""
        ...

    @property
    def title(self) -> str:
        """Its title, as text."""
        ...

    @property
    def description(self) -> str:
        """Its description, or an empty string."""
        ...


S = TypeVar("S", bound=Story)


def page(url: str) -> str:
    """`url` without what does not change the page: a fragment, a closing slash."""
    return url.partition("#")[0].rstrip("/")


def boilerplate(stories: Iterable[Story]) -> frozenset[str]:
    """The descriptions that stand under so many titles that they tell no story of their own."""
    stories = [story for story in stories if len(story.description) >= LONG_DESCRIPTION]
    counts = Counter(story.description for story in stories)
    titles: dict[str, set[str]] = {
        text: set() for text, count in counts.items() if count >= BOILERPLATE
    }
    for story in stories:
        if story.description in titles:
            titles[story.description].add(normalise(story.title).ordered)
    return frozenset(text for text, under in titles.items() if len(under) >= BOILERPLATE)


class Stories(Generic[S]):
    """Stories in order of preference; finds the first that tells the same as another.

    `plain` holds the descriptions to leave out of account (see `boilerplate`).
    """

    def __init__(self, stories: Sequence[S], plain: frozenset[str]) -> None:
        self._stories = stories
        self._plain = plain
        self._first: dict[str, int] = {}
        for position, story in enumerate(stories):
            for key in self._keys(story):
                self._first.setdefault(key, position)

    @cached_property
    def _titles(self) -> TitleIndex:
        return TitleIndex([normalise(story.title) for story in self._stories])

    def same_page(self, story: Story, before: int | None = None) -> S | None:
        """The first of the stories before position `before` (None: of all) with the same URL."""
        return self._at(self._first.get(_page_key(story)), before)

    def exactly(self, story: Story, before: int | None = None) -> S | None:
        """The first with the same URL, the same words as title, or the same long description."""
        if not self._first:
            return None
        found = (self._at(self._first.get(key), before) for key in self._keys(story))
        return next((same for same in found if same is not None), None)

    def nearly(self, story: Story, before: int | None = None) -> S | None:
        """One with a near-equal title; slower than `exactly`."""
        found = (self._at(position, before) for position in self.near_positions(story))
        return next((same for same in found if same is not None), None)

    def near_positions(self, story: Story) -> Iterator[int]:
        """Positions of all with a near-equal title."""
        return self._titles.same(normalise(story.title))

    def _at(self, position: int | None, before: int | None) -> S | None:
        if position is None or (before is not None and position >= before):
            return None
        return self._stories[position]

    def _keys(self, story: Story) -> Iterator[str]:
        yield _page_key(story)
        title = normalise(story.title)
        if title.words:
            yield f"title {title.key}"
        description = story.description
        if len(description) >= LONG_DESCRIPTION and description not in self._plain:
            yield f"text {description}"


def _page_key(story: Story) -> str:
    return f"page {page(story.url)}"
