"""Telegram (core.telegram.org/bots/api): a bot that posts into a channel or group."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from publisher.adapters.http.api import deleting
from publisher.adapters.http.chats import ChatAdapter, Part, parts_of, words_within
from publisher.adapters.http.failures import one_line, reason
from publisher.adapters.http.notes import Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.pictures import PictureSettings
from publisher.adapters.http.replies import dig, network_id, read_json, web_url
from publisher.adapters.http.text.counting import utf16_units
from publisher.adapters.http.tokens import StoredToken, in_its_place
from publisher.errors import AuthExpired, DeliveryError, NotAllowed, Rejected, UsageError
from publisher.model.credentials import Credentials, Person, Standing
from publisher.model.messages import ChannelMessage, Limits, Note, Picture, PictureLimits, Receipt

if TYPE_CHECKING:
    from requests import Response

LENGTH, CAPTION, UNIT = 4096, 1024, "UTF-16 units"
BAD_REQUEST, FORBIDDEN, NOT_FOUND = 400, 403, 404
_PHOTO = PictureLimits(
    size=10_000_000,
    side=5000,  # width and height together: 10,000
    ratio=20.0,
    formats=frozenset({"image/jpeg"}),  # it makes one of all others, with black for holes
)
_NO_PHOTOS = Refusals(
    (BAD_REQUEST, FORBIDDEN), "rights to send (?:photos|media)|SEND_(?:PHOTOS|MEDIA)"
)
_NUMBERED = "-100"  # begins the number of a channel or supergroup, which t.me has without it
_LINK = re.compile(r"(?:https?://)?t\.me/(?:c/(?P<number>\d+)|(?P<name>[A-Za-z]\w+))(?:/\d+)*/?")
_CHAT = re.compile(r"@[A-Za-z]\w+|-?\d{1,20}", re.ASCII)
_TOKEN = re.compile(r"\d{3,20}:[\w-]{20,}", re.ASCII)
MOST_CHATS = 5

Fields = dict[str, Any]


def _chat(given: object) -> str:
    """How a chat is named; a link to a chat or a message in it, as Telegram copies it, will do."""
    text = str(given).strip()
    if found := _LINK.fullmatch(text):
        text = f"{_NUMBERED}{found['number']}" if found["number"] else f"@{found['name']}"
    if text and not _CHAT.fullmatch(text):
        raise ValueError('must be "@name", the number of a chat, or a link to it, in quotes')
    return text


class TelegramSettings(PictureSettings):
    """The bot's token, and where it posts: `@channel`, or a chat's number."""

    base_url: BaseUrl = "https://api.telegram.org"
    token: Token | None = None
    chat: Annotated[str, BeforeValidator(_chat)] = ""
    topic: int | None = Field(None, gt=0)
    silent: bool = False
    preview: Literal["auto", "large", "small", "none"] = "auto"

    def channel_defaults(self) -> dict[str, str]:
        """A group takes 20 messages a minute, a channel one a second."""
        return {"min_interval": "3 seconds"}


class Telegram(StoredToken[ChannelMessage, TelegramSettings], ChatAdapter[TelegramSettings]):
    """A bot in a channel or group; Telegram drops no repeats, and shows a bot none of its texts."""

    settings = TelegramSettings
    cards = True
    limits = Limits(
        LENGTH,
        utf16_units,
        UNIT,
        pictures=1,
        picture=_PHOTO,
        caption=Limits(CAPTION, utf16_units, UNIT, pictures=1, picture=_PHOTO),
    )
    account_refusals = (
        Refusals(
            (BAD_REQUEST,),
            r"chat not found|rights|CHAT_\w*(?:FORBIDDEN|RESTRICTED)|CHANNEL_PRIVATE|PEER_ID"
            "|thread not found|TOPIC_(?:CLOSED|DELETED)",
            "fix the bot's rights, `chat` or `topic`",
        ),
        Refusals((FORBIDDEN,), advice="let the bot post into the chat again"),
    )
    result = ("result",)
    retry_after = ("parameters", "retry_after")

    def status_within(self, response: "Response") -> int | None:
        """Every answer says whether it is a success, whatever its status: `ok`."""
        answer = read_json(response)
        if dig(answer, "ok") is not False:
            return None
        code = dig(answer, "error_code")
        return code if isinstance(code, int) and code in range(400, 600) else BAD_REQUEST

    def explain(self, response: "Response") -> DeliveryError | None:
        """A chat may have another number now, or take texts but no photos."""
        moved_to = network_id(dig(read_json(response), "parameters", "migrate_to_chat_id"))
        if moved_to:
            advice = f"the group is a supergroup now: set chat to {moved_to}"
            return self.api.account_refused(response, advice)
        if response.status_code == NOT_FOUND and reason(response).lower() == "not found":
            return self.api.token_refused(response)  # it is part of the address
        if _NO_PHOTOS.hold(response.status_code, reason(response)):
            return self.api.error(Rejected, response)
        return super().explain(response)

    def post(self, message: ChannelMessage, key: str, picture: Picture | None) -> "Response":
        """Send a text, or a photo with a caption."""
        del key  # Telegram knows none
        place = {
            "chat_id": self._where(),
            "message_thread_id": self.options.topic,
            "disable_notification": self.options.silent or None,
        }
        if picture is None:
            return self._call("sendMessage", acts=True, json=_given(place | self._text(message)))
        photo = {"photo": ("photo", picture.content, picture.media_type)}
        fields = _given(place | _marked_up("caption", message, CAPTION))
        form = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in fields.items()
        }
        return self._call("sendPhoto", acts=True, data=form, files=photo)

    def picture_for(self, message: ChannelMessage) -> tuple[Picture | None, str]:
        """A picture whose text is no caption is shown as the preview of its address."""
        picture, remark = super().picture_for(message)
        if remark and isinstance(message, Note) and message.image:
            remark = remark.replace("without its picture", "its picture is only a preview", 1)
        return picture, remark

    def receipt(self, shown: object) -> Receipt | None:
        """A message has a number, and an address where the chat has a name or is a supergroup."""
        remote_id = network_id(dig(shown, "message_id"))
        if not remote_id.isdecimal():
            return None
        chat = network_id(dig(shown, "chat", "id")) or self.options.chat
        numbered = f"c/{chat.removeprefix(_NUMBERED)}" if chat.startswith(_NUMBERED) else ""
        place = network_id(dig(shown, "chat", "username")) or numbered
        handle = {"chat": chat, "kind": "photo" if dig(shown, "photo") else "text"}
        url = web_url(f"https://t.me/{place}/{remote_id}") if place else ""
        return Receipt(remote_id, url, handle=handle)

    def delete(self, receipt: Receipt) -> None:
        """Take it back, within 48 hours unless the bot may delete others' messages, too."""
        place = _place_of(receipt)
        deleting(
            lambda: self._call("deleteMessage", json=place), gone="message to delete not found"
        )

    def edit(self, receipt: Receipt, message: ChannelMessage) -> Receipt:
        """Change a text, or the caption of a photo, which stays."""
        try:
            return self.answered(self._edit(receipt, message))
        except Rejected as error:
            if "message is not modified" not in str(error):
                raise
            return receipt

    def _edit(self, receipt: Receipt, message: ChannelMessage) -> "Response":
        place = _place_of(receipt)
        if receipt.handle.get("kind") == "photo":
            self.refuse_unfit(message, pictured=True)
            content = place | _marked_up("caption", message, CAPTION)
            return self._call("editMessageCaption", acts=True, json=content)
        self.refuse_unfit(message)
        return self._call("editMessageText", acts=True, json=_given(place | self._text(message)))

    def connect(self, person: Person) -> Credentials:
        """Ask for the token that @BotFather has given out."""
        self.refuse_own_token()
        person.tell("Make a bot: send /newbot to @BotFather in Telegram. It answers with a token.")
        new = self.typed(person, "The bot's token")
        if not _TOKEN.fullmatch(new.values[self.secret_option]):
            hint = "it looks like 110201543:AAHdqTcvCH1vGWJx…; nothing was stored, try again"
            raise UsageError("that is not the whole token of a bot", hint)
        return new

    def revoke(self) -> str:
        """Telegram lets nobody but the bot's owner end a token."""
        return "to end it at Telegram, send /revoke to @BotFather"

    def headers(self) -> Mapping[str, str]:
        """The token stands in the address."""
        return {}

    def check(self) -> Standing:
        """Ask who the bot is, and whether it may post into the chat."""
        bot = dig(read_json(self._call("getMe")), "result")
        who = one_line(f"@{dig(bot, 'username')}")
        with in_its_place():
            if not self.options.chat:
                raise self._no_chat(f"{who} needs a `chat` to post in", bot)
            try:
                where, missing = self._rights(self.options.chat, bot)
            except AuthExpired as error:
                if "chat not found" not in str(error):
                    raise
                raise self._no_chat(f"{who} sees no chat {self.options.chat}", bot) from None
        if missing:
            raise NotAllowed(one_line(f"{self.api.host}: {who} may not post in {where}: {missing}"))
        return Standing(who, (one_line(f"post in {where or self.options.chat}"),), lasts=True)

    def _rights(self, chat: str, bot: object) -> tuple[str, str]:
        """What a chat is called, and what keeps the bot from posting there ("": nothing)."""
        shown = self._asked("getChat", chat_id=chat)
        title = dig(shown, "title")
        where = title if isinstance(title, str) else ""
        if dig(shown, "type") == "private":
            return where, ""
        member = self._asked("getChatMember", chat_id=chat, user_id=dig(bot, "id"))
        return where, _missing(shown, member)

    def _no_chat(self, text: str, bot: object) -> NotAllowed:
        """Says where the bot could post, so that somebody can choose."""
        seen = "; ".join(self._seen(bot))
        hint = f"write one of these below channels.{self.name}: {seen}"
        if not seen:
            hint = "make it an administrator of your channel (or a member of your group), post"
            hint += " something there, and it is shown here"
        return NotAllowed(f"{self.api.host}: {text}; {hint}")

    def _seen(self, bot: object) -> Iterator[str]:
        """The chats of which the bot has heard within a day, and whether it may post there."""
        updates: object = None
        with suppress(DeliveryError):  # another program listens for the bot
            updates = self._asked("getUpdates")
        for chat in list(_chats(updates))[:MOST_CHATS]:
            with suppress(DeliveryError):
                where, missing = self._rights(chat, bot)
                yield one_line(f'chat: "{chat}" ({where or "private"}{missing and ": " + missing})')

    def _asked(self, name: str, **query: object) -> object:
        return dig(read_json(self._call(name, json=query)), "result")

    def _where(self) -> str:
        if not self.options.chat:
            how = f"`publish check` shows where it could, then `publish resume {self.name}`"
            raise NotAllowed(f"{self.api.host}: no `chat` says where the bot posts: {how}")
        return self.options.chat

    def _text(self, message: ChannelMessage) -> Fields:
        return {
            **_marked_up("text", message, LENGTH),
            "link_preview_options": self._preview(message),
        }

    def _preview(self, message: ChannelMessage) -> Fields | None:
        """The card of the note's link, or its picture where that could not go along."""
        if not isinstance(message, Note) or self.options.preview == "none":
            return {"is_disabled": True}
        if message.picture and message.image and self.options.pictures:
            return {"url": message.image, "prefer_large_media": True}
        if not message.link:
            return None
        size = (
            {} if self.options.preview == "auto" else {f"prefer_{self.options.preview}_media": True}
        )
        return {"url": message.link, **size}

    def _call(self, name: str, **content: Any) -> "Response":
        return self.api.call("POST", f"/bot{self.token()}/{name}", **content)


