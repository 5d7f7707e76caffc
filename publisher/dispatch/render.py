"""A delivery's row becomes what its adapter takes: a message, or a parcel for email in bulk."""

from datetime import UTC, datetime
from functools import cached_property, lru_cache

from publisher.config import Config
from publisher.config.archive import edition_address
from publisher.config.leaving import leaving_page
from publisher.errors import Rejected
from publisher.mime.addresses import mailbox
from publisher.model.deliveries import DIGEST, Delivery, Edition, Rendered, Ticket
from publisher.model.messages import EmailTemplate, Message, Note, Parcel
from publisher.outbox.outbox import Outbox
from publisher.rendering.email import Letterhead, email_template, render_email
from publisher.rendering.text.clean import clean
from publisher.signing import Purpose, Signer


class Messages:
    """Opens frozen editions and notes; an edition is read from the database once."""

    def __init__(self, config: Config, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._frozen = lru_cache(maxsize=4)(self._open)
        self._templates = lru_cache(maxsize=4)(self._template)

    def message(self, delivery: Delivery) -> Message:
        """The Email or Note of `delivery`."""
        if delivery.edition_id is None:
            return Note.from_json(delivery.payload)
        rendered, head = self._frozen(delivery.edition_id)
        return render_email(
            rendered,
            head,
            delivery.recipient,
            delivery.recipient_name,
            self._signed(delivery.token),
            delivery.queued_at,
        )

    def parcel(self, ticket: Ticket) -> Parcel:
        """The email of `ticket`, to be filled in: the same as its `message` would be."""
        return Parcel(
            ticket.id,
            ticket.key,
            self._templates(ticket.edition_id),
            ticket.recipient,
            clean(ticket.recipient_name),
            self._signed(ticket.token),
            _moment(ticket.queued_at // 1_000_000),
        )

    def _signed(self, token: str) -> str:
        return self._signer.sign(Purpose.READER, token)

    @cached_property
    def _signer(self) -> Signer:
        return self._outbox.keys.signer()

    def sender(self, ticket: Ticket) -> str:
        """The bare address that the email of `ticket` is from; as it is written if invalid."""
        return _bare(self._templates(ticket.edition_id).shared.sender)

    def _template(self, edition_id: int) -> EmailTemplate:
        return email_template(*self._frozen(edition_id))

    def _open(self, edition_id: int) -> tuple[Rendered, Letterhead]:
        edition = self._outbox.editions.get(edition_id)
        newsletter = self._config.newsletters.get(edition.owner)
        head = Letterhead(
            sender=edition.sender,
            list_id=edition.list_id,
            page=leaving_page(self._config),
            reply_to=newsletter.reply_to if newsletter else "",
            archive=self._page(edition),
        )
        return edition.rendered, head

    def _page(self, edition: Edition) -> str:
        """Where everybody can read an edition; emails of the system stand nowhere."""
        is_edition = edition.kind == DIGEST
        return edition_address(self._config, edition.owner, edition.slug) if is_edition else ""


@lru_cache(maxsize=16)
def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=16)
def _bare(sender: str) -> str:
    try:
        return mailbox(sender).address
    except Rejected:
        return sender
