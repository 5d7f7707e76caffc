"""Discord (docs.discord.com/developers): a webhook of a channel, or a bot that posts there."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from publisher.adapters.base import Adapter, Settings
from publisher.adapters.http.api import deleting
from publisher.adapters.http.chats import LINK, ChatAdapter, Part, escaped, markdown, parts_of
from publisher.adapters.http.failures import one_line
from publisher.adapters.http.matching import is_same
from publisher.adapters.http.notes import FindsPosts, Page, Refusals
from publisher.adapters.http.options import BaseUrl, Token, Webhook, parted
from publisher.adapters.http.pictures import PictureSettings
from publisher.adapters.http.replies import dig, moment, network_id, read_json, web_url
from publisher.adapters.http.text.counting import utf16_units
from publisher.errors import DeliveryError, Rejected, Unavailable
from publisher.model.credentials import Standing
from publisher.model.messages import (
    ChannelMessage,
    Digest,
    Limits,
    Note,
    Picture,
    PictureLimits,
    Receipt,
)

if TYPE_CHECKING:
    from requests import Response

LENGTH, TITLE, DESCRIPTION, ALT_LENGTH, NONCE = 2000, 256, 4096, 1024, 25
LARGEST_FILE = 10_000_000
PAGE = 100
SUPPRESS_EMBEDS = 1 << 2
NOT_FOUND = 404
GUILD_TIMEOUT = 5.0
_API = "/api/v10"
_HOOK = re.compile(r"(?:/api(?:/v\d+)?)?/webhooks/(\d+)/([\w-]+)/?")
_ESCAPE = re.compile(r"\\(?=[^A-Za-z0-9\s])")
_WORDS = ("title", "description")
OPENING = 40  # so much of a description shows whether the text has it
_USER_AGENT = "DiscordBot (https://pypi.org/project/publisher-bot, 0.1)"

Body = dict[str, Any]


class DiscordSettings(PictureSettings):
    """The address of a webhook, or a bot's token and the channel it posts into."""

    base_url: BaseUrl = "https://discord.com/api/v10"
    webhook: Webhook | None = None
    token: Token | None = None
    channel: str = Field("", pattern=r"^\d*$", coerce_numbers_to_str=True)
    thread: str = Field("", pattern=r"^\d*$", coerce_numbers_to_str=True)
    username: str = Field("", max_length=80)
    avatar: str = ""
    card: bool = True

    @field_validator("webhook")
    @classmethod
    def _is_discords(cls, webhook: SecretStr | None) -> SecretStr | None:
        if webhook and not _HOOK.fullmatch(urlsplit(webhook.get_secret_value()).path):
            raise ValueError("must end in /api/webhooks/NUMBER/TOKEN, as Discord copies it")
        return webhook

    @field_validator("avatar")
    @classmethod
    def _is_public(cls, url: str) -> str:
        if url and not web_url(url):
            raise ValueError("must be the address of a picture on the web")
        return url

    @model_validator(mode="after")
    def _is_one_way_in(self) -> Self:
        if bool(self.webhook) == bool(self.token):
            raise ValueError("give webhook, or token and channel")
        if self.token and not self.channel:
            raise ValueError("give the number of the channel, too")
        if self.token and (self.thread or self.username or self.avatar):
            raise ValueError("thread, username and avatar are for a webhook; a bot has its own")
        return self

    def secrets(self) -> list[str]:
        """The webhook's token is secret by itself, too."""
        parts = self.hook().split("/")[-1:] if self.webhook else []
        return [*super().secrets(), *parts]

    def hook(self) -> str:
        """The path of the webhook below the API."""
        path = urlsplit(self.webhook.get_secret_value()).path if self.webhook else ""
        found = _HOOK.fullmatch(path)
        return f"/webhooks/{found[1]}/{found[2]}" if found else ""

    def channel_defaults(self) -> dict[str, str]:
        """A webhook takes five messages in two seconds, and thirty a minute."""
        return {"min_interval": "2 seconds"}


def count_escaped(text: str) -> int:
    """UTF-16 units with the escapes, and two more for each address, which `<>` may surround."""
    return utf16_units(escaped(text)) + 2 * len(re.findall(LINK, text))


