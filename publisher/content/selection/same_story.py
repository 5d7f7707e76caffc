"""Whether two posts with different addresses tell one story.

A copy, a renamed file and a changed title are one story; a column that bears the same title every
week, and perhaps the same description, is a new one each time. So a title alone decides nothing:
the description, the text, the date and whether a file took another's place do.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from publisher.content.selection.texts import Texts
from publisher.content.selection.titles import normalise, same_title
from publisher.model.posts import Included, Post

COLUMN = timedelta(hours=20)
"""From this far apart, two texts under one title or description are two parts of a column."""


Story = Post | Included
"""A post, or an earlier edition's record of one."""


def same_story(one: Story, other: Story, texts: Texts) -> bool:
    """Whether a post and another post, or one that was included before, are one story."""
    return _Pair(one, other, texts).is_one_story()


class _Pair:
    def __init__(self, one: Story, other: Story, texts: Texts) -> None:
        self._one = one
        self._other = other
        self._texts = texts
        self._title = _alike(one, other, lambda story: story.title)
        self._description = _alike(one, other, lambda story: story.description)

    def is_one_story(self) -> bool:
        if self._one.path == self._other.path and self._is_of_one_date():
            return True
        if not (self._title or self._description):
            return False
        same_text = self._same_text()
        if same_text is not None and (same_text or self._took_place()):
            return same_text or self._is_of_one_date()
        if self._title and self._description:
            return not (self._is_column() and same_text is False)
        if self._description:
            return not self._are_apart() or self._took_place()
        return self._is_of_one_date() and same_text is None

    def _same_text(self) -> bool | None:
        """None: the text of one of them is not known."""
        one, other = self._key(self._one), self._key(self._other)
        return one == other if one and other else None

    def _key(self, story: Story) -> str:
        known = story.text_key if isinstance(story, Included) else ""
        return known or self._texts.key(story.path)

    def _took_place(self) -> bool:
        return self._one.path == self._other.path or not self._texts.is_there(self._other.path)

    def _is_of_one_date(self) -> bool:
        one = _date(self._one)
        return one is not None and one == _date(self._other)

    def _are_apart(self) -> bool:
        one, other = _date(self._one), _date(self._other)
        if one is None or other is None:
            return False
        return abs(one.astimezone(UTC) - other.astimezone(UTC)) >= COLUMN

    def _is_column(self) -> bool:
        title = normalise(self._one.title).key == normalise(self._other.title).key
        return title and self._are_apart()


def _date(story: Story) -> datetime | None:
    return story.dated if isinstance(story, Included) else story.date


def _alike(one: Story, other: Story, part: Callable[[Story], str]) -> bool:
    """Whether a part of both is there and nearly the same."""
    here, there = part(one), part(other)
    return bool(here and there) and (here == there or same_title(normalise(here), normalise(there)))
