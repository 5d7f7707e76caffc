"""A proposal becomes rows: an edition and a delivery per reader, or a delivery per note."""

from collections.abc import Iterable
from typing import Any

from publisher.config import Config
from publisher.content.selection.digest import Decision
from publisher.content.selection.texts import Texts
from publisher.model.deliveries import (
    EditionDraft,
    Enqueued,
    NoteDraft,
    NotesDraft,
    Rendered,
    SlotDraft,
)
from publisher.model.posts import Included
from publisher.outbox.outbox import Outbox
from publisher.plan.proposals import Proposal
from publisher.plan.render import letterhead
from publisher.plan.select import BEGINNING

DECIDED_BEFORE = {"not-new", "already-included", "waiting"}


def enqueue(outbox: Outbox, config: Config, proposal: Proposal, texts: Texts) -> Enqueued:
    """Queue `proposal` in one transaction, keyed by its slot and what it includes.

    Twice adds nothing.

    Raises:
        Outdated: somebody has planned for its owner since; nothing has changed.
    """
    if proposal.unsent_because:
        return _empty(outbox, proposal, proposal.unsent_because)
    if proposal.rendered is None:
        return outbox.editions.enqueue_notes(_notes_draft(proposal, texts))
    return outbox.editions.enqueue_edition(
        _edition_draft(config, proposal, proposal.rendered, texts)
    )


def _empty(outbox: Outbox, proposal: Proposal, outcome: str) -> Enqueued:
    """The slot says why nothing was sent, and what was new before stays new."""
    previous = outbox.editions.previous(proposal.owner, before=proposal.slot)
    read_at = previous.read_at if previous else BEGINNING
    draft = SlotDraft(proposal.owner, proposal.slot, read_at, (), _decisions(proposal))
    new = outbox.editions.record_empty(draft, outcome)
    return Enqueued(new=new, edition_id=None, deliveries=0)


def _edition_draft(
    config: Config, proposal: Proposal, rendered: Rendered, texts: Texts
) -> EditionDraft:
    newsletter = config.newsletters[proposal.owner]
    return EditionDraft(
        **_decided(proposal, texts),
        channel=newsletter.channel,
        rendered=rendered,
        sender=newsletter.sender,
        list_id=letterhead(config, newsletter).list_id,
    )


def _notes_draft(proposal: Proposal, texts: Texts) -> NotesDraft:
    notes = [
        NoteDraft(
            channel=each.channel,
            post_path=each.pick.post.path,
            post_url=each.pick.post.url,
            payload=each.note.to_json(),
            cost=each.cost,
            remark=each.remark,
        )
        for each in proposal.notes
    ]
    return NotesDraft(**_decided(proposal, texts), notes=notes)


def _decided(proposal: Proposal, texts: Texts) -> dict[str, Any]:
    """What every SlotDraft has."""
    return {
        "owner": proposal.owner,
        "slot": proposal.slot,
        "read_at": proposal.read_at,
        "included": list(_included(proposal, texts)),
        "decisions": _decisions(proposal),
        "again": proposal.again,
        "based_on": proposal.based_on,
    }


def _included(proposal: Proposal, texts: Texts) -> Iterable[Included]:
    for pick in proposal.digest.picks:
        post = pick.post
        yield Included(
            post.url,
            post.path,
            post.title,
            post.description,
            proposal.slot,
            post.date,
            texts.key(post.path),
        )


def _decisions(proposal: Proposal) -> dict[str, list[str]]:
    """What this slot decided; what an earlier one had decided stands with that one."""
    return {
        path: _as_list(decision)
        for path, decision in proposal.digest.decisions.items()
        if decision.rule not in DECIDED_BEFORE
    }


def _as_list(decision: Decision) -> list[str]:
    return [decision.rule, decision.role, decision.detail]
