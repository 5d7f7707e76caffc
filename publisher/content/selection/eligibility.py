"""Which posts may be chosen at one moment, and the rule that keeps each other post out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from publisher.content.post_options import kept_out
from publisher.content.selection.digest import Decision, Memory, Rules, out
from publisher.content.selection.stories import Stories, page
from publisher.model.posts import Included, Post, Status

DAY = timedelta(days=1)

_UNREAD = {
    Status.UNREADABLE: "its front matter cannot be read",
    Status.NO_FRONT_MATTER: "it has no front matter",
    Status.UNDATED: "it has no date of its own that can be read",
}


def dated(post: Post) -> datetime:
    """The date of a post that is known to have one, in UTC.

    Python compares two times of one zone by their wall clocks, and errs when clocks go back.
    """
    if post.date is None:
        raise ValueError(f"{post.path} has no date")
    return post.date.astimezone(UTC)


def newest(post: Post) -> tuple[datetime, str]:
    """The key that sorts dated posts, newest last; the path decides, because seconds collide."""
    return (dated(post), post.path)


def in_reach(post: Post, oldest: datetime) -> bool:
    """Whether `post` has a date, and one that may be no older than `oldest` (UTC)."""
    if post.date is None:
        return False
    last = post.date + DAY if post.date_only else post.date  # with no time, the end of its day
    return last.astimezone(UTC) >= oldest


def reach_of(
    posts: Sequence[Post], rules: Rules, memory: Memory, planned_at: datetime
) -> list[Post]:
    """The posts that an edition could include as far as their dates go."""
    oldest, held = oldest_of(rules, memory, planned_at), memory.held_back
    return [post for post in posts if in_reach(post, oldest) or (post.date and post.path in held)]


def is_backfill(post: Post, previous_at: datetime | None, oldest: datetime) -> bool:
    """Whether `post` came since the last edition, with a date that was too old for it."""
    if previous_at is None or post.sendable_from is None or post.date is None:
        return False
    return post.sendable_from > previous_at and not in_reach(post, oldest)


def oldest_of(rules: Rules, memory: Memory, planned_at: datetime) -> datetime:
    """The oldest date that an edition takes, in UTC: nothing since the previous one is too old."""
    oldest = planned_at.astimezone(UTC) - rules.max_age
    begun = memory.begun or memory.previous_at
    return min(oldest, begun.astimezone(UTC)) if begun else oldest


def concerned(
    posts: Sequence[Post], rules: Rules, memory: Memory, planned_at: datetime
) -> list[Post]:
    """The posts of which an edition must know whether they were included, however long ago.

    Those in reach that may be new, backfills, and the newest, which says why there is no edition.
    """
    oldest = oldest_of(rules, memory, planned_at)
    reach = reach_of(posts, rules, memory, planned_at)
    found = [post for post in reach if rules.fill or is_new(post, rules, memory)]
    found += [post for post in posts if is_backfill(post, memory.previous_at, oldest)]
    latest = max((post for post in posts if post.date), key=newest, default=None)
    return [*found, latest] if latest else found


def is_new(post: Post, rules: Rules, memory: Memory) -> bool:
    """Whether no edition has passed `post` over, and the previous one could not have it yet.

    A post is ready from `min_age` after it became sendable. Editions take what is ready since the
    last one was planned, so that a post too young for one is new to the next.
    """
    if post.path in memory.passed_over:
        return False
    if post.path in memory.waiting:
        return memory.takes_waiting
    if memory.previous_at is None or post.path in memory.held_back | memory.outside:
        return True
    return ready_from(post, rules) > memory.previous_at.astimezone(UTC)


def ready_from(post: Post, rules: Rules) -> datetime:
    """From when on editions could include `post`, as far as moments go."""
    return _sendable(post, dated(post)) + rules.min_age


class Eligibility:
    """Decides about single posts, without looking at the others."""

    def __init__(
        self, rules: Rules, memory: Memory, planned_at: datetime, boilerplate: frozenset[str]
    ) -> None:
        self._rules = rules
        self._zone = rules.zone or planned_at.tzinfo
        self._planned_at = planned_at.astimezone(UTC)
        self._oldest = oldest_of(rules, memory, planned_at)
        self._previous_at = memory.previous_at and memory.previous_at.astimezone(UTC)
        self._memory = memory
        newest_last = sorted(memory.included, key=lambda one: (one.slot.timestamp(), one.path))
        self._stories: Stories[Included] = Stories(newest_last[::-1], boilerplate, memory.texts)

    def refuse(self, post: Post) -> Decision | None:
        """Why `post` may not be included at all; None: it may, whether new or passed over."""
        return (
            self._unusable(post)
            or self._included(post, self._stories.exactly(post))
            or self._untimely(post, dated(post))
        )

    def stale(self, post: Post) -> Decision | None:
        """Why `post` is not new to this edition; None: it is new.

        What an edition decided counts more than moments: a clock may have been set in between.
        """
        if is_new(post, self._rules, self._memory):
            return None
        if post.path in self._memory.waiting:
            return out("waiting", "it waits for the next slot of the schedule")
        slot = self._memory.passed_over.get(post.path)
        if slot is not None:
            return out("not-new", f"the edition of {self._clock(slot)} passed it over")
        since = self._clock(self._previous_at) if self._previous_at else ""
        return out("not-new", f"it was there when the last edition was planned ({since})")

    def is_backfill(self, post: Post) -> bool:
        """Whether `post` came since the last edition, with a date that was too old for it."""
        return is_backfill(post, self._previous_at, self._oldest)

    def included_nearly(self, post: Post) -> Decision | None:
        """Which edition included the story under a near-equal title, if one did."""
        return self._included(post, self._stories.nearly(post))

    def _included(self, post: Post, included: Included | None) -> Decision | None:
        if included is None:
            return None
        edition = f"the edition of {self._clock(included.slot)}"
        if included.path == post.path:
            return replace(out("already-included", f"{edition} included it"), included_itself=True)
        if page(included.url) == page(post.url):
            same = f"{included.path}, which has the same address"
        else:
            same = f"the same story, {included.path}"
        return out("already-included", f"{edition} included {same}")

    def _unusable(self, post: Post) -> Decision | None:
        if post.status in _UNREAD and not post.page:
            return out(post.status.value, _UNREAD[post.status])
        if post.date is None and not post.page:
            return out("undated", _UNREAD[Status.UNDATED])
        reasons = (
            (post.page, "page", "it is a page of the site, not a post"),
            (not post.title, "no-title", "it has no title"),
            (not post.url, "no-url", "it has no address on the web"),
            (post.draft, "draft", "it is a draft"),
        )
        for applies, rule, why in reasons:
            if applies:
                return out(rule, why)
        return kept_out(post, self._rules.channels) or self._unwanted(post)

    def _unwanted(self, post: Post) -> Decision | None:
        refused = self._rules.wanted.refuse(post)
        return refused and replace(out(*refused), recorded=post.path in self._memory.outside)

    def _untimely(self, post: Post, date: datetime) -> Decision | None:
        if date > self._planned_at:
            return out("future", f"its date, {self._clock(date)}, is still to come")
        if post.expires is not None and post.expires <= self._planned_at:
            return out("expired", f"it expired on {self._clock(post.expires)}")
        if post.path not in self._memory.held_back and not in_reach(post, self._oldest):
            detail = f"its date, {self._clock(date)}, is longer ago than max_age"
            if self._previous_at is not None:
                detail += " and before the last edition: --post sends it all the same"
            return out("too-old", detail)
        since = _sendable(post, date)
        if since > self._planned_at:
            return out("not-yet", f"it can be sent only from {self._clock(since)}")
        if since + self._rules.min_age > self._planned_at:
            return out("below-min-age", f"it is younger than min_age, {self._rules.min_age}")
        return None

    def _clock(self, when: datetime) -> str:
        return f"{when.astimezone(self._zone):%Y-%m-%d %H:%M}"


def _sendable(post: Post, date: datetime) -> datetime:
    return max(date, post.sendable_from.astimezone(UTC)) if post.sendable_from else date
