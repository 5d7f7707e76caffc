"""Discord (docs.discord.com/developers): a webhook of a channel, or a bot that posts there."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from publisher.adapters.base import Adapter, Settings
from publisher.adapters.http.api import deleting
from publisher.adapters.http.chats import ChatAdapter
from publisher.adapters.http.discord import rights
from publisher.adapters.http.discord.looks import (
    DESCRIPTION,
    LENGTH,
    Body,
    body_of,
    content_of,
    count_escaped,
)
from publisher.adapters.http.discord.settings import HOOK, DiscordSettings, hook
from publisher.adapters.http.failures import one_line, reason
from publisher.adapters.http.matching import is_same
from publisher.adapters.http.notes import FindsPosts, Page, Refusals
from publisher.adapters.http.options import bot_token, parted
from publisher.adapters.http.replies import dig, moment, network_id, read_json, web_url
from publisher.adapters.http.tokens import TOKEN, StoredHook, in_its_place
from publisher.errors import DeliveryError, NotAllowed, Rejected, Unavailable
from publisher.model.credentials import Credentials, Person, Standing
from publisher.model.messages import ChannelMessage, Limits, Picture, PictureLimits, Receipt

if TYPE_CHECKING:
    from requests import Response

ALT_LENGTH, NONCE = 1024, 25
LARGEST_FILE = 10_000_000
PAGE = 100
NOT_FOUND = 404
GUILD_TIMEOUT = 5.0
_API = "/api/v10"
_USER_AGENT = "DiscordBot (https://pypi.org/project/publisher-bot, 0.1)"


class Discord(StoredHook[ChannelMessage, DiscordSettings], ChatAdapter[DiscordSettings]):
    """A channel's webhook: it shows none of its messages, and Discord drops no repeats of them."""

    settings = DiscordSettings
    cards = True
    limits = Limits(
        LENGTH,
        count_escaped,
        pictures=1,
        alt=ALT_LENGTH,
        picture=PictureLimits(size=LARGEST_FILE),
        thumbnail=PictureLimits(size=LARGEST_FILE, pixels=0, moving=True, by_url=True),
        digest=Limits(DESCRIPTION, count_escaped),
    )
    account_refusals = (
        Refusals(
            (400, 403, NOT_FOUND),
            "unknown (?:webhook|channel|guild)|missing (?:access|permissions)|cannot send messages"
            r"|thread is (?:archived|locked)|401: unauthorized|\b404: not found",
            "fix the webhook, the bot's permissions or the channel",
        ),
    )
    retry_after = ("retry_after",)
    showing: ClassVar[Mapping[str, str]] = {"wait": "true"}
    """What asks for the message that was posted: a bot is shown it anyway."""
    _guild = ("", "")  # and whose it is

    def current_limits(self) -> Limits | None:
        """Only a card has more room for a digest, and shows a picture that was looked at."""
        limits = super().current_limits()
        return (
            limits if self.options.card else limits and replace(limits, digest=None, thumbnail=None)
        )

    @classmethod
    def variant(cls, settings: Settings) -> "type[Adapter[ChannelMessage]]":
        """A bot can do more, and is told where to post."""
        return _Bot if getattr(settings, "channel", None) else cls

    def place_of(self, address: SecretStr) -> tuple[str, str]:
        """The webhook's path below the API."""
        base, path = parted(address)
        found = HOOK.fullmatch(urlsplit(path).path)
        return base + _API, f"/webhooks/{found[1]}/{found[2]}" if found else "/"

    def headers(self) -> Mapping[str, str]:
        """Discord wants programs to say that they are bots."""
        return {"User-Agent": _USER_AGENT}

    def connect(self, person: Person) -> Credentials:
        """Ask for the webhook's address."""
        self.refuse_own_token()
        person.tell("Make a webhook in Discord: Edit Channel, Integrations, Webhooks, New Webhook.")
        return self.typed(person, "The webhook's address (Copy Webhook URL)", hook)

    def revoke(self) -> str:
        """Others may use the webhook as well, so it is left to the person who has made it."""
        return "to end it at Discord, delete the webhook: Edit Channel, Integrations, Webhooks"

    @property
    def place(self) -> str:
        """The path that messages are posted below, which also tells the server."""
        return self.hook()

    def messages(self, message_id: str = "") -> str:
        """The path of all messages, or of one."""
        return f"{self.place}/messages/{message_id}" if message_id else self.place

    def query(self) -> dict[str, str]:
        """What every request for a message says besides."""
        return {"thread_id": self.options.thread} if self.options.thread else {}

    def own(self, key: str) -> Body:
        """What only a webhook's messages have, or only a bot's."""
        del key  # a webhook knows none
        names = {"username": self.options.username, "avatar_url": self.options.avatar}
        return {name: value for name, value in names.items() if value}

    def send(self, message: ChannelMessage, key: str) -> Receipt:
        """Post once; the server's number, which makes the address, is asked for before."""
        self._ask_guild()
        return super().send(message, key)

    def post(self, message: ChannelMessage, key: str, picture: Picture | None) -> "Response":
        """Post text and card, with the picture as a file."""
        name = picture.media_type.replace("image/", "picture.") if picture else ""
        body = {**body_of(message, name, card=self.options.card), **self.own(key)}
        if picture:
            body["attachments"] = [
                {"id": "0", "filename": name, "description": picture.alt[:ALT_LENGTH]}
            ]
        files = {"files[0]": (name, picture.content, picture.media_type)} if picture else None
        content: Body = (
            {"json": body} if not files else {"data": {"payload_json": json.dumps(body)}}
        )
        query = {**self.showing, **self.query()}
        return self.api.call(
            "POST", self.messages(), acts=True, params=query, files=files, **content
        )

    def receipt(self, shown: object) -> Receipt | None:
        """A message has a number; with those of its channel and server it has an address."""
        remote_id, channel = network_id(dig(shown, "id")), network_id(dig(shown, "channel_id"))
        if not remote_id:
            return None
        where = f"https://discord.com/channels/{self._guild[1]}/{channel}/{remote_id}"
        files = dig(shown, "attachments")
        name = network_id(dig(files[0], "filename")) if isinstance(files, list) and files else ""
        url = web_url(where) if self._guild[1] and channel else ""
        return Receipt(remote_id, url, handle={"picture": name} if name else {})

    def edit(self, receipt: Receipt, message: ChannelMessage) -> Receipt:
        """Change text and card; a picture stays."""
        self.refuse_unfit(message)
        self._ask_guild()
        picture = receipt.handle.get("picture", "")
        shown = body_of(message, picture, card=self.options.card)
        body = {"content": "", "embeds": [], **shown}
        path = self.messages(quote(receipt.remote_id, safe=""))
        return self.answered(
            self.api.call("PATCH", path, acts=True, params=self.query(), json=body)
        )

    def delete(self, receipt: Receipt) -> None:
        """Take it back, at any time."""
        path = self.messages(quote(receipt.remote_id, safe=""))
        query = self.query()
        deleting(lambda: self.api.call("DELETE", path, params=query), gone="unknown message")

    def check(self) -> Standing:
        """Ask whether the webhook is there, and for its name."""
        shown = self.api.call("GET", self.place)
        self.id_in(shown, "id")
        return Standing(_name(shown), lasts=True)

    def explain(self, response: "Response") -> DeliveryError | None:
        """An invalid form says below each field what is wrong with it."""
        if reason(response).lower() == "unknown webhook":
            return self.api.token_refused(response)
        fields = dig(read_json(response), "errors")
        if isinstance(fields, dict) and (words := _first_error(fields)):
            return self.api.error(Rejected, response, one_line(words))
        return super().explain(response)

    def _ask_guild(self) -> None:
        """Ask once which server it is; without an answer a message has no address."""
        with suppress(DeliveryError):
            place = self.place
            if self._guild[0] == place and self._guild[1]:
                return
            self._guild = (place, "")  # a webhook may be another one now
            response = self.api.call("GET", place, timeout=GUILD_TIMEOUT)
            self._guild = (place, network_id(dig(read_json(response), "guild_id")))


