"""`publish test`: an edition to one address, of which nothing is written down."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from publisher.adapters.base import send_whole
from publisher.errors import UsageError
from publisher.model.messages import Receipt
from publisher.model.posts import Post
from publisher.model.system_mails import SystemKind
from publisher.plan.proposals import Proposal
from publisher.plan.render import letterhead
from publisher.rendering.email import render_email
from publisher.wiring import Publisher

PREFIX = "[Test] "
NO_TOKEN = "test"  # noqa: S105  nobody's: the link to unsubscribe does nothing


@dataclass(frozen=True, slots=True)
class Trial:
    """What was sent, to whom, and the channel's receipt.

    `nothing_new` is why the next edition would be empty: then the posts were chosen as if nothing
    had been sent before.
    """

    proposal: Proposal
    subject: str
    recipient: str
    receipt: Receipt
    nothing_new: str = ""


def send_trial(
    publisher: Publisher, newsletter: str, address: str, name: str, planned_at: datetime | None
) -> Trial:
    """Send the next edition of `newsletter` to `address` by its own channel, whatever is paused.

    No row changes: the posts stay new, no limit counts it, nobody is subscribed.

    Raises:
        UsageError: there is no post to send.
        DeliveryError: the channel did not take it.
        TemplateError: a template is wrong.
    """
    proposal, nothing_new = propose_anyway(publisher, newsletter, planned_at, "test")
    if proposal.rendered is None:
        raise UsageError(f"{newsletter}: nothing to send: {proposal.empty_because}")
    wishes = publisher.config.newsletters[newsletter]
    head = letterhead(publisher.config, wishes)
    email = render_email(proposal.rendered, head, address, name, NO_TOKEN, publisher.clock())
    email = replace(email, subject=PREFIX + email.subject)
    receipt = send_whole(publisher.adapters[wishes.channel], email, secrets.token_hex(16))
    return Trial(proposal, email.subject, address, receipt, nothing_new)


def send_system_trial(
    publisher: Publisher, kind: SystemKind, newsletter: str, address: str, name: str
) -> tuple[str, Receipt]:
    """Send an email of the system to `address`; gives its subject. Its links do nothing.

    Raises:
        DeliveryError: the channel did not take it.
        TemplateError: a template is wrong.
    """
    mails, now = publisher.system_mails, publisher.clock()
    _, email = mails.email(kind, newsletter, address, name, now)
    email = replace(email, subject=PREFIX + email.subject)
    channel = publisher.config.newsletters[newsletter].channel
    return email.subject, send_whole(publisher.adapters[channel], email, secrets.token_hex(16))


def propose_anyway(
    publisher: Publisher,
    name: str,
    planned_at: datetime | None,
    again: str,
    post: Post | None = None,
) -> tuple[Proposal, str]:
    """The next edition; if nothing is new, what it would be had nothing been sent, and why."""
    slot = planned_at or publisher.now()
    proposal = publisher.planner.propose(name, slot, planned_at, post=post)
    if not proposal.empty_because:
        return proposal, ""
    once_more = publisher.planner.propose(name, slot, planned_at, again=again)
    return once_more, proposal.empty_because
