"""Judging rules: how many posts each of them puts where the site has a page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from publisher.content.addresses import ENDINGS, GENERATOR, OWN
from publisher.content.learning.pages import Pages, is_likely, shape, shapes_of_posts
from publisher.content.learning.posts import Known
from publisher.content.pattern import Pattern

_ENOUGH = 0.99

Claims = Mapping[str, int]
"""The post (by its `id`) that surely has the page with a path."""


class Score(NamedTuple):
    """Posts that a rule puts onto a page, and how many have another page than it says.

    `made` has what the rule says of each post, '' for those that it is not for; `strange` counts
    addresses with characters that no page of the site has.
    """

    hits: Mapping[int, str]
    misses: int
    made: Sequence[str]
    strange: int = 0

    @property
    def is_right(self) -> bool:
        """Whether the rule explains 99 % of what it is for."""
        right = len(self.hits)
        return right > 0 and right >= _ENOUGH * (right + self.misses)

    @property
    def worth(self) -> int:
        """What sorts rules, the best one last."""
        return len(self.hits) - self.misses


class Judge:
    """Knows the pages, and which of them look like each post of a source."""

    def __init__(self, pages: Pages, posts: Sequence[Known]) -> None:
        self.pages = pages
        self.posts = posts
        fields = pages.telling([post.facts for post in posts])
        self.alike = [pages.alike(post.facts, fields) for post in posts]
        self.claims: Claims = {}
        self._made: dict[str, dict[int, str]] = defaultdict(dict)
        self._shapes = shapes_of_posts(pages, (path for each in self.alike for path in each))
        self._alphabet = frozenset(mark for path in pages.by_path for mark in path) | {"/"}

    def matched(self, numbers: Sequence[int]) -> list[int]:
        """The posts that some page looks like."""
        known = self.pages.by_path
        return [
            number
            for number in numbers
            if self.alike[number] or self.posts[number].generated in known
        ]

    def score(self, rule: str, numbers: Sequence[int]) -> Score:
        """How well a rule explains the posts with these numbers."""
        made = self.made(rule, numbers)
        hits = self._hits(made, numbers)
        taken = set(hits.values())
        misses = sum(
            path != "" and number not in hits and self._is_missed(number, path, taken)
            for number, path in zip(numbers, made, strict=True)
        )
        strange = sum(not self._alphabet.issuperset(path) for path in made)
        return Score(hits, misses, made, strange)

    def made(self, rule: str, numbers: Sequence[int]) -> list[str]:
        """What a rule says of these posts, '' where it says nothing."""
        known = self._made[rule]
        new = [number for number in numbers if number not in known]
        known.update(zip(new, paths(rule, [self.posts[each] for each in new]), strict=True))
        return [known[number] for number in numbers]

    def _hits(self, made: Sequence[str], numbers: Sequence[int]) -> dict[int, str]:
        """The posts that are put onto a page: each page is one post's, a claimed one its own."""
        taken: set[str] = set()
        hits = {}
        for number, path in zip(numbers, made, strict=True):
            if path in self.pages.by_path and path not in taken and self._may_have(number, path):
                taken.add(path)
                hits[number] = path
        return hits

    def _may_have(self, number: int, path: str) -> bool:
        owner = self.claims.get(path)
        return owner is None or owner == id(self.posts[number])

    def _is_missed(self, number: int, path: str, taken: set[str]) -> bool:
        """Whether there is a page for a post that is as likely as the one that a rule says."""
        likely = [each for each in self._likely(number) if each not in taken]
        if not likely:
            return False
        facts, fit = self.posts[number].facts, self.pages.fit
        said = fit(path, facts)[0]
        return any(fit(each, facts)[0] <= said for each in likely)

    def _likely(self, number: int) -> list[str]:
        """The pages that may be a post's, and are surely no other's."""
        return [
            each
            for each in self.alike[number]
            if shape(each) in self._shapes and self._may_have(number, each)
        ]

    def unexplained(self, numbers: Sequence[int], claimed: Claims) -> int:
        """How many posts have none of the claimed pages, but may have another."""
        owners = set(claimed.values())
        left = [number for number in numbers if id(self.posts[number]) not in owners]
        return sum(not claimed.keys() >= set(self._likely(number)) for number in left)

    def missed(self, score: Score, numbers: Sequence[int]) -> dict[int, str]:
        """The posts that have another page than a rule says, each with that page."""
        taken = set(score.hits.values())
        found = {}
        for number in numbers:
            if number not in score.hits:
                facts = self.posts[number].facts
                likely = [each for each in self._likely(number) if each not in taken]
                likely = [each for each in likely if is_likely(each, facts)]
                if len(likely) == 1:
                    found[number] = likely[0]
        return found


def paths(rule: str, posts: Iterable[Known]) -> Iterable[str]:
    """What a rule says of each post, '' where it says nothing."""
    name, _, ending = rule.partition("~")
    if rule == OWN:
        return (post.own for post in posts)
    if name == GENERATOR:
        ended = ENDINGS.get(ending, str)
        return (post.generated and ended(post.generated) for post in posts)
    pattern = Pattern(rule)
    return (pattern.path(post.facts)[0] for post in posts)
