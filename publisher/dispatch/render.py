"""A delivery's row becomes what its adapter takes: a message, or a parcel for email in bulk."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from publisher.config import Config, Newsletter
from publisher.config.archive import edition_address
from publisher.config.leaving import leaving_page, reading_mailbox
from publisher.errors import Rejected
from publisher.mime.addresses import mailbox
from publisher.model.deliveries import DIGEST, Delivery, Edition, Rendered, Ticket
from publisher.model.messages import EmailTemplate, Message, Parcel, read_message
from publisher.model.system_mails import SystemKind
from publisher.outbox.outbox import Outbox
from publisher.rendering.counting import counted
from publisher.rendering.email import Letterhead, email_template, render_email
from publisher.rendering.merge_fields import without
from publisher.rendering.text.clean import clean
from publisher.signing import Key, Purpose, Signer, count_body, new_address_body, seen_body

MOST_FROZEN = 16
"""So many editions and emails of the system are kept in memory."""

KEYS_SECONDS = 30.0
"""How often it is asked whether the signing keys are still those: a mailing may take hours."""


class Messages:
    """Opens frozen editions and notes; an edition is read from the database once."""

    def __init__(self, config: Config, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._frozen = lru_cache(maxsize=MOST_FROZEN)(self._open)
        self._templates = lru_cache(maxsize=MOST_FROZEN)(self._template)
        self._keys: Sequence[Key] = ()
        self._signer: Signer
        self._marked: Callable[[str], str]
        self._asked = -KEYS_SECONDS

    def message(self, delivery: Delivery) -> Message:
        """The Email or Note of `delivery`."""
        if delivery.edition_id is None:
            tried = delivery.dated_at or delivery.started_at or delivery.queued_at
            return replace(read_message(delivery.payload), created_at=tried)
        self._look_at_keys()
        rendered, head = self._frozen(delivery.edition_id)
        email = render_email(
            rendered,
            head,
            delivery.recipient,
            delivery.recipient_name,
            self._signed(delivery.token),
            delivery.queued_at,
            self._confirmation(head, delivery.token, delivery.recipient, delivery.queued_at),
            self._seen(delivery.id),
        )
        return replace(email, mark=self._mark(delivery.id))

    def parcel(self, ticket: Ticket) -> Parcel:
        """The email of `ticket`, to be filled in: the same as its `message` would be."""
        self._look_at_keys()
        template = self._templates(ticket.edition_id)
        return Parcel(
            ticket.id,
            ticket.key,
            template,
            ticket.recipient,
            clean(ticket.recipient_name),
            self._signed(ticket.token),
            _moment(ticket.queued_at // 1_000_000),
            self._confirm(ticket) if "confirm" in template.fields else "",
            self._mark(ticket.id),
            self._seen(ticket.id) if "seen" in template.fields else "",
        )

    def _look_at_keys(self) -> None:
        """Sign with no key that was retired meanwhile; counted links stand in what is kept."""
        now = time.monotonic()
        if now - self._asked < KEYS_SECONDS:
            return
        keys, self._asked = self._outbox.keys.all(), now
        if keys != self._keys:
            self._keys, self._signer = keys, Signer(keys)
            self._marked = self._signer.marker(Purpose.REPORT)
            self._frozen.cache_clear()
            self._templates.cache_clear()

    def _seen(self, delivery_id: int) -> str:
        """What tells in a counted link which reader opened it."""
        return self._signer.sign(Purpose.COUNT, seen_body(delivery_id))

    def _confirm(self, ticket: Ticket) -> str:
        _, head = self._frozen(ticket.edition_id)
        asked_at = _moment(ticket.queued_at // 1_000_000)
        return self._confirmation(head, ticket.token, ticket.recipient, asked_at)

    def _confirmation(
        self, head: Letterhead, token: str, recipient: str, asked_at: datetime
    ) -> str:
        """The same whenever it is made, by whichever process."""
        if head.confirms == "address":
            body = new_address_body(token, recipient)
            return self._signer.confirmation(Purpose.ADDRESS, body, asked_at)
        return self._signer.confirmation(Purpose.CONFIRM, token, asked_at)

    def _mark(self, delivery_id: int) -> str:
        """By which a bounce finds the row, and nobody else can make one up."""
        number = str(delivery_id)
        return f"{number}-{self._marked(number)}"

    def _signed(self, token: str) -> str:
        return self._signer.sign(Purpose.READER, token)

    def sender(self, ticket: Ticket) -> str:
        """The bare address that the email of `ticket` is from; as it is written if invalid."""
        self._look_at_keys()
        return _bare(self._templates(ticket.edition_id).shared.sender)

    def _template(self, edition_id: int) -> EmailTemplate:
        return email_template(*self._frozen(edition_id))

    def _open(self, edition_id: int) -> tuple[Rendered, Letterhead]:
        edition = self._outbox.editions.get(edition_id)
        newsletter = self._config.newsletters.get(edition.owner)
        system = None if edition.kind == DIGEST else SystemKind(edition.kind)
        head = Letterhead(
            sender=edition.sender,
            list_id=edition.list_id,
            page=leaving_page(self._config),
            reply_to=self._reply_to(newsletter, system),
            mailbox=reading_mailbox(self._config),
            pages=self._config.web.url or "",
            archive=self._page(edition),
            confirms="address" if system is SystemKind.NEW_ADDRESS else "confirm",
            listed=system is None or system.tells_how_to_leave,
        )
        counts = newsletter is not None and system is None and newsletter.count
        whose = newsletter is not None and newsletter.ask_silent is not None
        rendered = self._counted(edition, whose=whose) if counts else edition.rendered
        return rendered if head.archive else without(rendered, "archive"), head

    def _counted(self, edition: Edition, *, whose: bool) -> Rendered:
        """The edition with counted links, which are everybody's but where silence counts."""
        start = f"{self._config.web.url}/o/"

        def address(number: int) -> str:
            return start + self._signer.sign(Purpose.COUNT, count_body(edition.id, number))

        return counted(edition.rendered, address, whose=whose)

    def _reply_to(self, newsletter: Newsletter | None, system: SystemKind | None) -> str:
        """Where replies go: what asks for an answer is answered to the mailbox that is read."""
        asks = system is not None and system.asks_for_an_answer
        own = newsletter.reply_to if newsletter else ""
        return (reading_mailbox(self._config) if asks else "") or own

    def _page(self, edition: Edition) -> str:
        """Where everybody can read an edition; emails of the system stand nowhere."""
        if edition.kind != DIGEST:
            return ""
        return edition_address(self._config, edition.owner, edition.slug, edition.segment)


@lru_cache(maxsize=16)
def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=16)
def _bare(sender: str) -> str:
    try:
        return mailbox(sender).address
    except Rejected:
        return sender