def _given(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


def _place_of(receipt: Receipt) -> Fields:
    return {"chat_id": receipt.handle.get("chat", ""), "message_id": int(receipt.remote_id)}


def _marked_up(name: str, message: ChannelMessage, length: int) -> Fields:
    """A message as text and entities; tags and other links in it are found by Telegram itself."""
    parts = parts_of(message, words_within(length))
    text = "".join(part.words for part in parts)
    kind = "entities" if name == "text" else f"{name}_entities"
    return {name: text, kind: _entities(parts)}


def _entities(parts: Sequence[Part]) -> list[Fields]:
    """Offsets and lengths count UTF-16 units."""
    entities: list[Fields] = []
    offset = 0
    for part in parts:
        place = {"offset": offset, "length": utf16_units(part.words)}
        if part.bold:
            entities.append({"type": "bold", **place})
        if part.url:
            entities.append({"type": "text_link", "url": part.url, **place})
        offset += place["length"]
    return entities


def _chats(updates: object) -> Iterator[str]:
    """The numbers of the chats that updates of any kind are about, each once."""
    seen: dict[str, None] = {}
    for update in updates if isinstance(updates, list) else ():
        for about in update.values() if isinstance(update, dict) else ():
            seen[network_id(dig(about, "chat", "id"))] = None
    yield from filter(None, seen)


def _missing(chat: object, member: object) -> str:
    """What keeps the bot from posting, as Telegram shows the chat and it as a member."""
    is_channel, status = dig(chat, "type") == "channel", dig(member, "status")
    match status:
        case "left" | "kicked":
            return "it is not a member: add it there"
        case "administrator" if is_channel and dig(member, "can_post_messages") is False:
            return "it lacks the right to post messages: switch it on under Administrators"
        case "restricted" if dig(member, "can_send_messages") is False:
            return "it is restricted: lift that in the group's members"
        case "member" if is_channel:
            return "it is no administrator: add it under Administrators, to post messages"
        case "member" if dig(chat, "permissions", "can_send_messages") is False:
            return "members may not write there: make it an administrator"
    return ""
