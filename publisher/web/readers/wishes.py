"""Many forms at once: their limits and their wishes in one transaction of few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.model.asking import Ask
from publisher.outbox.outbox import Outbox
from publisher.web.limits import Limits, Wants


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent: what it takes of whose limits, and what it asks for."""

    now: datetime
    wants: Wants
    asks: Sequence[Ask]


@dataclass(eq=False)
class Wishes:
    """Writes what forms ask for; tells of each whether so many may be sent."""

    outbox: Outbox
    limits: Limits

    def __call__(self, forms: list[Form]) -> list[bool]:
        """Every form that its sender's limits allow is written down, all in one transaction."""
        with self.outbox.database.together():
            allowed = self.limits.allow_many(
                max(form.now for form in forms), [form.wants for form in forms]
            )
            both = zip(forms, allowed, strict=True)
            self.outbox.readers.ask_many([ask for form, may in both if may for ask in form.asks])
        return allowed
