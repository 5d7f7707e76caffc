"""Mastodon, and servers that speak its API (docs.joinmastodon.org/methods/statuses)."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from pydantic import field_validator

from publisher.adapters.base import Adapter, Settings
from publisher.adapters.http import (
    Api,
    BaseUrl,
    Pictures,
    Seconds,
    Token,
    by_their_clock,
    dig,
    is_same_note,
    moment,
    network_id,
    one_line,
    read_json,
    reason,
    web_url,
    without_picture,
)
from publisher.errors import (
    AuthExpired,
    DeliveryError,
    Doubtful,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from publisher.model.messages import Note, Picture, Receipt, TextLimits

if TYPE_CHECKING:
    from requests import Response

LENGTH = 500
LENGTH_OF_A_LINK = 23
ALT_LENGTH = 1500
LIMITS_TIMEOUT = 5.0
MOST_PAGES = 5
MOST_CHARACTERS = 1_000_000
READY, ACCEPTED, NOT_READY, UNFIT = 200, 202, 206, 422
LIMITS_KEPT = 600.0
MEDIA_WAITS = (0.5, 1.0, 2.0, 4.0)
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\"'.,;:!?)\]}…]", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w/=])@(\w+(?:[\w.-]*\w)?)@[\w.-]*\w")
_UNFINISHED = re.compile("not finished processing|still processing", re.IGNORECASE)
_ACCOUNT_TROUBLE = re.compile(
    "authorized scopes|authenticated user|your login|access token|suspended", re.IGNORECASE
)


class MastodonSettings(Settings):
    """Where the account is, and how it speaks."""

    base_url: BaseUrl
    token: Token
    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    language: str = ""
    content_warning: str = ""
    pictures: bool = False
    timeout: Seconds = 30.0

    @field_validator("language")
    @classmethod
    def _is_a_tag(cls, text: str) -> str:
        if text and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
            raise ValueError("must be a language tag such as en or pt-BR")
        return text


def count_characters(text: str, *, warning: str = "", link: int = LENGTH_OF_A_LINK) -> int:
    """Length as Mastodon counts it: grapheme clusters, each http(s) link as `link` of them.

    Of `@user@host` only `@user` counts, and the content warning counts with the text
    (docs.joinmastodon.org/user/posting).
    """
    import regex  # type: ignore[import-untyped] # ships without types

    countable = _MENTION.sub(r"@\1", _LINK.sub("x" * link, text))
    return len(regex.findall(r"\X", warning + countable))


class Mastodon(Adapter[Note]):
    """An account on a Mastodon server; a repeat under its key within the hour is the same status.

    The server forgets an Idempotency-Key after an hour, some soon after half of one; older ones
    store it only after posting, so dispatch lets a moment pass before it repeats.
    """

    settings = MastodonSettings
    kinds = (Note,)
    cards = True
    limits = TextLimits(LENGTH, count_characters, alt=ALT_LENGTH, pictures=1)
    repeatable_for = timedelta(minutes=50)

    def __init__(self, settings: Settings, *, name: str) -> None:
        self._options = MastodonSettings.model_validate(settings)
        token = self._options.token.get_secret_value()
        self._api = Api(
            self._options.base_url,
            name=name,
            timeout=self._options.timeout,
            headers={"Authorization": f"Bearer {token}"},
            secrets=(token,),
            explain=self._explain,
        )
        self._name = name
        self._known: tuple[float, TextLimits] | None = None
        self._pictures = Pictures()

    def __repr__(self) -> str:
        return f"Mastodon({self._options.base_url!r})"

    def send(self, message: Note, key: str) -> Receipt:
        """Post one status; its picture, if any, goes up first and publishes nothing by itself.

        What the server will not do with the picture leaves the note without it: the receipt says
        so.
        """
        status = self._status(message)
        try:
            receipt = self._with_picture(status, message.picture, key)
        except _PictureRefusedError as refused:
            receipt = replace(self._post(status, key), remark=without_picture(refused.why))
        self._pictures.done(key)
        return receipt

    def find(self, key: str, message: Note, since: datetime) -> Receipt | None:  # noqa: ARG002 - statuses do not show their key
        """Look for `message` among the account's own statuses since `since`."""
        account = self._account()
        for status, earliest in self._statuses(account, since):
            if not _is_note(status, message):
                continue
            posted = moment(dig(status, "created_at"))
            receipt = _receipt(status)
            if posted is None or receipt is None:
                raise Unavailable(f"{self._api.host}: shows the note, but not when it was posted")
            if posted >= earliest:
                return receipt
        return None

    def check(self) -> None:
        """Ask who we are, and what the token may do where the server tells."""
        self._account()
        try:
            app = read_json(self._api.call("GET", "/api/v1/apps/verify_credentials"))
        except AuthExpired:
            raise
        except DeliveryError:
            return  # only newer servers say
        scopes = dig(app, "scopes")
        if isinstance(scopes, list):
            self._check_rights({str(scope) for scope in scopes})

    def _check_rights(self, scopes: set[str]) -> None:
        wanted = ["write:statuses", *(["write:media"] if self._options.pictures else [])]
        missing = [] if "write" in scopes else [each for each in wanted if each not in scopes]
        if missing:
            raise AuthExpired(f"{self._api.host}: the token may not post: it lacks {missing[0]}")

    def current_limits(self) -> TextLimits:
        """What the instance allows, kept for ten minutes; Mastodon's usual where it is mute."""
        now = time.monotonic()
        if self._known is None or now - self._known[0] > LIMITS_KEPT:
            self._known = (now, self._ask_limits())
        return self._known[1]

    def _status(self, note: Note) -> dict[str, Any]:
        fields = {
            "status": note.text,
            "visibility": self._options.visibility,
            "language": note.language or self._options.language,
            "spoiler_text": note.content_warning or self._options.content_warning,
        }
        return {name: value for name, value in fields.items() if value}

    def _with_picture(self, status: dict[str, Any], picture: Picture | None, key: str) -> Receipt:
        """Post `status` with its picture, if it has one and the channel wants it.

        Raises:
            _PictureRefusedError: the note is to go without, and nothing is posted yet.
        """
        if picture is None or not self._options.pictures:
            return self._post(status, key)
        try:
            media = self._media(picture, key)
            return self._post_with(media, status, key)
        except (Doubtful, OutcomeUnknown):
            raise
        except DeliveryError as error:
            if not self._pictures.goes_without(key, error):
                raise
            raise _PictureRefusedError(error) from None

    def _media(self, picture: Picture, key: str) -> str:
        """The id of a picture that is ready to be attached, from an earlier attempt if it can."""
        if media := self._pictures.media(key):
            try:
                self._wait_until_ready(media, (0.0, *MEDIA_WAITS))
            except Rejected:  # the server has dropped what nobody attached
                return self._upload(picture, key)
            return media
        return self._upload(picture, key)

    def _upload(self, picture: Picture, key: str) -> str:
        response = self._api.call(
            "POST",
            "/api/v2/media",
            files={"file": ("picture", picture.content, picture.media_type)},
            data={"description": picture.alt},
        )
        media = network_id(dig(read_json(response), "id"))
        if not media:
            raise self._api.unreadable(response)
        self._pictures.uploaded(key, media)
        if response.status_code == ACCEPTED:
            self._wait_until_ready(media, MEDIA_WAITS)
        return media

    def _wait_until_ready(self, media: str, waits: Iterable[float]) -> None:
        for seconds in waits:
            time.sleep(seconds)
            if self._is_ready(media):
                return
        raise self._unfinished()

    def _is_ready(self, media: str) -> bool:
        response = self._api.call("GET", f"/api/v1/media/{quote(media, safe='')}")
        return response.status_code == READY

    def _post_with(self, media: str, status: dict[str, Any], key: str) -> Receipt:
        """Post with a picture that the server may say it has not finished processing.

        In a language of its own perhaps: then the picture's own state tells, which may have
        changed since, so a refusal counts once it comes twice.
        """
        was_ready = False
        for seconds in MEDIA_WAITS:
            try:
                return self._post({**status, "media_ids": [media]}, key)
            except _UnfinishedError:
                pass
            except Rejected as error:
                if was_ready or error.status != f"HTTP {UNFIT}":
                    raise
                was_ready = self._is_ready(media)
            time.sleep(seconds)
        raise self._unfinished()

    def _post(self, status: dict[str, Any], key: str) -> Receipt:
        response = self._api.call(
            "POST", "/api/v1/statuses", acts=True, json=status, headers={"Idempotency-Key": key}
        )
        receipt = _receipt(read_json(response))
        if receipt is None:
            raise self._api.unreadable(response, acts=True)
        return receipt

    def _unfinished(self) -> Unavailable:
        what = "still works on the picture; the note is not posted"
        return Unavailable(f"{self._api.host}: {what}", status=f"HTTP {NOT_READY}")

    def _account(self) -> str:
        response = self._api.call("GET", "/api/v1/accounts/verify_credentials")
        account = network_id(dig(read_json(response), "id"))
        if not account:
            raise self._api.unreadable(response)
        return account

    def _statuses(self, account: str, since: datetime) -> Iterator[tuple[object, datetime]]:
        """The account's statuses, newest first, as far back as `since`, by the server's clock."""
        path = f"/api/v1/accounts/{quote(account, safe='')}/statuses"
        query: dict[str, Any] = {"limit": 40, "exclude_reblogs": "true"}
        for _ in range(MOST_PAGES):
            response = self._api.call("GET", path, params=query)
            page = read_json(response)
            if not isinstance(page, list):
                raise self._api.unreadable(response)
            earliest = by_their_clock(since, response)
            yield from ((status, earliest) for status in page)
            last = page[-1] if page else None
            posted = moment(dig(last, "created_at"))
            if not page or (posted and posted < earliest):
                return
            query["max_id"] = network_id(dig(last, "id"))
        raise Unavailable(f"{self._api.host}: too many statuses since then to be sure")

    def _ask_limits(self) -> TextLimits:
        try:
            instance = self._instance()
        except DeliveryError:
            instance = None
        statuses = dig(instance, "configuration", "statuses")
        media = dig(instance, "configuration", "media_attachments")
        older = _whole(dig(instance, "max_toot_chars"), LENGTH)
        link = _whole(dig(statuses, "characters_reserved_per_url"), LENGTH_OF_A_LINK)
        count = partial(count_characters, warning=self._options.content_warning, link=link)
        return TextLimits(
            _whole(dig(statuses, "max_characters"), older),
            count,
            pictures=int(self._options.pictures),
            alt=_whole(dig(media, "description_limit"), ALT_LENGTH),
        )

    def _instance(self) -> object:
        try:
            response = self._api.call("GET", "/api/v2/instance", timeout=LIMITS_TIMEOUT)
        except Rejected:  # servers older than version 4, and other software
            response = self._api.call("GET", "/api/v1/instance", timeout=LIMITS_TIMEOUT)
        return read_json(response)

    def _explain(self, response: "Response") -> DeliveryError | None:
        """A refusal that is about the account, not about the note."""
        words = reason(response)
        if response.status_code == UNFIT and _UNFINISHED.search(words):
            return _UnfinishedError("the picture is not finished", status=f"HTTP {UNFIT}")
        if response.status_code not in (403, UNFIT) or not _ACCOUNT_TROUBLE.search(words):
            return None
        said = one_line(words, [self._options.token.get_secret_value()])
        status = f"HTTP {response.status_code}"
        hint = f"mend the account or its token, then `publish resume {self._name}`"
        return AuthExpired(f"{self._api.host}: {status}: {said}; {hint}", status=status)


