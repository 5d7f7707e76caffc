"""Tokens are renewed in time, and those that a person must renew are announced."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from publisher.adapters.base import Refreshes
from publisher.dispatch.endings import ending_of
from publisher.errors import AuthExpired, DeliveryError
from publisher.wiring import Publisher

TOKENS_SECONDS: Final = 60.0


@dataclass(slots=True)
class Tokens:
    """Those of all channels, as one process looks after them."""

    publisher: Publisher
    say: Callable[[str], None]
    _dead: dict[str, int] = field(default_factory=dict)  # which stored ones the network refused
    _failing: dict[str, str] = field(default_factory=dict)

    def look(self) -> None:
        """Renew what ends soon, and say once a stage what a person must renew."""
        for name in self.publisher.config.channels:
            self._renew(name)
            self._announce(name)

    def _renew(self, name: str) -> None:
        """A dead token pauses its channel, and is not tried again until there is another."""
        adapter = self.publisher.adapters[name]
        if not isinstance(adapter, Refreshes):
            return
        stored = self.publisher.outbox.credentials.read(name)
        version = stored.version if stored else 0
        if self._dead.get(name) == version:
            return
        try:
            adapter.refresh()
        except AuthExpired as error:
            self._dead[name] = version
            if self.publisher.outbox.channels.pause(name, str(error)):
                self.say(f"{name} paused: {error}")
        except DeliveryError as error:
            self._report(name, str(error))
        else:
            self._failing.pop(name, None)

    def _report(self, name: str, text: str) -> None:
        """What fails the same way again is not said again."""
        if self._failing.get(name) != text:
            self._failing[name] = text
            self.say(f"{name}: {text}")

    def _announce(self, name: str) -> None:
        """The database knows what was said, whichever process said it."""
        now = self.publisher.clock()
        ending = ending_of(self.publisher.adapters[name], now)
        if ending is None:
            return
        text = f"{name}: {ending.words}; {ending.hint(name)}"
        notices = self.publisher.outbox.notices
        if notices.record(f"log token {name}", ending.mark, text, now, reported=True):
            self.say(text)
