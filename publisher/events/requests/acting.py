"""What becomes of requests by email: who proves it is obeyed at once, others are asked by email."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from publisher.config import Config
from publisher.errors import TemplateError
from publisher.events.asking import ask_once
from publisher.events.mailbox.mail import Mail
from publisher.events.mailbox.reading import Finding
from publisher.events.offers import Offers
from publisher.events.reports.marks import delivery_in
from publisher.events.requests.choices import read_wishes
from publisher.events.requests.reading import Request, request_of
from publisher.events.requests.wording import Verb
from publisher.mime.addresses import AddressError, parse_address
from publisher.model.contacts import Consent, Subscriber, SubscriptionState
from publisher.model.system_mails import SystemKind
from publisher.outbox.outbox import Outbox
from publisher.signing import Purpose

BY_EMAIL: Final = "by an email"


@dataclass(frozen=True, slots=True)
class Requests:
    """Reads the mailbox for requests; `mail` gives the frozen email of a kind to answer with.

    A signed token proves that somebody has the reader's email, and so does an answer to it from the
    reader's own address. Whoever else writes from an address is asked back at it.
    """

    config: Config
    outbox: Outbox
    mail: Callable[[SystemKind, str, str], int]
    offers: Offers
    clock: Callable[[], datetime]

    def read(self, mail: Mail) -> Finding | None:
        """See MailReader."""
        request = request_of(mail, self.config.newsletters)
        if request is None:
            return None
        reason = f"{BY_EMAIL} ({mail.fingerprint[:12]})"
        match request.verb:
            case Verb.SUBSCRIBE:
                return self._subscribe(request, reason)
            case Verb.CONFIRM:
                return self._confirm(request)
            case Verb.UNSUBSCRIBE:
                return self._unsubscribe(request, reason)
            case Verb.PREFERENCES:
                return self._choose(request, reason)

    def _unsubscribe(self, request: Request, reason: str) -> Finding | None:
        found = self._proven(request)
        if found is None:
            return self._ask_back(request, reason)
        return Finding("unsubscribed", partial(self._leave, found))

    def _leave(self, found: Subscriber) -> None:
        goodbye = self._mail_or_none(SystemKind.GOODBYE, found)
        self.outbox.readers.leave(found.token, BY_EMAIL, self.clock(), goodbye)

    def _ask_back(self, request: Request, reason: str) -> Finding | None:
        """Send the links by which one leaves and chooses to whom the address belongs."""
        readers = self._subscriptions(request)
        if not readers:
            return None
        return Finding("asked back", lambda: self._remind(readers, reason))

    def _remind(self, readers: list[Subscriber], reason: str) -> None:
        for each in readers:
            mail = self.mail(SystemKind.CHOICES, each.newsletter, each.language)
            self.outbox.readers.answer(each.token, mail, reason, self.clock())

    def _subscribe(self, request: Request, reason: str) -> Finding | None:
        answered = self._answered(request)
        if answered and answered.state is SubscriptionState.PENDING:
            return self._confirm(request)
        known = list(self.config.newsletters)
        name = request.newsletter or (known[0] if len(known) == 1 else "")
        if name not in known:
            return None
        return Finding("asked to subscribe", lambda: self._ask(name, request.sender, reason))

    def _ask(self, newsletter: str, email: str, reason: str) -> None:
        contact = self.outbox.subscribers.show(email)
        mail = self.mail(SystemKind.CONFIRMATION, newsletter, contact.language if contact else "")
        consent = Consent(self.clock(), reason)
        ask_once(self.outbox, newsletter, email, consent=consent, mail=mail)

    def _confirm(self, request: Request) -> Finding | None:
        """By the token of a confirmation, or by an answer to one from where it went to."""
        now = self.clock()
        signed = self.outbox.keys.signer().confirmed(Purpose.CONFIRM, request.token, now)
        if signed is None and not request.token and (number := self._delivery(request)):
            (row,) = self.outbox.operator.find(ids=[number])
            if self._is_confirmation(row.edition_id) and _same(row.recipient, request.sender):
                signed = row.token, row.queued_at
        found = self.outbox.readers.find(signed[0]) if signed else None
        if signed is None or found is None:
            return None
        return Finding("confirmed", partial(self._activate, found, signed[1]))

    def _activate(self, found: Subscriber, asked_at: datetime) -> None:
        welcome = self._mail_or_none(SystemKind.WELCOME, found)
        self.outbox.readers.confirm(found.token, asked_at, self.clock(), welcome)

    def _choose(self, request: Request, reason: str) -> Finding | None:
        found = self._proven(request)
        if found is None or found.newsletter not in self.config.newsletters:
            return self._ask_back(request, reason)
        return Finding("choices", lambda: self._store(found, request.lines, reason))

    def _store(self, found: Subscriber, lines: tuple[str, ...], reason: str) -> None:
        """Store what is chosen and say so, or how to choose where nothing was understood."""
        topics, now = self.offers.topics(found.newsletter), self.clock()
        wishes = read_wishes(lines, found.choices, topics)
        language = found.language
        if wishes.language is not None:
            language = self.offers.language(found.newsletter, wishes.language, found.language)
        if wishes:
            asked = wishes.choices or found.choices
            self.outbox.readers.choose(
                found.token,
                self.offers.fitting(found.newsletter, asked, found.choices),
                now,
                name=wishes.name,
                language=language,
                timezone=wishes.timezone,
            )
        kind = SystemKind.CHOICES_SAVED if wishes else SystemKind.CHOICES
        mail = self.mail(kind, found.newsletter, language)
        self.outbox.readers.answer(found.token, mail, reason, now)

    def _mail_or_none(self, kind: SystemKind, found: Subscriber) -> int | None:
        """Leaving and joining must not fail because a template is wrong."""
        if found.newsletter not in self.config.newsletters:
            return None
        try:
            return self.mail(kind, found.newsletter, found.language)
        except TemplateError:
            return None

    def _proven(self, request: Request) -> Subscriber | None:
        """Whose request it surely is."""
        if request.token:
            token = self.outbox.keys.subscription_token(request.token)
            if token and (found := self.outbox.readers.find(token)):
                return found
        found = self._answered(request)
        return found if found and _same(found.email, request.sender) else None

    def _answered(self, request: Request) -> Subscriber | None:
        """Whose email is answered, whoever answers it."""
        number = self._delivery(request)
        rows = self.outbox.operator.find(ids=[number]) if number else []
        return self.outbox.readers.find(rows[0].token) if rows and rows[0].token else None

    def _delivery(self, request: Request) -> int | None:
        return delivery_in(request.answered, self.outbox.keys.signer())

    def _is_confirmation(self, edition: int | None) -> bool:
        kind = self.outbox.editions.get(edition).kind if edition else ""
        return kind == SystemKind.CONFIRMATION

    def _subscriptions(self, request: Request) -> list[Subscriber]:
        """What the sender's address is subscribed to, of the newsletter that is named."""
        contact = self.outbox.subscribers.show(request.sender)
        return [
            each
            for each in (contact.subscriptions if contact and not contact.suppressed else ())
            if each.state is SubscriptionState.ACTIVE
            and each.newsletter in self.config.newsletters
            and request.newsletter in ("", each.newsletter)
        ]


def _same(one: str, other: str) -> bool:
    try:
        return parse_address(one).key == parse_address(other).key
    except AddressError:
        return False
