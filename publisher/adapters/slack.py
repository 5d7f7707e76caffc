"""Slack (docs.slack.dev): an incoming webhook, or an app's bot that posts into a channel."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from publisher.adapters.base import Adapter, Settings
from publisher.adapters.http.api import deleting
from publisher.adapters.http.chats import ChatAdapter, Part, parts_of, words_within
from publisher.adapters.http.failures import one_line, reason
from publisher.adapters.http.matching import is_same
from publisher.adapters.http.notes import FindsPosts, Page
from publisher.adapters.http.options import BaseUrl, Token, Webhook, parted
from publisher.adapters.http.pictures import PictureSettings
from publisher.adapters.http.replies import dig, epoch, network_id, read_json, web_url
from publisher.adapters.http.text.counting import utf16_units
from publisher.errors import AuthExpired, DeliveryError, Doubtful, Rejected, Unavailable
from publisher.model.credentials import Standing
from publisher.model.messages import (
    ChannelMessage,
    Limits,
    Note,
    Picture,
    PictureLimits,
    Receipt,
)

if TYPE_CHECKING:
    from requests import Response

LENGTH, ALT_LENGTH = 4000, 2000
PAGE, LARGEST_PICTURE = 100, 10_000_000
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, TOO_MANY, FAILED, BUSY = 400, 401, 403, 429, 500, 503
ASK_TIMEOUT = 5.0
CLOCKS_MAY_DIFFER = timedelta(minutes=15)
EVENT = "publisher_message"

_TOKEN = re.compile(
    "not_authed|invalid_auth|account_inactive|token_(?:expired|revoked)|invalid_token|no_permission"
    "|not_allowed_token_type|missing_scope|org_login_required|(?:ekm_)?access_denied"
    "|two_factor_setup_required|accesslimited"
)
_CHANNEL = re.compile(
    r"not_in_channel|(?:channel|user|team)_not_found|(?:channel_)?is_archived|action_prohibited"
    r"|restricted_action\w*|posting_to_\w+_denied|no_(?:service|team|active_hooks)|team_disabled"
    "|messages_tab_disabled"
)
_STATUS = (
    (_TOKEN, UNAUTHORIZED),
    (_CHANNEL, FORBIDDEN),
    (re.compile("rate_?limited|message_limit_exceeded"), TOO_MANY),
    (re.compile("internal_error|fatal_error|request_timeout"), FAILED),
    (re.compile("service_unavailable|team_added_to_org"), BUSY),
)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_LINKS = str.maketrans({"|": "%7C", "<": "%3C", ">": "%3E"})

Body = dict[str, Any]


class SlackSettings(PictureSettings):
    """The address of an incoming webhook, or a bot's token and the channel it posts into."""

    base_url: BaseUrl = "https://slack.com/api"
    webhook: Webhook | None = None
    token: Token | None = None
    channel: str = Field("", pattern=r"^([CDG][A-Z0-9]+)?$")
    unfurl: bool = True

    @model_validator(mode="after")
    def _is_one_way_in(self) -> Self:
        if bool(self.webhook) == bool(self.token):
            raise ValueError("give webhook, or token and channel")
        if bool(self.token) != bool(self.channel):
            raise ValueError("channel belongs to token: a webhook has its own")
        return self

    def secrets(self) -> list[str]:
        """The webhook's path is secret by itself, too."""
        path = parted(self.webhook)[1] if self.webhook else "/"
        return [
            *super().secrets(),
            *(part for part in (path, path.split("/")[-1]) if len(part) > 1),
        ]

    def channel_defaults(self) -> dict[str, str]:
        """A channel takes about one message a second."""
        return {"min_interval": "1 second"}


def encoded(text: str, url: str = "") -> str:
    """Plain words as Slack wants them, with `url` as an explicit link where it stands."""
    if not url:
        return text.translate(_ENTITIES)
    link = f"<{url.translate(_IN_LINKS).replace('&', '&amp;')}>"
    return link.join(encoded(part) for part in text.split(url))


def count_encoded(text: str) -> int:
    """UTF-16 units with Slack's entities."""
    return utf16_units(encoded(text))


