"""A proposal becomes rows: an edition and a delivery per reader, or a delivery per note."""

from typing import Any

from publisher.config import Config
from publisher.content.selection.texts import Texts
from publisher.content.selection.wanted import OUTSIDE
from publisher.model.deliveries import EditionDraft, Enqueued, NoteDraft, NotesDraft, SlotDraft
from publisher.model.posts import Included, Post
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
    if proposal.rendered is None:
        return outbox.editions.enqueue_notes(NotesDraft(**decided, notes=_notes(proposal)))
    newsletter = config.newsletters[proposal.owner]
    draft = EditionDraft(
        **decided,
        channel=newsletter.channel,
        rendered=proposal.rendered,
        sender=newsletter.sender,
        list_id=letterhead(config, newsletter).list_id,
        slug=edition_slug(proposal.slot, config.site.zone, again=proposal.again),
    )
    return outbox.editions.enqueue_edition(draft)


def _empty(outbox: Outbox, proposal: Proposal, outcome: str) -> Enqueued:
    """The slot says why nothing was sent, and what was new before stays new."""
    previous = outbox.editions.previous(proposal.owner, before=proposal.slot)
    read_at = previous.read_at if previous else BEGINNING
    decisions = {
        path: told for path, told in _decisions(proposal).items() if told[0] not in OUTSIDE
    }
    draft = SlotDraft(proposal.owner, proposal.slot, read_at, (), decisions)
    new = outbox.editions.record_empty(draft, outcome)
    return Enqueued(new=new, edition_id=None, deliveries=0)


def _notes(proposal: Proposal) -> list[NoteDraft]:
    return [
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


def _decided(proposal: Proposal, texts: Texts) -> dict[str, Any]:
    """What every SlotDraft has."""
    return {
        "owner": proposal.owner,
        "slot": proposal.slot,
        "read_at": proposal.read_at,
        "included": _included(proposal, texts),
        "decisions": _decisions(proposal),
        "again": proposal.again,
        "based_on": proposal.based_on,
    }


def _included(proposal: Proposal, texts: Texts) -> list[Included]:
    def record(post: Post) -> Included:
        about = (post.url, post.path, post.title, post.description)
        return Included(*about, proposal.slot, post.date, texts.key(post.path))

    return [record(pick.post) for pick in proposal.digest.picks]


def _decisions(proposal: Proposal) -> dict[str, list[str]]:
    """What this slot decided; what an earlier one had decided stands with that one."""
    return {
        path: [decision.rule, decision.role, decision.detail]
        for path, decision in proposal.digest.decisions.items()
        if decision.rule not in DECIDED_BEFORE and not decision.recorded
    }
