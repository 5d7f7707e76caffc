"""A delivery's row becomes what its adapter takes: a message, or a parcel for mail in bulk."""

from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from publisher.adapters.base import Parcel
from publisher.config import Config
from publisher.errors import Rejected
from publisher.model.deliveries import Delivery, Ticket
from publisher.model.messages import Message, Note
from publisher.outbox.outbox import Outbox
from publisher.rendering.email import Circular, Letterhead, letter
from publisher.rendering.merge_fields import Rendered


class Letters:
    """Opens frozen editions and notes; an edition is read from the database once."""

    def __init__(self, config: Config, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._frozen = lru_cache(maxsize=4)(self._open)
        self._circulars = lru_cache(maxsize=4)(self._circular)

    def message(self, delivery: Delivery) -> Message:
        """The Email or Note of `delivery`."""
        if delivery.edition_id is None:
            return Note.from_json(delivery.payload)
        rendered, head = self._frozen(delivery.edition_id)
        return letter(
            rendered,
            head,
            delivery.recipient,
            delivery.recipient_name,
            delivery.token,
            delivery.queued_at,
        )

    def parcel(self, ticket: Ticket) -> Parcel:
        """The mail of `ticket` as bytes, spliced: the same, once read, as its `message` would be.

        Raises:
            Rejected: an address is none, or the link to unsubscribe is longer than a line.
        """
        circular = self._circulars(ticket.edition_id)
        recipient, content = circular.mail(
            ticket.key,
            ticket.recipient,
            ticket.recipient_name,
            ticket.token,
            _date(ticket.queued_at // 1_000_000),
        )
        return Parcel(ticket.id, ticket.key, circular.sender, recipient, content)

    def sender(self, ticket: Ticket) -> str:
        """The bare address that the mail of `ticket` is from; as it is written if it is none."""
        try:
            return self._circulars(ticket.edition_id).sender
        except Rejected:
            return self._frozen(ticket.edition_id)[1].sender

    def _circular(self, edition_id: int) -> Circular:
        return Circular(*self._frozen(edition_id))

    def _open(self, edition_id: int) -> tuple[Rendered, Letterhead]:
        edition = self._outbox.editions.get(edition_id)
        rendered = Rendered(
            edition.subject, edition.html, edition.text, edition.preheader, warnings=()
        )
        newsletter = self._config.newsletters.get(edition.owner)
        head = Letterhead(
            sender=edition.sender,
            list_id=edition.list_id,
            web=self._config.web.url or "",
            reply_to=newsletter.reply_to if newsletter else "",
        )
        return rendered, head


@lru_cache(maxsize=16)
def _date(seconds: int) -> bytes:
    """A moment in seconds since 1970 as a header has it."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC)).encode()
