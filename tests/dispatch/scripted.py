"""Adapters that do what a test's script says, and remember what they were asked."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from publisher.adapters.base import Adapter, Settings
from publisher.model.messages import Email, Message, Note, Receipt

Step = BaseException | Callable[[], object] | None


class Scripted(Adapter[Message]):
    """Takes one step of the script with each send; after its end, every message arrives."""

    settings = Settings
    kinds = (Email, Note)
    connections = 1

    def __init__(self, settings: Settings | None = None, *, name: str = "scripted") -> None:
        del settings, name
        self.script: deque[Step] = deque()
        self.asked: list[str] = []
        self.arrived: list[str] = []
        self._turn = threading.Lock()

    def will(self, *steps: Step) -> None:
        self.script.extend(steps)

    def send(self, message: Message, key: str) -> Receipt:
        assert isinstance(message, Email | Note)
        return self.take_step(key)

    def take_step(self, key: str) -> Receipt:
        with self._turn:
            self.asked.append(key)
            step = self.script.popleft() if self.script else None
        if isinstance(step, BaseException):
            raise step
        if step is not None:
            step()
        self.arrived.append(key)
        return Receipt(f"remote-{key}", "https://network.example/1")

    def check(self) -> None:
        """All is well."""


class Finding(Scripted):
    """A network that can be asked; `there` are keys it shows, `answers` what asking raises."""

    def __init__(self, settings: Settings | None = None, *, name: str = "finding") -> None:
        super().__init__(settings, name=name)
        self.there: set[str] = set()
        self.answers: deque[BaseException] = deque()
        self.looked = 0

    def find(self, key: str, message: Message, since: datetime) -> Receipt | None:
        assert message.html if isinstance(message, Email) else message.text
        assert since.tzinfo
        self.looked += 1
        if self.answers:
            raise self.answers.popleft()
        return Receipt(f"found-{key}") if key in self.there else None


class Repeating(Scripted):
    """A network that drops repeats under one key for fifty minutes."""

    repeatable_for = timedelta(minutes=50)


class FindingRepeating(Finding):
    """Both."""

    repeatable_for = timedelta(minutes=50)


class Blind(FindingRepeating):
    """Repeats are dropped, and what it does not find may be there all the same."""

    reads_back = False


class Priced(Scripted):
    """A network that costs twenty cents a note."""

    monthly: Decimal | None = Decimal("0.50")

    def price(self, message: Message) -> Decimal:
        assert isinstance(message, Note)
        return Decimal("0.20")

    def budget(self) -> Decimal | None:
        return self.monthly
