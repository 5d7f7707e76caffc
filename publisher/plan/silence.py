"""Asks readers who were silent for long whether they still want a newsletter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from publisher.config import Config, Newsletter
from publisher.model.contacts import SilentReader
from publisher.model.system_mails import SystemKind
from publisher.outbox.outbox import Outbox
from publisher.plan.system_mails import SystemMails

MOST: Final = 200
"""So many are asked of a newsletter at a time: these emails go before its editions."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Looks after newsletters that want to know; the others keep nothing of their readers."""

    config: Config
    outbox: Outbox
    mails: SystemMails

    def look(self, now: datetime) -> None:
        """Ask who was silent, and unsubscribe who has not answered.

        Raises:
            StorageError: the database cannot be read or written; the next look does the rest.
            TemplateError: a template is wrong.
        """
        asking = {
            name: each
            for name, each in self.config.newsletters.items()
            if each.count and each.ask_silent
        }
        self.outbox.counts.forget(asking)
        for name, each in asking.items():
            self.outbox.counts.watch(name, now)
            self._drop(name, each, now)
            self._ask(name, each, now)

    def _ask(self, name: str, newsletter: Newsletter, now: datetime) -> None:
        assert newsletter.ask_silent is not None  # noqa: S101 - see look
        silent, since = self.outbox.silent, now - newsletter.ask_silent
        found = silent.to_ask(name, since, since, MOST)
        self._each(found, SystemKind.STILL_THERE, name, silent.ask, since, since, now)

    def _drop(self, name: str, newsletter: Newsletter, now: datetime) -> None:
        if newsletter.drop_silent is None or newsletter.ask_silent is None:
            return
        silent, since = self.outbox.silent, now - newsletter.ask_silent
        before = now - newsletter.drop_silent
        found = silent.to_drop(name, since, before, MOST)
        self._each(found, SystemKind.GOODBYE, name, silent.drop, since, before, now)

    def _each(
        self, found: Iterable[SilentReader], kind: SystemKind, name: str, act: Any, *moments: Any
    ) -> None:
        for reader in found:
            act(reader.id, self.mails.get(kind, name, reader.language), name, *moments)
