"""Where too many bounce or complain, the channel pauses until a person has looked."""

from collections.abc import Collection, Iterator

from publisher.config.options.mailbox import Bounces
from publisher.outbox.outbox import Outbox


def pause_where_too_many(
    outbox: Outbox, limits: Bounces, editions: Collection[int]
) -> Iterator[str]:
    """Pause the channels of these editions where that is due; says of each what happened.

    A person who has resumed the channel since the edition was queued has seen it.
    """
    for edition in sorted(editions):
        share = outbox.bounces.share(edition)
        reason = limits.too_many(share) if share else ""
        if share is None or not reason:
            continue
        resumed = outbox.channels.resumed_at(share.channel)
        seen_to = resumed is not None and resumed >= share.since
        if not seen_to and outbox.channels.pause(share.channel, reason):
            yield f"{share.channel}: paused: {reason}; publish resume {share.channel}"
