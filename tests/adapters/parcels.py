"""The other side of send_many: parcels, and a ledger that hands them out."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from publisher.adapters.smtp import Smtp, SmtpSettings
from publisher.errors import DeliveryError
from publisher.mime.template import ByteTemplate
from publisher.model.messages import Answer, Bodies, Email, EmailTemplate, Parcel


def smtp(port: int, **options: Any) -> Smtp:
    """A channel to a server of this machine, which has little patience."""
    given = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": 1}
    given |= {"answer_timeout": 1, "connections": 3}
    return Smtp(SmtpSettings.model_validate(given | options), name="mail")


def template(text: str) -> EmailTemplate:
    """An edition without merge fields."""
    bodies = Bodies([text], ["<p>It is open again.</p>\n"])
    moment = datetime(2026, 3, 1, 7, tzinfo=UTC)
    shared = Email("news@gazette.example", "", "", "The bridge", "", "", moment)
    return EmailTemplate(shared, bodies, bodies)


EDITION = template("It is open again.\n" * 500)


def parcel(id: int, text: str = "", recipient: str = "") -> Parcel:  # noqa: A002 - the field's name
    """One email of an edition, or of its own `text`."""
    whom = recipient or f"reader{id}@example.org"
    edition = template(text) if text else EDITION
    return Parcel(id, f"{id:032x}", edition, whom, "", "", edition.shared.date)


def parcels(count: int) -> list[Parcel]:
    """To as many readers."""
    return [parcel(number) for number in range(count)]


def content(parcel: Parcel) -> bytes:
    """What arrives of it."""
    return ByteTemplate(parcel.template).fill(parcel)[1]


class Ledger:
    """Hands out parcels, and holds every answer against them."""

    def __init__(self, parcels: Sequence[Parcel], connections: int, *, again: int = 3) -> None:
        self.answers: dict[int, Answer] = {}
        self.untried: list[int] = []
        self.most = 0
        self.calls: list[tuple[int, int]] = []
        self._queued = list(parcels)
        self._out: dict[int, Parcel] = {}
        self._bound = 2 * connections
        self._again = again
        self._busy = threading.Lock()

    def __call__(self, answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
        assert self._busy.acquire(blocking=False)
        try:
            return self._exchange(answers, room)
        finally:
            self._busy.release()

    def _exchange(self, answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
        self.calls.append((len(answers), room))
        for answer in answers:
            self._take(answer)
        given, self._queued = self._queued[:room], self._queued[room:]
        self._out |= {parcel.id: parcel for parcel in given}
        self.most = max(self.most, len(self._out))
        assert len(self._out) <= self._bound
        return given if given or self._out or self._queued else None

    @property
    def whole(self) -> bool:
        """Whether nothing is out any more."""
        return not self._out

    @property
    def sent(self) -> int:
        return sum(answer.receipt is not None for answer in self.answers.values())

    def errors(self) -> dict[int, DeliveryError]:
        return {
            number: each.error
            for number, each in self.answers.items()
            if isinstance(each.error, DeliveryError)
        }

    def _take(self, answer: Answer) -> None:
        parcel = self._out.pop(answer.id)  # a KeyError: answered twice
        assert answer.receipt is None or answer.error is None
        if answer.receipt or answer.error:
            self.answers[answer.id] = answer
            return
        self.untried.append(answer.id)
        if self.untried.count(answer.id) <= self._again:
            self._queued.append(parcel)
