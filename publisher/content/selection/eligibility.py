"""Which posts may be chosen at one moment, and the rule that keeps each other post out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from publisher.content.asked import kept_out
from publisher.content.selection.digest import Carried, Decision, Memory, Rules
from publisher.content.selection.stories import Stories, page
from publisher.model.posts import Post, Status

DAY = timedelta(days=1)

_UNREAD = {
    Status.UNREADABLE: "its front matter cannot be read",
    Status.NO_FRONT_MATTER: "it has no front matter",
    Status.UNDATED: "it has no date that can be read",
}


def out(rule: str, detail: str) -> Decision:
    """The decision that leaves a post out."""
    return Decision(chosen=False, role="", rule=rule, detail=detail)


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
    return post.date is not None and _latest(post, post.date) >= oldest


def oldest_of(rules: Rules, memory: Memory, as_of: datetime) -> datetime:
    """The oldest date that an edition takes, in UTC: nothing since the previous one is too old."""
    oldest = as_of.astimezone(UTC) - rules.max_age
    begun = memory.begun or memory.since
    return min(oldest, begun.astimezone(UTC)) if begun else oldest


class Gate:
    """Decides about single posts, without looking at the others.

    A post is ripe from `min_age` after it became sendable. Editions take what is ripe since the
    last one was planned, so that a post too young for one is new to the next.
    """

    def __init__(
        self, rules: Rules, memory: Memory, as_of: datetime, plain: frozenset[str]
    ) -> None:
        self._rules = rules
        self._zone = as_of.tzinfo
        self._as_of = as_of.astimezone(UTC)
        self._oldest = oldest_of(rules, memory, as_of)
        self._since = memory.since and memory.since.astimezone(UTC)
        self._memory = memory
        told = sorted(memory.carried, key=lambda one: (one.slot.timestamp(), one.path))
        self._told: Stories[Carried] = Stories(told[::-1], plain, memory.texts)

    def refuse(self, post: Post) -> Decision | None:
        """Why `post` may not be carried at all; None: it may, whether new or passed over."""
        return self._unusable(post) or self._told_exactly(post) or self._untimely(post, dated(post))

    def stale(self, post: Post) -> Decision | None:
        """Why `post` is not new to this edition; None: it is new.

        What an edition decided counts more than moments: a clock may have been set in between.
        """
        slot = self._memory.passed_over.get(post.path)
        if slot is not None:
            return out("not-new", f"the edition of {self._clock(slot)} passed it over")
        if self._since is None or post.path in self._memory.held_back:
            return None
        if self._ripe(post, dated(post)) > self._since:
            return None
        since = self._clock(self._since)
        return out("not-new", f"it was there when the last edition was planned ({since})")

    def is_backfill(self, post: Post) -> bool:
        """Whether `post` came since the last edition, with a date that was too old for it."""
        if self._since is None or post.sendable_from is None or post.date is None:
            return False
        return post.sendable_from > self._since and not in_reach(post, self._oldest)

    def told_nearly(self, post: Post) -> Decision | None:
        """Which edition included the story under a near-equal title, if one did."""
        carried = self._told.nearly(post)
        return None if carried is None else self._carried(post, carried)

    def _told_exactly(self, post: Post) -> Decision | None:
        carried = self._told.exactly(post)
        return None if carried is None else self._carried(post, carried)

    def _carried(self, post: Post, carried: Carried) -> Decision:
        edition = f"the edition of {self._clock(carried.slot)}"
        if carried.path == post.path:
            return replace(out("carried", f"{edition} included it"), included_itself=True)
        if page(carried.url) == page(post.url):
            return out("carried", f"{edition} included {carried.path}, which has the same address")
        return out("carried", f"{edition} included the same story, {carried.path}")

    def _unusable(self, post: Post) -> Decision | None:
        if post.status in _UNREAD:
            return out(post.status.value, _UNREAD[post.status])
        if post.date is None:
            return out("undated", _UNREAD[Status.UNDATED])
        if not post.title:
            return out("no-title", "it has no title")
        if not post.url:
            return out("no-url", "it has no address on the web")
        if post.draft:
            return out("draft", "it is a draft")
        return kept_out(post, self._rules.channels)

    def _untimely(self, post: Post, date: datetime) -> Decision | None:
        if date > self._as_of:
            return out("future", f"its date, {self._clock(date)}, is still to come")
        if post.expires is not None and post.expires <= self._as_of:
            return out("expired", f"it expired on {self._clock(post.expires)}")
        if post.path not in self._memory.held_back and not in_reach(post, self._oldest):
            return self._too_old(date)
        return self._unripe(post, date)

    def _too_old(self, date: datetime) -> Decision:
        detail = f"its date, {self._clock(date)}, is longer ago than max_age"
        if self._since is not None:
            detail += " and before the last edition: --post sends it all the same"
        return out("too-old", detail)

    def _unripe(self, post: Post, date: datetime) -> Decision | None:
        if _sendable(post, date) > self._as_of:
            since = self._clock(_sendable(post, date))
            return out("not-yet", f"it can be sent only from {since}")
        if self._ripe(post, date) > self._as_of:
            return out("too-young", f"it is younger than min_age, {self._rules.min_age}")
        return None

    def _ripe(self, post: Post, date: datetime) -> datetime:
        return _sendable(post, date) + self._rules.min_age

    def _clock(self, when: datetime) -> str:
        return f"{when.astimezone(self._zone):%Y-%m-%d %H:%M}"


def _latest(post: Post, date: datetime) -> datetime:
    """The last moment that the date of `post` may mean: with no time, the end of its day."""
    return (date + DAY if post.date_only else date).astimezone(UTC)


def _sendable(post: Post, date: datetime) -> datetime:
    return max(date, post.sendable_from.astimezone(UTC)) if post.sendable_from else date