class _UnfinishedError(Unavailable):
    """The server still works on the picture; surely nothing was posted."""


class _PictureRefusedError(Exception):
    """The note is to go without its picture."""

    def __init__(self, why: DeliveryError) -> None:
        super().__init__(str(why))
        self.why = why


def _receipt(status: object) -> Receipt | None:
    remote_id = network_id(dig(status, "id"))
    return Receipt(remote_id, web_url(dig(status, "url"))) if remote_id else None


def _is_note(status: object, note: Note) -> bool:
    content = dig(status, "content")
    if dig(status, "reblog") is not None:
        return False
    page = _Html(content if isinstance(content, str) else "")
    return is_same_note(note, page.text, [*page.links, dig(status, "card", "url")])


def _whole(value: object, otherwise: int) -> int:
    """A believable whole number from a server, else `otherwise`."""
    if not isinstance(value, int) or isinstance(value, bool):
        return otherwise
    return value if 0 < value <= MOST_CHARACTERS else otherwise


class _Html(HTMLParser):
    """The words and links of a status, which servers show as HTML."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self._parts: list[str] = []
        self.feed(content)
        self.close()

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "br", "div", "li", "blockquote"):
            self._parts.append("\n")
        if tag == "a":
            self.links.append(dict(attrs).get("href"))

    def handle_data(self, data: str) -> None:
        self._parts.append(data)
