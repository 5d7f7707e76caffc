"""What the contract must carry: one message for several relays, known by its own hash, as Nostr."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from publisher.adapters.base import Adapter, Settings, option
from publisher.adapters.http.api import Api
from publisher.adapters.http.options import BaseUrl, Seconds
from publisher.adapters.http.replies import dig, read_json
from publisher.errors import AuthExpired, DeliveryError, OutcomeUnknown, Rejected
from publisher.model.messages import Later, Limits, Note, Receipt

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AGAIN = timedelta(minutes=1)
MOST_ROUNDS = 3


class NostrSettings(Settings):
    """The relays."""

    relays: tuple[BaseUrl, ...] = option("Where to post.")
    timeout: Seconds = option("Seconds to wait for an answer.", 10.0)


class Nostr(Adapter[Note]):
    """The same event for every relay; a relay that has it says so and keeps one."""

    settings = NostrSettings
    kinds = (Note,)
    limits = Limits(5000, len)
    repeatable_for = None

    def __init__(self, settings: NostrSettings, *, name: str) -> None:
        self._relays = {
            url: Api(url, name=name, timeout=settings.timeout) for url in settings.relays
        }

    def __repr__(self) -> str:
        return "Nostr()"

    def send(self, message: Note, key: str) -> Receipt | Later:
        """Hand the event to every relay."""
        del key
        if excess := self.limits.excess(message.text):
            raise Rejected(f"the note {excess}")
        return self._round(message, frozenset(), rounds=1)

    def go_on(self, message: Note, key: str, state: str) -> Receipt | Later:
        """Hand it to those relays that did not take it."""
        del key
        known = json.loads(state)
        return self._round(message, frozenset(known["done"]), rounds=known["rounds"] + 1)

    def _round(self, message: Note, done: frozenset[str], rounds: int) -> Receipt | Later:
        event, errors = _event(message), dict[str, DeliveryError]()
        for url, relay in self._relays.items():
            if url in done:
                continue
            try:
                _hand_over(relay, event)
            except DeliveryError as error:
                errors[url] = error
        taken = self._relays.keys() - errors.keys()
        if not taken:
            raise min(errors.values(), key=lambda each: not isinstance(each, OutcomeUnknown))
        if errors and rounds < MOST_ROUNDS:
            state = json.dumps({"done": sorted(taken), "rounds": rounds})
            return Later(state, datetime.now(UTC) + AGAIN, "not every relay has it")
        missing = "; ".join(str(error) for error in errors.values())
        return Receipt(event["id"], remark=missing and f"not on every relay: {missing}")

    def check(self) -> None:
        """Ask each relay."""
        for relay in self._relays.values():
            relay.call("GET", "/info")


def _event(message: Note) -> dict[str, Any]:
    """The same in every attempt: that is what its id is made of."""
    created = int((message.created_at or EPOCH).timestamp())
    parts = [0, "public key", created, 1, [["t", tag] for tag in message.tags], message.text]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return {"id": hashlib.sha256(text.encode()).hexdigest(), "content": message.text}


def _hand_over(relay: Api, event: dict[str, Any]) -> None:
    response = relay.call("POST", "/event", acts=True, json=event)
    accepted = dig(read_json(response), "ok")
    if accepted is False:
        words = str(dig(read_json(response), "message"))
        raise relay.error(AuthExpired if "auth" in words else Rejected, response)
    if accepted is not True:
        raise relay.unreadable(response, acts=True)
