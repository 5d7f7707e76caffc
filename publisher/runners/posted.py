"""After posting: a message taken back at its network, or changed there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from publisher.adapters.base import Deletes, Edits
from publisher.dispatch.networks import is_elsewhere, moved, network_of
from publisher.errors import DeliveryError, OutcomeUnknown, UsageError
from publisher.model.deliveries import Delivery, Kind, State
from publisher.model.messages import ChannelMessage, Limits, Note, Receipt, read_message

if TYPE_CHECKING:
    from publisher.adapters.base import Adapter
    from publisher.model.messages import Message
    from publisher.wiring import Publisher


_INSTEAD: Final = {
    State.QUEUED: "publish queue cancel {id} takes it out of the queue",
    State.SENDING: "wait until it is sent",
    State.UNKNOWN: "look at the network; publish resolve {id} says what became of it",
    State.REJECTED: "nothing of it stands at its network",
    State.CANCELLED: "nothing of it stands at its network",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to a message that stands at its network; nothing has happened yet."""

    row: Delivery
    old: ChannelMessage
    new: ChannelMessage


def receipt_of(row: Delivery) -> Receipt:
    """What the network said of it."""
    handle = json.loads(row.handle) if row.handle else {}
    return Receipt(row.remote_id, row.remote_url, handle=handle)


def undo(publisher: "Publisher", row: Delivery, now: datetime) -> None:
    """Delete a message at its network.

    Raises:
        UsageError: it does not stand there, or the network cannot do that.
        DeliveryError: the network did not do it, or perhaps has; undoing twice does no harm.
    """
    adapter = _adapter(publisher, row)
    if not isinstance(adapter, Deletes):
        raise UsageError(f"{row.id}: {row.channel} cannot delete messages", _by_hand(row, "delete"))
    with _naming(row):
        adapter.delete(receipt_of(row))
    publisher.outbox.posted.undone(row.id, now)


def plan_edit(publisher: "Publisher", row: Delivery, text: str | None) -> Edit:
    """What a message would say: `text`, or what its post says now.

    Raises:
        UsageError: it does not stand there, the network cannot do that, the text is too long, or
            there is nothing to change.
    """
    adapter = _adapter(publisher, row)
    if not isinstance(adapter, Edits):
        raise UsageError(f"{row.id}: {row.channel} cannot edit messages", _instead(row, adapter))
    old = read_message(row.payload)
    limits = adapter.current_limits()
    new = _anew(publisher, row, old) if text is None else _saying(old, text, limits)
    if new == old:
        raise UsageError(
            f"{row.id}: there is nothing to change", "edit the post first, or give --text"
        )
    if excess := _excess(limits, new):
        raise UsageError(f"{row.id}: the text {excess}", "make it shorter")
    before, after = _posts(old), _posts(new)
    if before != after:  # none can be put between others, or away from below replies
        posts = f"it is {before} post{'s' if before > 1 else ''}, and would be {after}"
        raise UsageError(f"{row.id}: {posts}", _instead(row, adapter))
    return Edit(row, old, new)


def _posts(message: ChannelMessage) -> int:
    return len(message.parts()) if isinstance(message, Note) else 1


def _saying(old: ChannelMessage, text: str, limits: Limits | None) -> ChannelMessage:
    """The same message with other words, which are all that a digest then has."""
    from publisher.rendering.text.pieces import pieces

    if not text.strip():
        raise UsageError("--text is empty", "give the new text, or run publish undo")
    if isinstance(old, Note) and old.thread and limits:
        warning, most = old.content_warning, limits.posts
        found = pieces(text, lambda each: not limits.excess(each, warning), most) or (text,)
        return replace(old, text=found[0], thread=found[1:])
    if isinstance(old, Note):
        return replace(old, text=text)
    return replace(old, text=text, title=text.partition("\n")[0], items=())


