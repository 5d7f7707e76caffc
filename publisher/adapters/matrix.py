"""Matrix (spec.matrix.org, client-server API): an account that posts into a room."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from pydantic import Field

from publisher.adapters.http.api import Api, deleting
from publisher.adapters.http.chats import Part, parts_of
from publisher.adapters.http.notes import FindsPosts, HttpSettings, Page, Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.replies import ascii_words, dig, epoch, network_id, read_json
from publisher.adapters.http.text.counting import utf8_bytes
from publisher.adapters.http.tokens import TOKEN, StoredToken, in_its_place
from publisher.errors import AuthExpired, DeliveryError, NotAllowed, Rejected, UsageError
from publisher.model.credentials import Credentials, Person, Standing
from publisher.model.messages import ChannelMessage, Digest, Limits, Note, Receipt

if TYPE_CHECKING:
    from requests import Response

LENGTH = 8000  # an event has 65,536 bytes; one that edits holds words and HTML twice, escaped
PAGE = 100
_CLIENT = "/_matrix/client/v3"
_LOGIN = _CLIENT + "/login"
PASSWORD = "m.login.password"  # noqa: S105 - a name
DEVICE = "device"
CREATORS_STAND_ABOVE = 12
KEY = "publisher.key"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")

Content = dict[str, Any]


class MatrixSettings(HttpSettings):
    """The account's token, and the room by its id."""

    base_url: BaseUrl = "https://matrix.org"
    token: Token | None = None
    room: str = Field(
        pattern=r"^![!-.0-~]+$",
        max_length=255,
        description="write the room's internal id in quotes: it begins with !, its name with #",
    )
    silent: bool = False


