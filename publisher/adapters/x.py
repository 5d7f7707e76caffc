"""X (docs.x.com/x-api): tweepy signs and posts, in our own bounded requests."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import Field

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
    without_picture,
)
from publisher.adapters.http.weights import count_weighted, has_link
from publisher.errors import AuthExpired, DeliveryError, Rejected, Unavailable
from publisher.model.messages import Note, Picture, Receipt, TextLimits

if TYPE_CHECKING:
    from requests import Response

LENGTH = 280
ALT_LENGTH = 1000
MOST_PAGES = 5
BAD_REQUEST, PAYMENT_REQUIRED, FORBIDDEN, TOO_MANY = 400, 402, 403, 429
CLOCKS_MAY_DIFFER = timedelta(minutes=6)  # OAuth 1.0a refuses us where they differ by more
_CASHTAG = re.compile(r"(?<![\w$])\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?!\w)", re.IGNORECASE)
_NOTE_TROUBLE = re.compile(
    r"duplicate|already (?:said|sent|posted)|too long|\bshorter", re.IGNORECASE
)
_ACCOUNT_TROUBLE = re.compile(
    "client-not-enrolled|client-forbidden|oauth1-permissions|unsupported-authentication"
    r"|not-authorized-for-resource|suspended|\blocked|credits|usage-?cap",
    re.IGNORECASE,
)

Dollars = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4)]


class XSettings(Settings):
    """The account's keys (OAuth 1.0a, user context) and what posting may cost."""

    base_url: BaseUrl = "https://api.x.com"
    consumer_key: Token
    consumer_secret: Token
    access_token: Token
    access_token_secret: Token
    monthly_budget: Dollars | None = None
    price_with_link: Dollars = Decimal("0.20")
    price_without_link: Dollars = Decimal("0.015")
    pictures: bool = False
    timeout: Seconds = 30.0

    def keys(self) -> tuple[str, str, str, str]:
        """Consumer key and secret, access token and secret, as tweepy takes them."""
        four = self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        consumer, consumer_secret, access, access_secret = (k.get_secret_value() for k in four)
        return consumer, consumer_secret, access, access_secret


