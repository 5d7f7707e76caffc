"""Reads reports in the mailbox: those about our own emails count, whatever form they have."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from publisher.config.options.mailbox import Bounces
from publisher.events.mailbox.mail import Mail
from publisher.events.mailbox.reading import Finding
from publisher.events.reports.classify import classify
from publisher.events.reports.marks import delivery_in
from publisher.events.reports.report import Report, Said
from publisher.mime.lines import one_line
from publisher.model.contacts import Bounce, BounceKind, EventKind
from publisher.outbox.outbox import Outbox
from publisher.signing import Signer

MOST_TEXT = 500
_BOUNCES = {
    Said.HARD: BounceKind.HARD,
    Said.SOFT: BounceKind.SOFT,
    Said.BLOCKED: BounceKind.BLOCKED,
}
_NOTES = {Said.DELAYED: EventKind.DELAYED, Said.AUTO_REPLY: EventKind.AUTO_REPLIED}


@dataclass(slots=True)
class Reports:
    """Bounces, complaints, delays and automatic replies; `editions` are those they were about.

    A report without the mark of one of our deliveries is a stranger's or a forgery, and left alone.
    """

    outbox: Outbox
    signer: Signer
    limits: Bounces
    clock: Callable[[], datetime]
    editions: set[int] = field(default_factory=set)

    def read(self, mail: Mail) -> Finding | None:
        """See MailReader."""
        report = classify(mail)
        number = delivery_in(report.places, self.signer) if report else None
        if report is None or number is None:
            return None
        found = self.outbox.bounces.recipient(number)
        if found is None:
            return Finding(f"{report.said.value} of an email that is no longer kept")
        recipient, edition = found
        if edition is not None and report.said in {Said.HARD, Said.BLOCKED, Said.COMPLAINT}:
            self.editions.add(edition)
        return Finding(report.said.value, self._record(report, number, recipient))

    def _record(self, report: Report, number: int, recipient: str) -> Callable[[], None] | None:
        """What is to be written down; None: nothing."""
        store, said, now = self.outbox.bounces, report.said, self.clock()
        text = one_line(report.text)[:MOST_TEXT]
        if kind := _BOUNCES.get(said):
            bounce = Bounce(number, recipient, kind, report.status, text, now)
            return partial(store.record, [bounce], self.limits.soft_limit)
        if said is Said.COMPLAINT:
            return partial(store.complain, number, text, now)
        if note := _NOTES.get(said):
            return partial(store.note, number, note, text, now)
        return None
