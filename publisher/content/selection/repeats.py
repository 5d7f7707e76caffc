"""Which candidates repeat a story: of a newer candidate, or of an earlier edition."""

from collections.abc import Iterable, Sequence

from publisher.content.selection.digest import Decision, out
from publisher.content.selection.eligibility import Eligibility, dated
from publisher.content.selection.stories import Stories
from publisher.content.selection.texts import Texts
from publisher.model.posts import Post


class Repeats:
    """Decides about candidates, given in order of preference: of one story the first stays.

    Titles are compared only when asked for, because near-equal ones are slow to find.
    """

    def __init__(
        self,
        candidates: Sequence[Post],
        gate: Eligibility,
        boilerplate: frozenset[str],
        texts: Texts,
    ) -> None:
        self._candidates = candidates
        self._gate = gate
        self._stories: Stories[Post] = Stories(candidates, boilerplate, texts)
        self._position = {post.path: position for position, post in enumerate(candidates)}
        self._known: dict[str, Decision | None] = {}

    def of(self, post: Post) -> Decision | None:
        """Why `post` repeats a story; None: it tells something of its own."""
        if post.path not in self._known:
            self._known[post.path] = self.exactly(post) or self._nearly(post)
        return self._known[post.path]

    def exactly(self, post: Post) -> Decision | None:
        """The same as `of`, quickly, but blind to near-equal titles that nobody asked about."""
        if post.path in self._known:
            return self._known[post.path]
        before = self._position[post.path]
        if winner := self._stories.same_page(post, before):
            return out("same-url", f"the same address as {winner.path}, {_beats(winner, post)}")
        winner = self._stories.exactly(post, before)
        return None if winner is None else _same_story(winner, post)

    def after(self, picks: Iterable[Post]) -> dict[str, Decision]:
        """The candidates, by path, that stand after one of `picks` and have a near-equal title."""
        found: dict[str, Decision] = {}
        for pick in picks:
            for position in self._stories.near_positions(pick):
                post = self._candidates[position]
                if position > self._position[pick.path]:
                    found.setdefault(post.path, _same_story(pick, post))
        return found

    def _nearly(self, post: Post) -> Decision | None:
        if included := self._gate.included_nearly(post):
            return included
        winner = self._stories.nearly(post, self._position[post.path])
        return None if winner is None else _same_story(winner, post)


def _same_story(winner: Post, post: Post) -> Decision:
    return out("same-story", f"the same story as {winner.path}, {_beats(winner, post)}")


def _beats(winner: Post, post: Post) -> str:
    if dated(winner) > dated(post):
        return "which is newer"
    if dated(winner) < dated(post):
        return "which no edition has skipped yet"
    return "which has the same date and comes later by name"
