"""Why a post is chosen or not: what was decided, and what would be decided now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from publisher.config import Announcement, Config, Newsletter
from publisher.content import Post
from publisher.content.selection.choose import Decision, explain
from publisher.content.selection.eligibility import out
from publisher.content.selection.texts import Texts
from publisher.outbox.outbox import Outbox
from publisher.plan.proposals import NO_READERS
from publisher.plan.select import MARGIN, memory_of, rules_of, slots_since
from publisher.plan.slots import wishes_of


@dataclass(frozen=True, slots=True)
class Why:
    """What one newsletter or announcement says of a post.

    `slot` is that of the edition which decided; None: nothing was planned yet, this is what the
    next edition would say.
    """

    kind: Literal["newsletter", "announcement"]
    owner: str
    chosen: bool
    role: str
    rule: str
    detail: str
    slot: datetime | None


def explain_post(
    config: Config,
    outbox: Outbox,
    texts: Texts,
    posts: Sequence[Post],
    post: Post,
    planned_at: datetime,
) -> list[Why]:
    """One Why per newsletter and announcement, in the order of config.yaml."""
    found = []
    for owner, wishes in wishes_of(config).items():
        kind: Literal["newsletter", "announcement"] = (
            "newsletter" if isinstance(wishes, Newsletter) else "announcement"
        )
        decision, slot = _recorded(outbox, owner, post)
        if decision is None or not decision.chosen:
            rules = rules_of(config, wishes)
            memory = memory_of(outbox, owner, planned_at, planned_at - rules.max_age, texts)
            now = explain(post, posts, rules, memory, planned_at)
            decision, slot = _latest_word(decision, slot, now)
        if decision.chosen and slot is None and not _has_readers(outbox, wishes):
            decision = out("no-subscribers", NO_READERS.format(owner))
        found.append(
            Why(kind, owner, decision.chosen, decision.role, decision.rule, decision.detail, slot)
        )
    return found


def _has_readers(outbox: Outbox, wishes: Newsletter | Announcement) -> bool:
    named = isinstance(wishes, Newsletter)
    return not named or outbox.subscribers.count_active(wishes.name) > 0


def _latest_word(
    recorded: Decision | None, slot: datetime | None, now: Decision
) -> tuple[Decision, datetime | None]:
    """What was passed over stays so: then the rule that passed it over is the reason."""
    if recorded is None or now.rule != "not-new":
        return now, None
    return recorded, slot


def _recorded(outbox: Outbox, owner: str, post: Post) -> tuple[Decision | None, datetime | None]:
    """The newest decision about `post` that was planned; one that chose it comes first."""
    passed: tuple[Decision | None, datetime | None] = (None, None)
    for planned in slots_since(outbox, owner, post.date and post.date - MARGIN):
        if post.path not in planned.decisions or not planned.sent_something:
            continue
        rule, role, detail = planned.decisions[post.path]
        decision = Decision(chosen=bool(role), role=role, rule=rule, detail=detail)
        if decision.chosen:
            return decision, planned.slot
        passed = passed if passed[0] else (decision, planned.slot)
    return passed
