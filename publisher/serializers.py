"""The JSON forms that commands print: times in the site's zone, and never a token."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from publisher.durations import spell, spell_quota

if TYPE_CHECKING:
    from publisher.dispatch.limits.status import Use
    from publisher.model.channels import Lesson
    from publisher.model.contacts import Bounce, Contact, Event, Subscriber
    from publisher.model.deliveries import Delivery, EditionSummary, Totals
    from publisher.model.messages import Receipt
    from publisher.model.posts import Pick
    from publisher.outbox.outbox import Outbox
    from publisher.plan.budgets import Budget
    from publisher.plan.explain import Explanation
    from publisher.plan.newcomers import Variant
    from publisher.plan.proposals import NoteProposal, Proposal
    from publisher.plan.segments import ChosenSegment
    from publisher.plan.slots import DaySlot
    from publisher.runners.trial import Trial
    from publisher.wiring import Publisher

Values = dict[str, Any]

LATELY = 10
"""So many messages show what was sent to a person lately."""

STATES = ("queued", "sending", "sent", "rejected", "unknown", "cancelled")


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The moment in the site's zone."""
    return moment.astimezone(zone) if moment else None


def proposals(
    proposal: "Proposal", zone: ZoneInfo, segments: "Sequence[ChosenSegment]" = ()
) -> Iterator[Values]:
    """What a slot would send: an object per edition, or per note and channel.

    `segments` are those that get editions of their own beside it.
    """
    if proposal.kind == "newsletter":
        edition = {
            "segment": proposal.segment,
            "subject": proposal.rendered.subject if proposal.rendered else None,
            "posts": list(map(_pick, proposal.digest.picks)),
            "recipients": proposal.recipients,
            "newcomers": list(map(_variant, proposal.variants)),
            "segments": _segments(segments, zone),
        }
        yield _proposal(proposal, zone, proposal.channels[0], edition)
        return
    for note in proposal.notes:
        yield _proposal(proposal, zone, note.channel, _note(proposal, note))
    for channel in () if proposal.notes else proposal.channels:
        yield _proposal(proposal, zone, channel, {})


def _segments(found: "Sequence[ChosenSegment]", zone: ZoneInfo) -> list[Values]:
    return [
        {
            "segment": each.key,
            "readers": each.readers,
            "next_slot": local(each.next_slot, zone),
        }
        for each in found
    ]


def _variant(each: "Variant") -> Values:
    posts = list(map(_pick, each.digest.picks))
    return {"recipients": each.readers, "subject": each.rendered.subject, "posts": posts}


def _proposal(proposal: "Proposal", zone: ZoneInfo, channel: str, own: Values) -> Values:
    nothing = dict.fromkeys(("segment", "recipients", "text", "length", "limit", "cost", "budget"))
    return {
        proposal.kind: proposal.owner,
        "channel": channel,
        "slot": local(proposal.slot, zone),
        "subject": None,
        "posts": [],
        "newcomers": [],
        "segments": [],
        "thread": [],
        **nothing,
        "warnings": list(proposal.warnings),
        "planned": proposal.planned,
        "empty_because": proposal.empty_because or None,
        **own,
    }


def _note(proposal: "Proposal", note: "NoteProposal") -> Values:
    budget = next((each for each in proposal.budgets if each.channel == note.channel), None)
    return {
        "posts": list(map(_pick, note.picks)),
        "text": note.note.text,
        "thread": list(note.texts[1:]),
        "length": note.length,
        "limit": note.limits.length if note.limits else None,
        "cost": note.cost,
        "budget": _budget(budget, proposal.notes) if budget else None,
    }


def _budget(budget: "Budget", notes: "Sequence[NoteProposal]") -> Values:
    names = ("monthly", "spent", "left", "waiting")
    return {name: getattr(budget, name) for name in names} | {"cost": budget.cost(notes)}


def _pick(pick: "Pick") -> Values:
    post = pick.post
    return {"path": post.path, "url": post.url, "title": post.title, "role": pick.role}


def day_slot(each: "DaySlot", zone: ZoneInfo) -> Values:
    """A slot of today."""
    return {
        "owner": each.owner,
        "slot": local(each.slot, zone),
        "when": each.when,
        "outcome": each.outcome,
        "edition": each.edition.id if each.edition else None,
        "subject": each.edition.subject if each.edition else None,
    }


def why(each: "Explanation", path: str, zone: ZoneInfo) -> Values:
    """What one newsletter or announcement decided about the post at `path`."""
    decided = {name: getattr(each, name) for name in ("chosen", "role", "rule", "detail")}
    whose = {"post": path, each.kind: each.owner, "segment": each.segment}
    return whose | {"slot": local(each.slot, zone)} | decided