def _excess(limits: Limits | None, new: ChannelMessage) -> str:
    """How the message breaks a limit of its network; empty: it fits."""
    if limits is None:
        return ""
    if isinstance(new, Note):  # only its adapter knows whether it stands below a picture
        excess = (limits.excess(each.text, each.content_warning) for each in new.parts())
        return next(filter(None, excess), "")
    return limits.for_digest().excess(new.text)


def edit(publisher: "Publisher", change: Edit) -> Receipt:
    """Make a planned change.

    Raises:
        DeliveryError: the network did not do it, or perhaps has; editing twice does no harm.
    """
    row = change.row
    adapter = publisher.adapters[row.channel]
    assert isinstance(adapter, Edits)  # noqa: S101 - plan_edit has asked
    tried = row.dated_at or row.started_at or row.queued_at
    with _naming(row):
        receipt = adapter.edit(receipt_of(row), replace(change.new, created_at=tried))
    publisher.outbox.posted.edited(row.id, change.new.to_json(), receipt.remote_url)
    return receipt


@contextmanager
def _naming(row: Delivery) -> Iterator[None]:
    """An error says which message it is about, and that an answer may be lost."""
    try:
        yield
    except DeliveryError as error:
        again = error.message.replace(  # a refusal here pauses nothing
            f"then `publish resume {row.channel}`", "then repeat this command"
        )
        error.message = f"{row.id} {row.channel}: {again}"
        if isinstance(error, OutcomeUnknown):
            error.hint = "it may be done; the same command again does no harm"
        raise


def _adapter(publisher: "Publisher", row: Delivery) -> "Adapter[Message]":
    """The adapter of a row that stands at its network."""
    if row.kind is not Kind.NOTE:
        raise UsageError(f"{row.id}: an email that was sent cannot be taken back or changed")
    if row.undone_at is not None:
        raise UsageError(f"{row.id}: it was deleted already")
    if row.state is not State.SENT:
        hint = _INSTEAD[row.state].format(id=row.id)
        raise UsageError(f"{row.id}: it is {row.state}, not sent", hint)
    if not row.remote_id:
        hint = "use the network's own page"
        raise UsageError(f"{row.id}: nobody knows its id at {row.channel}", hint)
    if row.channel not in publisher.config.channels:
        hint = "add the channel again for this, or use the network's own page"
        raise UsageError(f"{row.id}: config.yaml has no channel {row.channel}", hint)
    adapter = publisher.adapters[row.channel]
    network = network_of(publisher.config.channels[row.channel], adapter)
    if is_elsewhere(row, network):
        raise UsageError(f"{row.id}: {moved(row, network)}", "use that network's own page")
    return adapter


def _instead(row: Delivery, adapter: "Adapter[Message]") -> str:
    """What to do where a network cannot edit; often nobody can there."""
    if isinstance(adapter, Deletes):
        return f"publish undo {row.id} deletes it; publish now --post FILE --again posts it anew"
    return _by_hand(row, "edit")


def _by_hand(row: Delivery, verb: str) -> str:
    where = f" at {row.remote_url}" if row.remote_url else ""
    return f"{verb} it{where} by hand"


def _anew(publisher: "Publisher", row: Delivery, old: ChannelMessage) -> ChannelMessage:
    """The note of the post as it stands now; its picture stays."""
    if not isinstance(old, Note):
        raise UsageError(f"{row.id}: a digest can only be changed by --text")
    post = next((post for post in publisher.planner.posts() if post.path == row.post_path), None)
    if post is None or row.owner not in publisher.config.announcements:
        raise UsageError(f"{row.id}: {row.post_path} is not there any more", "give --text")
    proposal = publisher.planner.propose(
        row.owner, row.slot, post=post, channel=row.channel, again="edit"
    )
    for note in proposal.notes:
        if isinstance(note.note, Note):
            return replace(note.note, picture=old.picture, thumbnail=old.thumbnail)
    raise UsageError(f"{row.id}: the post makes no note any more", "give --text")