class _Transport:
    """What tweepy uses as its requests.Session: one request of ours, to `base_url`.

    The address is exchanged before the request is signed, so that the signature holds; a refusal
    is raised here, so that tweepy never reads an error's body, which it cannot do for all of them.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def request(
        self, method: str, url: str, *, params: object, json: object, headers: object, auth: object
    ) -> "Response":
        del headers  # only tweepy's own name
        path = urlsplit(url).path
        return self._api.call(method, path, acts=True, params=params, json=json, auth=auth)


class X(Adapter[Note]):
    """An account on X, which charges for each post and drops no repeats by key."""

    settings = XSettings
    kinds = (Note,)
    cards = True
    limits = TextLimits(LENGTH, count_weighted, alt=ALT_LENGTH, pictures=1)

    def __init__(self, settings: Settings, *, name: str) -> None:
        self._options = XSettings.model_validate(settings)
        self._api = Api(
            self._options.base_url,
            name=name,
            timeout=self._options.timeout,
            secrets=self._options.keys(),
            explain=self._explain,
        )
        self._name = name
        self._known_user = ""
        self._pictures = Pictures()

    def __repr__(self) -> str:
        return f"X({self._options.base_url!r})"

    def send(self, message: Note, key: str) -> Receipt:
        """Post once; a picture, if any, goes up first and publishes nothing by itself.

        What X will not do with the picture leaves the note without it: the receipt says so.
        """
        self._refuse_unfit(message)
        media, remark = self._media(message.picture, key)
        try:
            receipt = self._post(message.text, media)
        except Rejected as error:
            if not media or error.status != f"HTTP {BAD_REQUEST}":
                raise
            receipt, remark = self._post(message.text, ""), without_picture(error)
        self._pictures.done(key)
        return replace(receipt, remark=remark)

    def _post(self, text: str, media: str) -> Receipt:
        ids = [media] if media else None
        response = self._tweepy().create_tweet(text=text, media_ids=ids, user_auth=True)
        receipt = _receipt(dig(read_json(response), "data"))
        if receipt is None:
            raise self._api.unreadable(response, acts=True)
        return receipt

    def find(self, key: str, message: Note, since: datetime) -> Receipt | None:  # noqa: ARG002 - X knows no key
        """Look for `message` among the account's own posts since `since`; costs a little."""
        user = self._user()
        for post, earliest in self._posts(user, since):
            if not _is_note(post, message):
                continue
            posted, receipt = moment(dig(post, "created_at")), _receipt(post)
            if posted is None or receipt is None:
                raise Unavailable(f"{self._api.host}: shows the note, but not when it was posted")
            if posted >= earliest:
                return receipt
        return None

    def check(self) -> None:
        """Ask who we are, and whether the keys may write where X tells."""
        response = self._call("GET", "/2/users/me")
        self._id_of(response)
        if response.headers.get("x-access-level", "").lower() == "read":
            raise AuthExpired(
                f"{self._api.host}: the keys may only read; allow the app to write, make new keys"
            )

    def current_limits(self) -> TextLimits:
        """Fixed by X; a picture only where the channel wants one."""
        return TextLimits(
            LENGTH, count_weighted, alt=ALT_LENGTH, pictures=int(self._options.pictures)
        )

    def price(self, message: Note) -> Decimal:
        """What X charges for the post: a link makes it dear."""
        dear = bool(message.url) or has_link(message.text)
        return self._options.price_with_link if dear else self._options.price_without_link

    def budget(self) -> Decimal | None:
        """`monthly_budget`."""
        return self._options.monthly_budget

    def _refuse_unfit(self, note: Note) -> None:
        """Say no before X would: a refused post may be charged."""
        if (length := count_weighted(note.text)) > LENGTH:
            raise Rejected(f"the note counts {length} characters, X allows {LENGTH}")
        if len(_CASHTAG.findall(note.text)) > 1:
            raise Rejected("the note has more than one cashtag ($NAME), X allows one")

    def _tweepy(self) -> Any:
        """A tweepy client that speaks through our transport; it never waits and never retries."""
        import tweepy
        from requests import Response

        client = tweepy.Client(None, *self._options.keys(), return_type=Response)
        client.session = _Transport(self._api)
        return client

    def _call(self, method: str, path: str, **content: Any) -> "Response":
        """A signed request that publishes nothing."""
        import tweepy

        signature = tweepy.OAuth1UserHandler(*self._options.keys()).apply_auth()
        return self._api.call(method, path, auth=signature, **content)

    def _media(self, picture: Picture | None, key: str) -> tuple[str, str]:
        """The id of a picture that went up ("": none did), and what to remark on."""
        if picture is None or not self._options.pictures:
            return "", ""
        try:
            media = self._pictures.media(key) or self._upload(picture)
        except DeliveryError as error:
            if not self._pictures.goes_without(key, error):
                raise
            return "", without_picture(error)
        self._pictures.uploaded(key, media)
        return media, self._describe(media, picture.alt, key)

    def _upload(self, picture: Picture) -> str:
        response = self._call(
            "POST",
            "/2/media/upload",
            files={"media": ("picture", picture.content, picture.media_type)},
            data={"media_category": "tweet_image", "media_type": picture.media_type},
        )
        return self._id_of(response)

    def _describe(self, media: str, words: str, key: str) -> str:
        """Give a picture its alternative text; a remark if X will not have it."""
        if not words:
            return ""
        alt = {"id": media, "metadata": {"alt_text": {"text": words[:ALT_LENGTH]}}}
        try:
            self._call("POST", "/2/media/metadata", json=alt)
        except DeliveryError as error:
            if not self._pictures.goes_without(key, error):
                raise
            return without_picture(error, what="picture's alternative text")
        return ""

    def _user(self) -> str:
        """The account's id, asked for once, because X charges for the question."""
        if not self._known_user:
            self._known_user = self._id_of(self._call("GET", "/2/users/me"))
        return self._known_user

    def _id_of(self, response: "Response") -> str:
        found = network_id(dig(read_json(response), "data", "id"))
        if not found:
            raise self._api.unreadable(response)
        return found

    def _posts(self, user: str, since: datetime) -> Iterator[tuple[object, datetime]]:
        """The account's posts since `since`, newest first, and that moment by X's clock."""
        query: dict[str, Any] = {
            "start_time": _timestamp(since - CLOCKS_MAY_DIFFER),
            "max_results": 100,
            "exclude": "retweets",
            "tweet.fields": "created_at,entities,text",
        }
        for _ in range(MOST_PAGES):
            response = self._call("GET", f"/2/users/{quote(user, safe='')}/tweets", params=query)
            page = read_json(response)
            posts = dig(page, "data") or []
            if not isinstance(posts, list) or not isinstance(dig(page, "meta"), dict):
                raise self._api.unreadable(response)
            earliest = by_their_clock(since, response)
            yield from ((post, earliest) for post in posts)
            query["pagination_token"] = network_id(dig(page, "meta", "next_token"))
            if not query["pagination_token"]:
                return
        raise Unavailable(f"{self._api.host}: too many posts since then to be sure")

    def _explain(self, response: "Response") -> DeliveryError | None:
        """A refusal that is surely about the account or its credits, or surely about the note.

        A 429 whose type is a usage cap is not over when the window is: credits must be bought.
        """
        code, problem = response.status_code, read_json(response)
        kind = " ".join(str(dig(problem, word) or "") for word in ("type", "title", "reason"))
        words = reason(response)
        trouble = _ACCOUNT_TROUBLE.search(f"{kind} {words}")
        if code == PAYMENT_REQUIRED or (trouble and code in (FORBIDDEN, TOO_MANY)):
            return self._paused(code, words)
        if code == FORBIDDEN and _NOTE_TROUBLE.search(words):
            said = one_line(words, self._options.keys())
            return Rejected(f"{self._api.host}: HTTP {code}: {said}", status=f"HTTP {code}")
        return None

    def _paused(self, code: int, words: str) -> AuthExpired:
        what = "the account may not post now"
        if code in (PAYMENT_REQUIRED, TOO_MANY):
            what = "the account's credits or monthly posts are used up"
        said = one_line(words, self._options.keys())
        hint = f"mend it at X, then `publish resume {self._name}`"
        status = f"HTTP {code}"
        return AuthExpired(f"{self._api.host}: {status}: {what}: {said}; {hint}", status=status)


def _receipt(post: object) -> Receipt | None:
    remote_id = network_id(dig(post, "id"))
    url = f"https://x.com/i/web/status/{quote(remote_id, safe='')}"
    return Receipt(remote_id, url) if remote_id else None


def _is_note(post: object, note: Note) -> bool:
    text, urls = dig(post, "text"), dig(post, "entities", "urls")
    links = [
        dig(entity, name)
        for entity in (urls if isinstance(urls, list) else [])
        for name in ("expanded_url", "unwound_url")
    ]
    return is_same_note(note, html.unescape(text) if isinstance(text, str) else "", links)


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