class DeliveryJson:
    """Deliveries with their edition's subject, which is asked for once; counts them as it goes."""

    def __init__(self, outbox: "Outbox", zone: ZoneInfo) -> None:
        self.zone = zone
        self.count = 0
        self._subject = lru_cache(maxsize=1_000)(outbox.listing.subject)

    def values(self, rows: "Iterable[Delivery]") -> Iterator[Values]:
        """The JSON form of each."""
        return (_delivery(row, subject, self.zone) for row, subject in self.with_subjects(rows))

    def with_subjects(self, rows: "Iterable[Delivery]") -> "Iterator[tuple[Delivery, str]]":
        """Each with the subject of its edition; a note has none."""
        for row in rows:
            self.count += 1
            yield row, "" if row.edition_id is None else self._subject(row.edition_id)


def _delivery(row: "Delivery", subject: str, zone: ZoneInfo) -> Values:
    whole: Values = {"post": row.post_path or None}
    if row.edition_id is not None:
        whole = {"edition": row.edition_id, "subject": subject}
    return {
        "id": row.id,
        "key": row.key,
        "channel": row.channel,
        "recipient": row.recipient or None,
        "kind": row.kind,
        **whole,
        "state": row.state,
        "attempts": row.attempts,
        "error": row.error or None,
        "remark": row.remark,
        "remote_id": row.remote_id or None,
        "remote_url": row.remote_url or None,
        "handle": json.loads(row.handle) if row.handle else None,
        "queued_at": local(row.queued_at, zone),
        "sent_at": local(row.sent_at, zone),
        "undone_at": local(row.undone_at, zone),
    }


def edition(each: "EditionSummary", zone: ZoneInfo, totals: "Totals | None" = None) -> Values:
    """An edition, how many of its emails are in each state, and what was counted, if anything."""
    return {
        "id": each.id,
        "newsletter": each.owner,
        "segment": each.segment,
        "slot": local(each.slot, zone),
        "channel": each.channel,
        "subject": each.subject,
        **{state.value: number for state, number in each.counts.items()},
        **(totals._asdict() if totals else {}),
    }


def clicks(edition_id: int, url: str, number: int) -> Values:
    """How often one link of an edition was clicked."""
    return {"edition": edition_id, "url": url, "clicks": number}


def subscriber(each: "Subscriber", zone: ZoneInfo) -> Values:
    """A subscriber of one newsletter."""
    return {
        "email": each.email,
        "name": each.name,
        "newsletter": each.newsletter,
        "state": each.state,
        "since": local(each.changed_at, zone),
    }


def contact(found: "Contact", zone: ZoneInfo) -> Values:
    """An address, all its subscriptions and what happened to it."""
    agreed = found.consent
    consent = None
    if agreed is not None:
        at = local(agreed.at, zone)
        consent = {"at": at, "how": agreed.how or None, "from": agreed.source or None}
    return {
        "email": found.email,
        "name": found.name or None,
        "language": found.language or None,
        "timezone": found.timezone or None,
        "suppressed": found.suppressed or None,
        "consent": consent,
        "subscriptions": [_subscription(each, zone) for each in found.subscriptions],
        "events": [_event(each, zone) for each in found.history],
    }


def _subscription(each: "Subscriber", zone: ZoneInfo) -> Values:
    chosen = each.choices
    choices = {
        "topics": list(chosen.topics),
        "cadence": chosen.cadence,
        "day": chosen.day,
        "hour": chosen.hour,
    }
    return {
        "newsletter": each.newsletter,
        "state": each.state,
        "since": local(each.changed_at, zone),
        "joined": local(each.joined_at, zone),
        "choices": choices if chosen != type(chosen)() else None,
    }


def _event(each: "Event", zone: ZoneInfo) -> Values:
    about = {"newsletter": each.newsletter or None, "message": each.delivery_id}
    return {"at": local(each.at, zone), "kind": each.kind, "reason": each.reason, **about}


def bounce(each: "Bounce", zone: ZoneInfo) -> Values:
    """That an address could not be reached."""
    said = {"kind": each.kind, "status": each.status or None, "text": each.text or None}
    return {"message": each.delivery_id, **said, "at": local(each.at, zone)}


def person(publisher: "Publisher", found: "Contact", *, whole: bool) -> Values:
    """All that is known of a person, what was sent to them lately, or `whole`, and bounces."""
    outbox, zone = publisher.outbox, publisher.config.site.zone
    ids = outbox.people.messages(found.email, None if whole else LATELY)
    rows = outbox.operator.find(ids=ids) if ids else []
    bounces = [bounce(each, zone) for each in outbox.bounces.stream(found.email)]
    messages = list(DeliveryJson(outbox, zone).values(reversed(rows)))
    return contact(found, zone) | {"messages": messages, "bounces": bounces}


