"""Giving the places of one edition to candidates: leads, latest, sections."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from publisher.content.selection.digest import Rules
from publisher.content.selection.eligibility import newest
from publisher.content.selection.repeats import Repeats
from publisher.model.posts import Pick, Post

LEAD = "lead"
LATEST = "latest"

NO_WEIGHT = 2**63
"""Ranks after every weight an author gives."""


class Placement:
    """The places of one edition and who has them.

    `pools` are lists of candidates, newest first: a pool gets only what the one before it left.
    With `featured_only` the featured compete for the lead, else all do.
    """

    def __init__(
        self,
        rules: Rules,
        pools: Sequence[Sequence[Post]],
        repeats: Repeats,
        *,
        featured_only: bool,
    ) -> None:
        self._rules = rules
        self._pools = pools
        self._repeats = repeats
        self._featured_only = featured_only
        ignored = frozenset(map(str.casefold, rules.ignored))
        self._category = {post.path: _category(post, ignored) for pool in pools for post in pool}
        self._shares: Counter[str] = Counter()
        self.picks: dict[str, Pick] = {}
        self._give_leads()
        self._give_sections()
        self._give_latest()

    def category(self, post: Post) -> str:
        """The first category of `post` that is not ignored, in small letters; "" for none."""
        return self._category[post.path]

    def share(self, post: Post) -> int:
        """How many places the category of `post` has."""
        return self._shares[self._category[post.path]]

    def in_order(self) -> tuple[Pick, ...]:
        """Leads by rank, latest newest first, sections in their order."""
        picks = list(self.picks.values())
        leads = [pick for pick in picks if pick.role == LEAD]
        latest = [pick for pick in picks if pick.role == LATEST]
        latest.sort(key=lambda pick: newest(pick.post), reverse=True)
        return (*leads, *latest, *[pick for pick in picks if pick.role not in {LEAD, LATEST}])

    def _give_leads(self) -> None:
        places = self._rules.featured
        for pool in self._pools:
            contenders = [post for post in pool if post.featured or not self._featured_only]
            for _, equals in groupby(sorted(contenders, key=_weight), key=_weight):
                self._take_turns(list(equals), places - len(self.picks), places, LEAD)

    def _give_latest(self) -> None:
        left, turns = self._rules.latest, self._rules.per_category
        for pool in self._pools:
            if turns is not None:
                left -= self._take_turns(pool, left, turns, LATEST)
            left -= self._take(pool, left, LATEST)

    def _give_sections(self) -> None:
        for section in self._rules.sections:
            left, wanted = self._rules.per_section, section.casefold()
            for pool in self._pools:
                members = [post for post in pool if wanted in map(str.casefold, post.categories)]
                left -= self._take(members, left, section)

    def _take_turns(self, posts: Sequence[Post], places: int, turns: int, role: str) -> int:
        """Let each category give one post a turn; how many places were taken.

        A category has had its turn when it has that many places, whatever their role.
        """
        taken = 0
        for turn in range(1, min(turns, places + len(self.picks)) + 1):
            waiting = (post for post in posts if self.share(post) < turn)
            taken += self._take(waiting, places - taken, role)
        return taken

    def _take(self, posts: Iterable[Post], places: int, role: str) -> int:
        """Give up to `places` places to the first of `posts` that are free and no repeats."""
        taken = 0
        for post in posts if places > 0 else ():
            if post.path not in self.picks and self._repeats.of(post) is None:
                self.picks[post.path] = Pick(post, role)
                self._shares[self._category[post.path]] += 1
                taken += 1
                if taken == places:
                    break
        return taken


def _category(post: Post, ignored: frozenset[str]) -> str:
    names = map(str.casefold, post.categories)
    return next((name for name in names if name not in ignored), "")


def _weight(post: Post) -> int:
    return post.weight if post.featured and post.weight is not None else NO_WEIGHT