class _Bot(FindsPosts[ChannelMessage, DiscordSettings], Discord):
    """A bot in a channel: for a few minutes, a repeat under its key is the same message."""

    repeatable_for = timedelta(minutes=2)
    secret_option = TOKEN
    showing: ClassVar[Mapping[str, str]] = {}

    def headers(self) -> Mapping[str, str]:
        """The bot's token."""
        return {**super().headers(), "Authorization": f"Bot {self.token()}"}

    def connect(self, person: Person) -> Credentials:
        """Ask for the bot's token."""
        self.refuse_own_token()
        person.tell("Make a bot at https://discord.com/developers/applications: Bot, Reset Token.")
        return self.typed(person, "The bot's token", bot_token)

    def revoke(self) -> str:
        """Discord lets nobody but the bot's owner end a token."""
        at = "https://discord.com/developers/applications"
        return f"to end it at Discord, press Reset Token on the bot's page: {at}"

    @property
    def place(self) -> str:
        """The channel."""
        return f"/channels/{self.options.channel}"

    def messages(self, message_id: str = "") -> str:
        """The path of all messages, or of one."""
        return f"{self.place}/messages/{message_id}" if message_id else f"{self.place}/messages"

    def own(self, key: str) -> Body:
        """The key, which Discord compares for a few minutes."""
        return {"nonce": key[:NONCE], "enforce_nonce": True}

    def ask_account(self) -> str:
        """Whose token it is."""
        return self.id_in(self.api.call("GET", "/users/@me"), "id")

    def page(self, since: datetime, older: str) -> Page:
        """A hundred messages of the channel, whoever wrote them."""
        del since  # a page goes back from the newest
        query = {"limit": PAGE, "before": older or None}
        response = self.api.call("GET", self.messages(), params=query)
        page = self.page_until_last(response)
        if not page.notes and not older:
            self._doubt_emptiness()
        return page if len(page.notes) == PAGE else page._replace(older="")

    def _doubt_emptiness(self) -> None:
        """Who may not read the history is shown an empty channel."""
        channel = read_json(self.api.call("GET", self.place))
        if dig(channel, "last_message_id"):
            raise Unavailable(f"{self.api.host}: the bot may not read the channel's history")

    def posted_at(self, shown: object) -> datetime | None:
        """When it was posted."""
        return moment(dig(shown, "timestamp"))

    def matches(self, shown: object, key: str, message: ChannelMessage) -> bool:
        """By the key where it is shown, else by the words and the links."""
        if network_id(dig(shown, "author", "id")) != self.account:
            return False
        return dig(shown, "nonce") == key[:NONCE] or is_same(message, *content_of(shown))

    def check(self) -> Standing:
        """Ask who the bot is, and what it may do in the channel."""
        me = self.api.call("GET", "/users/@me")
        bot = self.id_in(me, "id")
        with in_its_place():
            response = self.api.call("GET", self.place)
            self.id_in(response, "id")
            channel = f"#{_name(response) or self.options.channel}"
            may = self._rights(bot, channel, read_json(response))
        return Standing(f"{_name(me)} in {channel}", tuple(may), lasts=True)

    def _rights(self, bot: str, where: str, channel: object) -> Sequence[str]:
        """What it may do there; what it cannot do without keeps it from posting."""
        guild_id = network_id(dig(channel, "guild_id"))
        if not guild_id:
            return ()  # a conversation with one person
        sends = rights.SEND
        if dig(channel, "type") in rights.THREADS:
            above = quote(network_id(dig(channel, "parent_id")), safe="")
            channel, sends = self._read(f"/channels/{above}"), rights.IN_THREADS
        guild, member = (
            self._read(f"/guilds/{quote(guild_id, safe='')}{below}")
            for below in ("", f"/members/{quote(bot, safe='')}")
        )
        has = rights.rights_in(channel, guild, member)
        needs = [rights.VIEW, sends]
        needs += [rights.LINKS] if self.options.card else []
        needs += [rights.FILES] if self.options.pictures else []
        if rights.is_silenced(member):
            raise NotAllowed(f"{self.api.host}: the bot has a time-out: a moderator can end it")
        if missing := rights.named(has, needs, has=False):
            text = f"{self.api.host}: the bot lacks {', '.join(missing)} in {where}"
            raise NotAllowed(f"{text}: allow its role that, under Edit Channel, Permissions")
        return rights.named(has, [*needs, rights.HISTORY])

    def _read(self, path: str) -> object:
        response = self.api.call("GET", path)
        self.id_in(response, *(("user",) if "/members/" in path else ()), "id")
        return read_json(response)


def _name(response: "Response") -> str:
    shown = read_json(response)
    name = dig(shown, "name") or dig(shown, "username")
    return one_line(name) if isinstance(name, str) else ""


def _first_error(fields: Body) -> str:
    """What is wrong with the first field that has a mistake, however deep it lies."""
    for name, below in fields.items():
        if name == "_errors" and isinstance(below, list) and below:
            return str(dig(below[0], "message") or "")
        if isinstance(below, dict) and (found := _first_error(below)):
            return found
    return ""
