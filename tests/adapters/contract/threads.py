"""What the contract must carry: a network that publishes in two steps, as Threads does.

A container is made, takes a while, and is published once; its id is the key to all questions.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.adapters.base import option
from publisher.adapters.http.notes import HttpAdapter, HttpSettings
from publisher.adapters.http.options import Token
from publisher.adapters.http.replies import dig, network_id, read_json
from publisher.errors import Rejected
from publisher.model.messages import Later, Limits, Note, Receipt

if TYPE_CHECKING:
    from requests import Response

STILL_WORKING = timedelta(seconds=30)


class ThreadsSettings(HttpSettings):
    """The account's token."""

    token: Token = option("The account's token.")
    user: str = option("The account's number.", "17")


class Threads(HttpAdapter[Note, ThreadsSettings]):
    """Makes a container, and publishes it once it is finished."""

    settings = ThreadsSettings
    kinds = (Note,)
    limits = Limits(500, len)

    def headers(self) -> dict[str, str]:
        """The token."""
        return {"Authorization": f"Bearer {self.options.token.get_secret_value()}"}

    def send(self, message: Note, key: str) -> Receipt | Later:
        """Make the container, which nobody sees yet."""
        del key
        self.refuse_longer(message, self.limits)
        path = f"/v1.0/{self.options.user}/threads"
        return self._later(self.api.call("POST", path, json=self.content(message)))

    def content(self, message: Note) -> dict[str, str]:
        """What the container is made of."""
        return {"media_type": "TEXT", "text": message.text}

    def _later(self, response: "Response") -> Later:
        return Later(json.dumps({"container": self.id_in(response, "id")}))

    def go_on(self, message: Note, key: str, state: str) -> Receipt | Later:
        """Ask for the container first: its answer may have been lost after it was published."""
        container = str(json.loads(state)["container"])
        asked = self.api.call("GET", f"/v1.0/{quote(container, safe='')}")
        match dig(read_json(asked), "status"):
            case "PUBLISHED":
                return self._published(container)
            case "FINISHED":
                return self._publish(container)
            case "EXPIRED":
                return self.send(message, key)
            case "ERROR":
                raise self.api.error(Rejected, asked)
        return Later(state, datetime.now(UTC) + STILL_WORKING, "the network works on it")

    def _publish(self, container: str) -> Receipt:
        path = f"/v1.0/{self.options.user}/threads_publish"
        return self.answered(
            self.api.call("POST", path, acts=True, json={"creation_id": container})
        )

    def _published(self, container: str) -> Receipt:
        response = self.api.call("GET", "/v1.0/me/threads", params={"container": container})
        return Receipt(self.id_in(response, "id"))

    def receipt(self, shown: object) -> Receipt | None:
        """A thread has an id."""
        remote_id = network_id(dig(shown, "id"))
        return Receipt(remote_id) if remote_id else None

    def check(self) -> None:
        """Ask who we are."""
        self.api.call("GET", "/v1.0/me")