class Matrix(
    StoredToken[ChannelMessage, MatrixSettings], FindsPosts[ChannelMessage, MatrixSettings]
):
    """An account in a room; every server drops repeats for a while, and shows what is there."""

    settings = MatrixSettings
    kinds = (Note, Digest)
    limits = Limits(LENGTH, utf8_bytes, "bytes")
    repeatable_for = timedelta(minutes=25)  # servers remember for 30 minutes or longer
    account_refusals = (Refusals((403,), advice="let the account write in the room"),)
    retry_after = ("retry_after_ms",)

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
        events = self.list_in(response, "chunk")
        return Page(response, events, network_id(dig(read_json(response), "end")))

    def posted_at(self, shown: object) -> datetime | None:
        """In milliseconds since 1970."""
        return epoch(dig(shown, "origin_server_ts"), per_second=1000)

    def matches(self, shown: object, key: str, message: ChannelMessage) -> bool:
        """By the key, which stands in the event; everybody may write there."""
        del message
        return dig(shown, "content", KEY) == key and dig(shown, "sender") == self.account

    def connect(self, person: Person) -> Credentials:
        """Sign in with the account's password, which is not kept, or ask for a token."""
        self.refuse_own_token()
        if not self._takes_passwords():
            person.tell(f"{self.api.host} signs nobody in with a password here: paste a token.")
            return self.typed(person, "The account's access token")
        match person.ask("Sign in by password, or paste an access token? (password/token)"):
            case "token":
                return self.typed(person, "The account's access token")
            case "password":
                user = person.ask("The account's user name")
                secret = person.secret("The account's password, which is not kept")
                return self._signed_in(user, secret)
        raise UsageError("the answer is password or token", "nothing was stored; try again")

    def _takes_passwords(self) -> bool:
        """See spec.matrix.org, client-server API, 5.6.1: which ways to sign in there are."""
        try:
            flows = dig(read_json(self.api.call("GET", _LOGIN, public=True)), "flows")
        except DeliveryError as error:
            raise UsageError(str(error), "is base_url the home server?") from None
        return isinstance(flows, list) and any(dig(each, "type") == PASSWORD for each in flows)

    def _signed_in(self, user: str, password: str) -> Credentials:
        """A token of its own; signing in again as the same device ends the token before."""
        there = self.api.at(self.options.base_url, secrets=[password])
        there.explain = partial(_explain_login, there)
        stored = self.stored()
        same = stored and stored.values.get("user") == user
        wish = {
            "type": PASSWORD,
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "initial_device_display_name": "Publisher",
            **({"device_id": stored.values[DEVICE]} if stored and same else {}),
        }
        try:
            response = there.call("POST", _LOGIN, public=True, json=wish)
        except DeliveryError as error:
            raise UsageError(str(error), "nothing was stored; try again") from None
        return self._read(response, user)

    def _read(self, response: "Response", user: str) -> Credentials:
        shown = read_json(response)
        token, device = ascii_words(dig(shown, "access_token")), network_id(dig(shown, "device_id"))
        if not token or " " in token:
            raise UsageError(str(self.api.unreadable(response)), "nothing was stored; try again")
        life = dig(shown, "expires_in_ms")
        now = datetime.now(UTC).timestamp() * 1000
        ends = epoch(now + life, per_second=1000) if isinstance(life, int) else None
        return Credentials({TOKEN: token, DEVICE: device, "user": user}, ends_at=ends)

    def revoke(self) -> str:
        """Sign out what `connect` has signed in; a pasted token may be of an app in use."""
        if DEVICE in self.credentials().values:
            self.api.call("POST", _CLIENT + "/logout", json={}, headers=self.as_stored())
            return "its session at the server is signed out"
        return "to end it, sign out its session: in Element, All settings, Sessions"

    def check(self) -> Standing:
        """Ask whose token it is, and whether the account is in the room and may write there."""
        account = self.ask_account()
        with in_its_place():
            self._check_room(account)
        stored = None if self.own_token() else self.stored()
        ends = self.expires()
        lasts = bool(stored and DEVICE in stored.values and not ends)
        return Standing(account, ends_at=ends, lasts=lasts)

    def _check_room(self, account: str) -> None:
        response = self.api.call("GET", _CLIENT + "/joined_rooms")
        if self.options.room not in self.list_in(response, "joined_rooms"):
            text = f"{self.api.host}: {account} is not in the room: invite it, and accept as it"
            raise NotAllowed(text)

        levels = self._state("m.room.power_levels")
        own = _level(levels, ("users", account), _level(levels, ("users_default",), 0))
        default = _level(levels, ("events_default",), 0)
        needed = _level(levels, ("events", "m.room.message"), default)
        if own < needed and not self._creators_may_all():
            text = f"{account} has power level {own} in the room, which wants {needed} of writers"
            raise NotAllowed(f"{self.api.host}: {text}: give it that role there")

    def _creators_may_all(self) -> bool:
        """In rooms of version 12 on, creators stand above all levels, and in no list of them."""
        version = network_id(dig(self._state("m.room.create"), "room_version"))
        return not version.isdecimal() or int(version) >= CREATORS_STAND_ABOVE

    def _state(self, kind: str) -> object:
        """A room's state; None where it has none of that kind, or does not show it."""
        with suppress(AuthExpired, Rejected):
            return read_json(self.api.call("GET", self._room(f"state/{kind}")))
        return None

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


def _level(levels: object, path: tuple[str, ...], default: int) -> int:
    found = dig(levels, *path)
    return found if isinstance(found, int) else default


def _explain_login(api: Api, response: "Response") -> DeliveryError | None:
    """A refused password says so; the advice about rooms is of no use here."""
    if response.status_code in (400, 401, 403):
        return api.error(AuthExpired, response)
    return None


def _fits(html: str) -> bool:
    return utf8_bytes(html) <= 2 * LENGTH


def _html(parts: Sequence[Part]) -> str:
    return "".join(map(_marked_up, parts))


def _marked_up(part: Part) -> str:
    html = escape(_CONTROL.sub(" ", part.words), quote=False).replace("\n", "<br>")
    if part.url:
        html = f'<a href="{escape(part.url)}">{html}</a>'
    return f"<strong>{html}</strong>" if part.bold else html
