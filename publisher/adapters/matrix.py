"""Matrix (spec.matrix.org, client-server API): an account that posts into a room."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from pydantic import Field

from publisher.adapters.http.api import deleting
from publisher.adapters.http.chats import Part, parts_of
from publisher.adapters.http.notes import FindsPosts, HttpSettings, Page, Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.replies import dig, epoch, network_id, read_json
from publisher.adapters.http.text.counting import utf8_bytes
from publisher.errors import AuthExpired
from publisher.model.credentials import Standing
from publisher.model.messages import ChannelMessage, Digest, Limits, Note, Receipt

if TYPE_CHECKING:
    from requests import Response

LENGTH = 8000  # an event has 65,536 bytes; one that edits holds words and HTML twice, escaped
PAGE = 100
_CLIENT = "/_matrix/client/v3"
KEY = "publisher.key"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")

Content = dict[str, Any]


class MatrixSettings(HttpSettings):
    """The account's token, and the room by its id."""

    base_url: BaseUrl = "https://matrix.org"
    token: Token
    room: str = Field(pattern=r"^![!-.0-~]+$", max_length=255)
    silent: bool = False


class Matrix(FindsPosts[ChannelMessage, MatrixSettings]):
    """An account in a room; every server drops repeats for a while, and shows what is there."""

    settings = MatrixSettings
    kinds = (Note, Digest)
    limits = Limits(LENGTH, utf8_bytes, "bytes")
    repeatable_for = timedelta(minutes=25)  # servers remember for 30 minutes or longer
    account_refusals = (Refusals((403,), advice="let the account write in the room"),)
    retry_after = ("retry_after_ms",)

    def headers(self) -> dict[str, str]:
        """The account's token."""
        return {"Authorization": f"Bearer {self.options.token.get_secret_value()}"}

    def send(self, message: ChannelMessage, key: str) -> Receipt:
        """Refuse what is surely too long, then post once; the key is the transaction's id."""
        self.refuse_longer(message, self.limits)
        return self.answered(self._put(key, {**self._content(message), KEY: key}))

    def receipt(self, shown: object) -> Receipt | None:
        """An event has an id, and an address that every client opens."""
        remote_id, room = network_id(dig(shown, "event_id")), self.options.room
        if not remote_id:
            return None
        url = f"https://matrix.to/#/{quote(room)}/{quote(remote_id, safe='$')}"
        return Receipt(remote_id, url, handle={"room": room})

    def edit(self, receipt: Receipt, message: ChannelMessage) -> Receipt:
        """Replace it: an event of its own, which clients show in the place of the first."""
        self.refuse_longer(message, self.limits)
        new = self._content(message)
        relation = {"rel_type": "m.replace", "event_id": receipt.remote_id}
        content = {**new, "m.new_content": new, "m.relates_to": relation}
        self.answered(self._put(uuid4().hex, content))
        return receipt

    def delete(self, receipt: Receipt) -> None:
        """Redact it: its content is gone, on every server that obeys."""
        event = quote(receipt.remote_id, safe="")
        path = self._room(f"redact/{event}/{uuid4().hex}")
        deleting(lambda: self.api.call("PUT", path, json={}))

    def ask_account(self) -> str:
        """Whose token it is."""
        return self.id_in(self.api.call("GET", _CLIENT + "/account/whoami"), "user_id")

    def page(self, since: datetime, older: str) -> Page:
        """A hundred events of the room, newest first."""
        del since  # the server takes none
        query = {"dir": "b", "limit": PAGE, "from": older or None}
        response = self.api.call("GET", self._room("messages"), params=query)
        events = dig(read_json(response), "chunk")
        if not isinstance(events, list):
            raise self.api.unreadable(response)
        return Page(response, events, network_id(dig(read_json(response), "end")))

    def posted_at(self, shown: object) -> datetime | None:
        """In milliseconds since 1970."""
        try:
            return epoch(int(network_id(dig(shown, "origin_server_ts"))), per_second=1000)
        except ValueError:
            return None

    def matches(self, shown: object, key: str, message: ChannelMessage) -> bool:
        """By the key, which stands in the event; everybody may write there."""
        del message
        return dig(shown, "content", KEY) == key and dig(shown, "sender") == self.account

    def check(self) -> Standing:
        """Ask whose token it is, and whether the account is in the room."""
        account = self.ask_account()
        response = self.api.call("GET", _CLIENT + "/joined_rooms")
        rooms = dig(read_json(response), "joined_rooms")
        if not isinstance(rooms, list):
            raise self.api.unreadable(response)
        if self.options.room not in rooms:
            raise AuthExpired(f"{self.api.host}: {account} is not in the room: invite and join it")
        return Standing(account)

    def _put(self, transaction: str, content: Content) -> "Response":
        path = self._room(f"send/m.room.message/{transaction}")
        return self.api.call("PUT", path, acts=True, json=content)

    def _room(self, path: str) -> str:
        return f"{_CLIENT}/rooms/{quote(self.options.room, safe='')}/{path}"

    def _content(self, message: ChannelMessage) -> Content:
        """Words, and the same as HTML if that has room; no name in it is a mention."""
        content: Content = {
            "msgtype": "m.notice" if self.options.silent else "m.text",
            "body": message.text,
            "m.mentions": {},
        }
        html = _html(parts_of(message, lambda parts: _fits(_html(parts))))
        if not _fits(html):
            return content
        return {**content, "format": "org.matrix.custom.html", "formatted_body": html}


def _fits(html: str) -> bool:
    return utf8_bytes(html) <= 2 * LENGTH


def _html(parts: Sequence[Part]) -> str:
    return "".join(map(_marked_up, parts))


def _marked_up(part: Part) -> str:
    html = escape(_CONTROL.sub(" ", part.words), quote=False).replace("\n", "<br>")
    if part.url:
        html = f'<a href="{escape(part.url)}">{html}</a>'
    return f"<strong>{html}</strong>" if part.bold else html
