"""A proposal becomes rows: an edition and a delivery per reader, or a delivery per note."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from publisher.config import Config
from publisher.content.selection.texts import Texts
from publisher.content.selection.wanted import OUTSIDE
from publisher.model.deliveries import (
    EditionDraft,
    Enqueued,
    NoteDraft,
    NotesDraft,
    SlotDraft,
    VariantDraft,
)
from publisher.model.posts import Included, Pick, Post
from publisher.outbox.outbox import Outbox
from publisher.plan.proposals import Proposal
from publisher.plan.render import letterhead
from publisher.plan.select import BEGINNING
from publisher.plan.slugs import edition_slug

DECIDED_BEFORE = {"not-new", "already-included", "waiting"}


def enqueue(outbox: Outbox, config: Config, proposal: Proposal, texts: Texts) -> Enqueued:
    """Queue `proposal` in one transaction, keyed by slot and content; twice adds nothing.

    Raises:
        Outdated: somebody has planned for its owner since; nothing has changed.
    """
    if proposal.unsent_because:
        return _empty(outbox, proposal, proposal.unsent_because)
    decided = _decided(proposal, texts)
    if proposal.kind == "announcement":
        return outbox.editions.enqueue_notes(NotesDraft(**decided, notes=_notes(config, proposal)))
    if proposal.empty_because:
        decided |= {"read_at": _read_before(outbox, proposal)}
    newsletter, heard = config.newsletters[proposal.owner], (proposal.covered or [None])[-1]
    slug = partial(edition_slug, proposal.slot, config.site.zone)
    variants = [
        VariantDraft(
            each.rendered,
            _included(each.digest.picks, proposal.slot, texts),
            each.spans,
            slug(f"{proposal.segment} {number}"),
        )
        for number, each in enumerate(proposal.variants, 1)
    ]
    draft = EditionDraft(
        **decided,
        channel=newsletter.channel,
        rendered=proposal.rendered,
        sender=newsletter.sender,
        list_id=letterhead(config, newsletter).list_id,
        slug=slug(proposal.segment, proposal.again),
        spans=proposal.spans,
        variants=variants,
        to_all=bool(proposal.again),
        empty_because=proposal.empty_because,
        heard=heard.begin if heard and proposal.empty_because else None,
    )
    return outbox.editions.enqueue_edition(draft)


def _read_before(outbox: Outbox, proposal: Proposal) -> datetime:
    """The moment since when posts stay new after a slot without an edition."""
    previous = outbox.editions.previous(proposal.series, before=proposal.slot)
    return previous.read_at if previous else BEGINNING


def _empty(outbox: Outbox, proposal: Proposal, outcome: str) -> Enqueued:
    """The slot says why nothing was sent, and what was new before stays new."""
    decisions = {
        path: told for path, told in _decisions(proposal).items() if told[0] not in OUTSIDE
    }
    draft = SlotDraft(
        proposal.owner,
        proposal.slot,
        _read_before(outbox, proposal),
        (),
        decisions,
        segment=proposal.segment,
        covered=proposal.covered,
    )
    new = outbox.editions.record_empty(draft, outcome)
    return Enqueued(new=new, edition_id=None, deliveries=0)


def _notes(config: Config, proposal: Proposal) -> list[NoteDraft]:
    return [
        NoteDraft(
            channel=each.channel,
            post_path="" if each.is_digest else each.pick.post.path,
            post_url="" if each.is_digest else each.pick.post.url,
            payload=each.note.to_json(),
            cost=each.cost,
            remark=each.remark,
            once=f"digest {proposal.slot:%Y-%m-%dT%H:%M:%SZ}" if each.is_digest else "",
            jitter=config.channels[each.channel].jitter,
        )
        for each in proposal.notes
    ]


def _decided(proposal: Proposal, texts: Texts) -> dict[str, Any]:
    """What every SlotDraft has."""
    return {
        "owner": proposal.owner,
        "slot": proposal.slot,
        "read_at": proposal.read_at,
        "included": _included(proposal.digest.picks, proposal.slot, texts),
        "decisions": _decisions(proposal),
        "again": proposal.again,
        "based_on": proposal.based_on,
        "segment": proposal.segment,
        "covered": proposal.covered,
    }


def _included(picks: Sequence[Pick], slot: datetime, texts: Texts) -> list[Included]:
    def record(post: Post) -> Included:
        about = (post.url, post.path, post.title, post.description)
        return Included(*about, slot, post.date, texts.key(post.path))

    return [record(pick.post) for pick in picks]


def _decisions(proposal: Proposal) -> dict[str, list[str]]:
    """What this slot decided; what an earlier one had decided stands with that one."""
    return {
        path: [decision.rule, decision.role, decision.detail]
        for path, decision in proposal.digest.decisions.items()
        if decision.rule not in DECIDED_BEFORE and not decision.recorded
    }