def test_email(sent: "Trial", zone: ZoneInfo) -> Values:
    """What `publish test` sent."""
    return {
        "newsletter": sent.proposal.owner,
        "channel": sent.proposal.channels[0],
        "slot": local(sent.proposal.slot, zone),
        "recipient": sent.recipient,
        "subject": sent.subject,
        "posts": [pick.post.path for pick in sent.proposal.digest.picks],
        "remote_id": sent.receipt.remote_id or None,
        "remote_url": sent.receipt.remote_url or None,
    }


def system_test(
    newsletter: str, channel: str, recipient: str, subject: str, receipt: "Receipt"
) -> Values:
    """What `publish test --kind` sent."""
    return {
        "newsletter": newsletter,
        "channel": channel,
        "recipient": recipient,
        "subject": subject,
        "remote_id": receipt.remote_id or None,
        "remote_url": receipt.remote_url or None,
    }


def status(publisher: "Publisher") -> Values:
    """Every channel of config.yaml and any other that still has messages; then all slots."""
    counts, now = publisher.outbox.stats.counts(), publisher.clock()
    config = publisher.config
    names = dict.fromkeys([*config.channels, *counts])
    return {
        "channels": {name: _channel(publisher, name, counts.get(name, {}), now) for name in names},
        "newsletters": {name: _newsletter(publisher, name, now) for name in config.newsletters},
        "announcements": {name: _slots(publisher, name, now) for name in config.announcements},
        "mailbox": _mailbox(publisher),
    }


def _mailbox(publisher: "Publisher") -> Values | None:
    """What came of reading the mailbox last; None: config.yaml names none."""
    mailbox, zone = publisher.config.mailbox, publisher.config.site.zone
    if mailbox is None:
        return None
    read_at, outcome = publisher.outbox.mailboxes.outcome(mailbox.key) or (None, {})
    return {
        "address": mailbox.address,
        "read_at": local(read_at, zone),
        "found": outcome.get("found", {}),
        "problem": outcome.get("problem"),
    }


def _channel(publisher: "Publisher", name: str, counts: Values, now: datetime) -> Values:
    outbox, zone = publisher.outbox, publisher.config.site.zone
    state = outbox.channels.get(name)
    paused = state.is_paused(now)
    return {
        **{each: counts.get(each, 0) for each in STATES},
        "paused": paused,
        "reason": (state.reason or None) if paused else None,
        "paused_until": local(state.paused_until, zone) if paused else None,
        "pace": outbox.throughput.rate(name, now),
        "limits": _limits(publisher, name),
        "learned": [_lesson(each, zone) for each in outbox.learned.find(name)],
        "token_ends": local(_token_end(publisher, name), zone),
    }


def _token_end(publisher: "Publisher", name: str) -> datetime | None:
    """When a person must connect the channel anew."""
    from publisher.dispatch.endings import end_of

    known = name in publisher.config.channels
    return end_of(publisher.adapters[name]) if known else None


def _lesson(each: "Lesson", zone: ZoneInfo) -> Values:
    learned = {"connections": each.connections, "rate": each.rate, "reason": each.said}
    return {"server": each.server or None, **learned, "at": local(each.at, zone)}


def _limits(publisher: "Publisher", name: str) -> Values:
    """What holds the channel back: as config.yaml has it, and how it is now."""
    found, zone = publisher.limits(name), publisher.config.site.zone
    if found is None:
        return {}
    channel = publisher.config.channels[name]
    hours, spent = channel.quiet_hours, {"allowed": found.budget, "spent": found.spent}
    return {
        "rate": spell_quota(channel.rate) if channel.rate else None,
        "min_interval": spell(channel.min_interval) if channel.min_interval else None,
        "per_domain": {key: spell_quota(rate) for key, rate in channel.per_domain.items()},
        "per_sender": {key: spell_quota(rate) for key, rate in channel.per_sender.items()},
        "quota": _use(found.quota),
        "warm_up": _use(found.warm_up),
        "budget": None if found.budget is None else spent,
        "quiet_hours": "-".join(f"{each:%H:%M}" for each in hours) if hours else None,
        "quiet_until": local(found.quiet_until, zone),
        "later": found.later,
        "next_at": local(found.next_at, zone),
        "why": found.why or None,
    }


def _use(use: "Use | None") -> Values | None:
    return {"allowed": spell_quota(use.quota), "used": use.used} if use else None


def _newsletter(publisher: "Publisher", name: str, now: datetime) -> Values:
    from publisher.plan.segments import chosen_segments

    config = publisher.config
    found = chosen_segments(config, publisher.outbox, name, now)
    return _slots(publisher, name, now) | {"segments": _segments(found, config.site.zone)}


def _slots(publisher: "Publisher", name: str, now: datetime) -> Values:
    from publisher.plan.slots import upcoming

    zone = publisher.config.site.zone
    return {
        "last_slot": local(publisher.outbox.editions.last_slot(name), zone),
        "next_slot": local(upcoming(publisher.config, name, now), zone),
    }
