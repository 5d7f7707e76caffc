"""A delivery's row becomes the message that its adapter takes."""

from functools import lru_cache

from publisher.config import Config
from publisher.messages import Message, Note
from publisher.outbox import Delivery, Outbox
from publisher.rendering import Rendered
from publisher.rendering.letters import Letterhead, letter


class Letters:
    """Opens frozen editions and notes; an edition is read from the database once."""

    def __init__(self, config: Config, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._frozen = lru_cache(maxsize=4)(self._open)

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

    def _open(self, edition_id: int) -> tuple[Rendered, Letterhead]:
        edition = self._outbox.edition(edition_id)
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