class Slack(ChatAdapter[SlackSettings]):
    """An incoming webhook: its answer is a word, and it shows none of its messages."""

    settings = SlackSettings
    cards = True
    limits = Limits(
        LENGTH,
        count_encoded,
        pictures=1,
        alt=ALT_LENGTH,
        picture=PictureLimits(
            size=LARGEST_PICTURE,
            pixels=0,
            formats=frozenset({"image/jpeg", "image/png", "image/gif"}),
            moving=True,
            by_url=True,
        ),
    )

    @classmethod
    def variant(cls, settings: Settings) -> "type[Adapter[ChannelMessage]]":
        """A bot can do more."""
        return _Bot if getattr(settings, "token", None) else cls

    def base_url(self, settings: SlackSettings) -> str:
        """The webhook says where it is."""
        return parted(settings.webhook)[0] if settings.webhook else settings.base_url

    def status_within(self, response: "Response") -> int | None:
        """Every answer of the API says whether it is a success: `ok`."""
        answer = read_json(response)
        if dig(answer, "ok") is not False:
            return None
        word = str(dig(answer, "error"))
        return next((code for words, code in _STATUS if words.fullmatch(word)), BAD_REQUEST)

    def explain(self, response: "Response") -> DeliveryError | None:
        """The word decides, whatever the status."""
        word = reason(response).split(":")[0].strip()
        if _TOKEN.fullmatch(word):
            return self.api.account_refused(response, "renew the token, or the app's scopes")
        if _CHANNEL.fullmatch(word):
            return self.api.account_refused(response, "let the app post into the channel")
        return super().explain(response)

    def picture_for(self, message: ChannelMessage) -> tuple[Picture | None, str]:
        """Slack fetches the picture from its public address; no bytes are sent."""
        if not isinstance(message, Note) or not message.image or not self.options.pictures:
            return None, ""
        return message.picture, ""

    def body(self, message: ChannelMessage, picture: Picture | None) -> Body:
        """Words that Slack shows as they are; in blocks where they link, or have a picture."""
        link = message.url if isinstance(message, Note) else ""
        body: Body = {
            "text": encoded(message.text, link),
            "mrkdwn": False,
            "unfurl_links": isinstance(message, Note) and self.options.unfurl and not picture,
            "unfurl_media": isinstance(message, Note) and self.options.unfurl and not picture,
        }
        if isinstance(message, Note) and not picture:
            return body
        return {**body, "blocks": _blocks(message, picture)}

    def post(self, message: ChannelMessage, key: str, picture: Picture | None) -> "Response":
        """Call the webhook."""
        del key  # a webhook knows none
        return self._hook(self.body(message, picture), acts=True)

    def answered(self, response: "Response", key: str = "") -> Receipt:
        """The word `ok` is all that a webhook says."""
        if response.content.strip() == b"ok" or dig(read_json(response), "ok") is True:
            return Receipt(key)
        raise self.api.unreadable(response, acts=True)

    def receipt(self, shown: object) -> Receipt | None:  # noqa: ARG002 - for the bot
        """A webhook does not tell how a message is named."""
        return None

    def check(self) -> Standing | None:
        """Call the webhook without a text, which it says that it misses: nothing is posted."""
        with suppress(Rejected):
            self._hook({})
        return None

    def _hook(self, body: Body, *, acts: bool = False) -> "Response":
        path = parted(self.options.webhook)[1] if self.options.webhook else "/"
        return self.api.call("POST", path, acts=acts, json=body)


