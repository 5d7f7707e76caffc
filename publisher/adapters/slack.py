"""Slack (docs.slack.dev): an incoming webhook, or an app's bot that posts into a channel."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from publisher.adapters.base import Adapter, Settings
from publisher.adapters.http.api import deleting
from publisher.adapters.http.chats import ChatAdapter
from publisher.adapters.http.failures import one_line, reason
from publisher.adapters.http.matching import is_same
from publisher.adapters.http.notes import FindsPosts, Page
from publisher.adapters.http.options import hook_address, parted
from publisher.adapters.http.replies import dig, epoch, network_id, read_json, web_url
from publisher.adapters.http.slack.looks import (
    ALT_LENGTH,
    LENGTH,
    Body,
    blocks_of,
    content_of,
    count_encoded,
    encoded,
)
from publisher.adapters.http.slack.settings import SlackSettings, own_token
from publisher.adapters.http.tokens import TOKEN, StoredHook, in_its_place
from publisher.errors import AuthExpired, DeliveryError, Doubtful, NotAllowed, Rejected, Unavailable
from publisher.model.credentials import Credentials, Person, Standing
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

PAGE, LARGEST_PICTURE = 100, 10_000_000
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, TOO_MANY, FAILED, BUSY = 400, 401, 403, 429, 500, 503
ASK_TIMEOUT = 5.0
CLOCKS_MAY_DIFFER = timedelta(minutes=15)
EVENT = "publisher_message"

_DEAD = re.compile(
    "not_authed|invalid_auth|account_inactive|token_(?:expired|revoked)|invalid_token"
    "|not_allowed_token_type|no_(?:service|active_hooks)"
)
_TOKEN = re.compile(
    "no_permission|missing_scope|org_login_required|(?:ekm_)?access_denied"
    "|two_factor_setup_required|accesslimited"
)
_CHANNEL = re.compile(
    r"not_in_channel|(?:channel|user|team)_not_found|(?:channel_)?is_archived|action_prohibited"
    r"|restricted_action\w*|posting_to_\w+_denied|no_team|team_disabled"
    "|messages_tab_disabled"
)
_STATUS = (
    (_DEAD, UNAUTHORIZED),
    (_TOKEN, UNAUTHORIZED),
    (_CHANNEL, FORBIDDEN),
    (re.compile("rate_?limited|message_limit_exceeded"), TOO_MANY),
    (re.compile("internal_error|fatal_error|request_timeout"), FAILED),
    (re.compile("service_unavailable|team_added_to_org"), BUSY),
)
_APPS = "https://api.slack.com/apps"


class Slack(StoredHook[ChannelMessage, SlackSettings], ChatAdapter[SlackSettings]):
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
        """A bot can do more, and is told where to post."""
        return _Bot if getattr(settings, "channel", None) else cls

    def place_of(self, address: SecretStr) -> tuple[str, str]:
        """The webhook says where it is."""
        return parted(address)

    def connect(self, person: Person) -> Credentials:
        """Ask for the webhook's address."""
        self.refuse_own_token()
        person.tell(f"Make a webhook in your app at {_APPS}: Incoming Webhooks, Add New Webhook.")
        return self.typed(person, "The webhook's address", hook_address)

    def revoke(self) -> str:
        """Slack lets nobody but a person end a webhook."""
        return f"to end it at Slack, remove the webhook from your app: {_APPS}, Incoming Webhooks"

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
        if _DEAD.fullmatch(word):
            return self.api.token_refused(response)
        if _TOKEN.fullmatch(word):
            return self.api.account_refused(response, "let the app do that: OAuth & Permissions")
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
        return {**body, "blocks": blocks_of(message, picture)}

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
        return Standing(lasts=True)

    def _hook(self, body: Body, *, acts: bool = False) -> "Response":
        return self.api.call("POST", self.hook(), acts=acts, json=body)


class _Bot(FindsPosts[ChannelMessage, SlackSettings], Slack):
    """An app's bot: it names its messages by their keys, finds, changes and deletes them."""

    shows_within = timedelta(minutes=5)
    secret_option = TOKEN
    _team = ""

    def headers(self) -> Mapping[str, str]:
        """The bot's token."""
        return {"Authorization": f"Bearer {self.token()}"}

    def connect(self, person: Person) -> Credentials:
        """Ask for the bot's token."""
        self.refuse_own_token()
        person.tell(f"Install your app at {_APPS}: OAuth & Permissions, Install to Workspace.")
        return self.typed(person, "The Bot User OAuth Token (xoxb-…)", own_token)

    def revoke(self) -> str:
        """The app stays installed, without its bot."""
        self._call("auth.revoke", headers=self.as_stored())
        return (
            "at Slack its bot has left all channels, whoever else used the token;"
            f" the app is still there: {_APPS}"
        )

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
        body = {**_place_of(receipt), "text": text, "blocks": blocks_of(message, picture)}
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
        shown = self.list_in(response, "messages")
        cursor = dig(read_json(response), "response_metadata", "next_cursor")
        return Page(response, shown, network_id(cursor))

    def posted_at(self, shown: object) -> datetime | None:
        """Its moment, in seconds since 1970."""
        return epoch(dig(shown, "ts"))

    def matches(self, shown: object, key: str, message: ChannelMessage) -> bool:
        """By the key; by words and links where metadata are not shown."""
        metadata = dig(shown, "metadata")
        if dig(metadata, "event_type") == EVENT:
            return dig(metadata, "event_payload", "key") == key
        return network_id(dig(shown, "bot_id")) == self.account and is_same(
            message, *content_of(shown)
        )

    def check(self) -> Standing:
        """Ask who the bot is, what it may do, and whether it is in the channel."""
        response = self._call("auth.test")
        self.id_in(response, "bot_id")
        scopes = response.headers.get("X-OAuth-Scopes", "").replace(" ", "").split(",")
        if any(scopes) and "chat:write" not in scopes:
            raise self.api.lacks("chat:write")
        with in_its_place():
            self._check_channel(joins="chat:write.public" in scopes)
        who = (str(dig(read_json(response), name) or "") for name in ("user", "team"))
        account, ends = one_line(" at ".join(filter(None, who))), _end_of(response)
        return Standing(account, tuple(filter(None, scopes)), ends, lasts=ends is None)

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
            raise NotAllowed(f"{self.api.host}: the channel is archived")
        if dig(channel, "is_member") is False and not joins:
            raise NotAllowed(f"{self.api.host}: the app is not in the channel: /invite it there")

    def _call(self, name: str, *, method: str = "POST", **content: Any) -> "Response":
        return self.api.call(method, f"/{name}", **content)


def _end_of(response: "Response") -> datetime | None:
    """When a token ends that Slack rotates; others do not end."""
    seconds = dig(read_json(response), "expires_in")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    return epoch(datetime.now(UTC).timestamp() + seconds)


def _place_of(receipt: Receipt) -> Body:
    return {"channel": receipt.handle.get("channel", ""), "ts": receipt.remote_id}