class Discord(ChatAdapter[DiscordSettings]):
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
    _guild = ""

    def current_limits(self) -> Limits | None:
        """Only a card has more room for a digest, and shows a picture that was looked at."""
        limits = super().current_limits()
        return (
            limits if self.options.card else limits and replace(limits, digest=None, thumbnail=None)
        )

    @classmethod
    def variant(cls, settings: Settings) -> "type[Adapter[ChannelMessage]]":
        """A bot can do more."""
        return _Bot if getattr(settings, "token", None) else cls

    def base_url(self, settings: DiscordSettings) -> str:
        """The webhook says where it is."""
        return parted(settings.webhook)[0] + _API if settings.webhook else settings.base_url

    def headers(self) -> Mapping[str, str]:
        """Discord wants programs to say that they are bots."""
        return {"User-Agent": _USER_AGENT}

    @property
    def place(self) -> str:
        """The path that messages are posted below, which also tells the server."""
        return self.options.hook()

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
        body = {**self._body(message, name), **self.own(key)}
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
        where = f"https://discord.com/channels/{self._guild}/{channel}/{remote_id}"
        files = dig(shown, "attachments")
        name = network_id(dig(files[0], "filename")) if isinstance(files, list) and files else ""
        url = web_url(where) if self._guild and channel else ""
        return Receipt(remote_id, url, handle={"picture": name} if name else {})

    def edit(self, receipt: Receipt, message: ChannelMessage) -> Receipt:
        """Change text and card; a picture stays."""
        self.refuse_unfit(message)
        self._ask_guild()
        body = {
            "content": "",
            "embeds": [],
            **self._body(message, receipt.handle.get("picture", "")),
        }
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
        name = dig(read_json(shown), "name")
        return Standing(one_line(name) if isinstance(name, str) else "")

    def explain(self, response: "Response") -> DeliveryError | None:
        """An invalid form says below each field what is wrong with it."""
        fields = dig(read_json(response), "errors")
        if isinstance(fields, dict) and (words := _first_error(fields)):
            return self.api.error(Rejected, response, one_line(words))
        return super().explain(response)

    def _ask_guild(self) -> None:
        """Ask once which server it is; without an answer a message has no address."""
        if self._guild:
            return
        with suppress(DeliveryError):
            response = self.api.call("GET", self.place, timeout=GUILD_TIMEOUT)
            self._guild = network_id(dig(read_json(response), "guild_id"))

    def _body(self, message: ChannelMessage, picture: str) -> Body:
        """What is shown; `picture` is the name of a file that is part of the message."""
        quiet: Body = {"allowed_mentions": {"parse": []}}
        if isinstance(message, Digest):
            return {**quiet, **self._digest(message)}
        if not self.options.card or not message.link:
            flags = {"flags": SUPPRESS_EMBEDS} if picture else {}
            return {**quiet, **flags, "content": escaped(message.text)}
        return {**quiet, "content": _unlinked(message), "embeds": [_card(message, picture)]}

    def _digest(self, digest: Digest) -> Body:
        room = DESCRIPTION if self.options.card else LENGTH
        parts = parts_of(digest, lambda parts: utf16_units(markdown(parts)) <= room)
        if not self.options.card:
            return {"content": markdown(parts), "flags": SUPPRESS_EMBEDS}
        title, link = _title(digest.title), {"url": digest.url} if digest.url else {}
        rest = parts[1:] or [Part(digest.text.removeprefix(digest.title))]
        return {"embeds": [{"title": title, **link, "description": markdown(rest).strip()}]}


class _Bot(FindsPosts[ChannelMessage, DiscordSettings], Discord):
    """A bot in a channel: for a few minutes, a repeat under its key is the same message."""

    repeatable_for = timedelta(minutes=2)
    showing: ClassVar[Mapping[str, str]] = {}

    def headers(self) -> Mapping[str, str]:
        """The bot's token."""
        token = self.options.token.get_secret_value() if self.options.token else ""
        return {**super().headers(), "Authorization": f"Bot {token}"}

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
        shown = read_json(response)
        if not isinstance(shown, list):
            raise self.api.unreadable(response)
        if not shown and not older:
            self._doubt_emptiness()
        last = network_id(dig(shown[-1], "id")) if shown else ""
        if shown and not last:
            raise self.api.unreadable(response)
        return Page(response, shown, last if len(shown) == PAGE else "")

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
        return dig(shown, "nonce") == key[:NONCE] or is_same(message, *_content(shown))

    def check(self) -> Standing:
        """Ask who the bot is, and whether it sees the channel."""
        bot = self.api.call("GET", "/users/@me")
        self.id_in(bot, "id")
        channel = super().check().account
        name = dig(read_json(bot), "username")
        may = (f"see #{channel}",) if channel else ()
        return Standing(one_line(name) if isinstance(name, str) else "", may)


def _content(shown: object) -> tuple[str, Sequence[object]]:
    """The words of a message and its card, and their links; `shown` may be any JSON."""
    embeds = dig(shown, "embeds")
    cards = [each for each in embeds if isinstance(each, dict)] if isinstance(embeds, list) else []
    texts = [dig(shown, "content"), *(dig(card, name) for card in cards for name in _WORDS)]
    text = "\n".join(each for each in texts if isinstance(each, str))
    links = re.findall(LINK, text.replace(")", " "))
    return _ESCAPE.sub("", text), [
        *links,
        *re.findall(LINK, text),
        *(dig(card, "url") for card in cards),
    ]


def _unlinked(note: Note) -> str:
    """The text without what its card has: its link, and its title where that is the first line.

    Within a line the link stays, without another card.
    """
    words = note.text.removeprefix(f"{note.title}\n") if note.title else note.text
    lines = [line for line in words.splitlines() if line.strip() != note.url or not note.url]
    text = re.sub(r"\n{3,}", "\n\n", escaped("\n".join(lines))).strip()
    return text.replace(note.url, f"<{note.url}>") if note.url else text


def _card(note: Note, picture: str) -> Body:
    """The link's title, the picture, and the description where the text does not begin with it."""
    card: Body = {"title": _title(note.title or note.link), "url": note.link}
    if note.description and note.description[:OPENING] not in note.text:
        card["description"] = escaped(note.description)[:DESCRIPTION]
    image = f"attachment://{picture}" if picture else note.image
    return {**card, "image": {"url": image}} if image else card


def _title(text: str) -> str:
    """The title of a card, cut so that it fits with its escapes."""
    text = text[:TITLE]
    while utf16_units(escaped(text)) > TITLE:
        text = text[:-1]
    return escaped(text)


def _first_error(fields: Body) -> str:
    """What is wrong with the first field that has a mistake, however deep it lies."""
    for name, below in fields.items():
        if name == "_errors" and isinstance(below, list) and below:
            return str(dig(below[0], "message") or "")
        if isinstance(below, dict) and (found := _first_error(below)):
            return found
    return ""