class _Bot(FindsPosts[ChannelMessage, SlackSettings], Slack):
    """An app's bot: it names its messages by their keys, finds, changes and deletes them."""

    shows_within = timedelta(minutes=5)
    _team = ""

    def headers(self) -> Mapping[str, str]:
        """The bot's token."""
        token = self.options.token.get_secret_value() if self.options.token else ""
        return {"Authorization": f"Bearer {token}"}

    def ask_account(self) -> str:
        """Whose token it is, and where its workspace is, which makes addresses."""
        response = self._call("auth.test", timeout=ASK_TIMEOUT)
        self._team = web_url(dig(read_json(response), "url"))
        return self.id_in(response, "bot_id")

    def send(self, message: ChannelMessage, key: str) -> Receipt:
        """Post once; what makes the address is asked for before."""
        with suppress(DeliveryError):
            _ = self.account
        return super().send(message, key)

    def post(self, message: ChannelMessage, key: str, picture: Picture | None) -> "Response":
        """Post with the key as metadata, which readers do not see."""
        metadata = {"event_type": EVENT, "event_payload": {"key": key}}
        body = {
            "channel": self.options.channel,
            "metadata": metadata,
            **self.body(message, picture),
        }
        return self._call("chat.postMessage", acts=True, json=body)

    def answered(self, response: "Response", key: str = "") -> Receipt:
        """As the API shows a message."""
        del key
        receipt = self.receipt(read_json(response))
        if receipt is None:
            raise self.api.unreadable(response, acts=True)
        return receipt

    def receipt(self, shown: object) -> Receipt | None:
        """A message is named by its moment; it has an address where the workspace is known."""
        ts = network_id(dig(shown, "ts"))
        if not ts:
            return None
        channel = network_id(dig(shown, "channel")) or self.options.channel
        url = f"{self._team.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
        return Receipt(ts, web_url(url) if self._team else "", handle={"channel": channel})

    def edit(self, receipt: Receipt, message: ChannelMessage) -> Receipt:
        """Change the words; a picture stays, unless Slack has refused it before."""
        self.refuse_unfit(message)
        picture, _ = self.picture_for(message)
        try:
            return self.answered(self._update(receipt, message, picture))
        except Rejected as error:
            if picture is None or isinstance(error, Doubtful):
                raise
            return self.answered(self._update(receipt, message, None))

    def _update(
        self, receipt: Receipt, message: ChannelMessage, picture: Picture | None
    ) -> "Response":
        """Always in blocks, for here text is Slack's markup."""
        text = self.body(message, picture)["text"]
        body = {**_place_of(receipt), "text": text, "blocks": _blocks(message, picture)}
        return self._call("chat.update", acts=True, json=body)

    def delete(self, receipt: Receipt) -> None:
        """Take it back."""
        place = _place_of(receipt)
        deleting(lambda: self._call("chat.delete", json=place), gone="message_not_found")

    def page(self, since: datetime, older: str) -> Page:
        """A hundred messages of the channel, newest first, with their metadata."""
        query = {
            "channel": self.options.channel,
            "oldest": f"{(since - CLOCKS_MAY_DIFFER).timestamp():.6f}",
            "limit": PAGE,
            "include_all_metadata": "true",
            "cursor": older or None,
        }
        try:
            response = self._call("conversations.history", method="GET", params=query)
        except AuthExpired as error:  # it may post all the same
            raise Unavailable(
                f"{self.api.host}: the channel's history may not be read: {error}"
            ) from None
        shown = dig(read_json(response), "messages")
        if not isinstance(shown, list):
            raise self.api.unreadable(response)
        cursor = dig(read_json(response), "response_metadata", "next_cursor")
        return Page(response, shown, network_id(cursor))

    def posted_at(self, shown: object) -> datetime | None:
        """Its moment, in seconds since 1970."""
        try:
            return epoch(float(network_id(dig(shown, "ts"))))
        except ValueError:
            return None

    def matches(self, shown: object, key: str, message: ChannelMessage) -> bool:
        """By the key; by words and links where metadata are not shown."""
        metadata = dig(shown, "metadata")
        if dig(metadata, "event_type") == EVENT:
            return dig(metadata, "event_payload", "key") == key
        return network_id(dig(shown, "bot_id")) == self.account and is_same(
            message, *_content(shown)
        )

    def check(self) -> Standing:
        """Ask who the bot is, what it may do, and whether it is in the channel."""
        response = self._call("auth.test")
        self.id_in(response, "bot_id")
        scopes = response.headers.get("X-OAuth-Scopes", "").replace(" ", "").split(",")
        if any(scopes) and "chat:write" not in scopes:
            raise self.api.lacks("chat:write")
        self._check_channel(joins="chat:write.public" in scopes)
        who = (str(dig(read_json(response), name) or "") for name in ("user", "team"))
        return Standing(one_line(" at ".join(filter(None, who))), tuple(filter(None, scopes)))

    def _check_channel(self, *, joins: bool) -> None:
        """Whether it is there, and the app is in it or need not be."""
        query = {"channel": self.options.channel}
        try:
            info = self._call("conversations.info", method="GET", params=query)
        except AuthExpired as error:
            if "missing_scope" in str(error):
                return  # it may post all the same
            raise
        channel = dig(read_json(info), "channel")
        if dig(channel, "is_archived") is True:
            raise AuthExpired(f"{self.api.host}: the channel is archived")
        if dig(channel, "is_member") is False and not joins:
            raise AuthExpired(f"{self.api.host}: the app is not in the channel: /invite it there")

    def _call(self, name: str, *, method: str = "POST", **content: Any) -> "Response":
        return self.api.call(method, f"/{name}", **content)


def _place_of(receipt: Receipt) -> Body:
    return {"channel": receipt.handle.get("channel", ""), "ts": receipt.remote_id}


def _blocks(message: ChannelMessage, picture: Picture | None) -> list[Body]:
    parts = parts_of(message, words_within(LENGTH))
    section = {"type": "rich_text_section", "elements": list(map(_element, parts))}
    blocks: list[Body] = [{"type": "rich_text", "elements": [section]}]
    if picture and isinstance(message, Note):
        alt = (picture.alt or message.title or "Picture")[:ALT_LENGTH]
        blocks.append({"type": "image", "image_url": message.image, "alt_text": alt})
    return blocks


def _element(part: Part) -> Body:
    """A part as Slack's editor would have made it: nothing in it is markup."""
    style = {"style": {"bold": True}} if part.bold else {}
    if part.url:
        return {"type": "link", "url": part.url, "text": part.words, **style}
    return {"type": "text", "text": part.words, **style}


def _content(shown: object) -> tuple[str, Sequence[object]]:
    """The words of a message and its links; `shown` may be any JSON."""
    text = dig(shown, "text")
    plain = text if isinstance(text, str) else ""
    for entity, character in (("<", " "), (">", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, character)
    return plain, []
