"""Editions that somebody has got, for tests of the archive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from publisher.model.deliveries import EditionDraft, Outcome, Rendered, State
from publisher.outbox.db.tables import subscriptions
from publisher.outbox.outbox import Outbox
from publisher.rendering.brand import Brand
from publisher.rendering.digest import render_digest
from publisher.rendering.templates import Templates
from tests.claims import claim_rows
from tests.contacts import subscribe
from tests.rendering.samples import SLOT, gazette, picks

READER = ("ada@reader.example", "Ada Reader")


def rendered(language: str = "", look: Brand | None = None) -> Rendered:
    """A digest of the sample's posts."""
    arguments = {"newsletter": "daily", "template": "digest", "slot": SLOT}
    site = replace(gazette(look), language=language) if language else gazette(look)
    return render_digest(Templates(None), site, picks(), **arguments)  # type: ignore[arg-type] # by name


def publish(
    outbox: Outbox,
    *,
    day: int = 0,
    owner: str = "daily",
    segment: str = "",
    text: Rendered | None = None,
    sent: bool = True,
    subject: str = "",
) -> str:
    """Queue an edition for one reader, and send it; gives its slug."""
    slot = SLOT + timedelta(days=day)
    slug = f"{slot:%Y-%m-%d-%H%M}{'-segment' if segment else ''}"
    made = text or rendered()
    subscribe(outbox, owner, [READER])
    draft = EditionDraft(
        owner,
        slot,
        slot,
        [],
        {},
        "mail",
        replace(made, subject=subject or made.subject),
        "Gazette <news@gazette.example>",
        "",
        slug=slug,
        segment=segment,
    )
    if segment:
        move = update(subscriptions).where(subscriptions.c.newsletter == owner)
        outbox.subscribers.execute(move.values(segment=segment))
    outbox.editions.enqueue_edition(draft)
    if sent:
        now = datetime.now(UTC) + timedelta(seconds=10)
        rows = claim_rows(outbox, "mail", 9, worker="w", lease=timedelta(minutes=5), now=now)
        outbox.deliveries.settle([Outcome(row.id, State.SENT) for row in rows], now)
    return slug
