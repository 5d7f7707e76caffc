"""X (docs.x.com/x-api): tweepy signs our own bounded requests."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from pydantic import Field

from publisher.adapters.http.api import deleting
from publisher.adapters.http.notes import FindsOwnNotes, Page, Posting, Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.pictures import AttachesPictures, PictureSettings
from publisher.adapters.http.replies import dig, network_id, read_json
from publisher.adapters.http.weights import count_weighted, has_link
from publisher.errors import AuthExpired, Rejected
from publisher.model.messages import Limits, Note, Picture, PictureLimits, Receipt

if TYPE_CHECKING:
    from requests import Response

LENGTH = 280
ALT_LENGTH = 1000
PAYMENT_REQUIRED, FORBIDDEN, TOO_MANY = 402, 403, 429
CLOCKS_MAY_DIFFER = timedelta(minutes=6)  # OAuth 1.0a refuses us where they differ by more
_CASHTAG = re.compile(r"(?<![\w$])\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?!\w)", re.IGNORECASE)
_ACCOUNT = (
    "client-not-enrolled|client-forbidden|oauth1-permissions|unsupported-authentication"
    r"|not-authorized-for-resource|suspended|\blocked|credits|usage-?cap"
)
_USED_UP = "the account's credits or monthly posts are used up: buy more"

Dollars = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4)]


class XSettings(PictureSettings):
    """The account's keys (OAuth 1.0a, user context) and what posting may cost."""

    base_url: BaseUrl = "https://api.x.com"
    consumer_key: Token
    consumer_secret: Token
    access_token: Token
    access_token_secret: Token
    monthly_budget: Dollars | None = None
    price_with_link: Dollars = Decimal("0.20")
    price_without_link: Dollars = Decimal("0.015")


class X(AttachesPictures[XSettings], FindsOwnNotes[XSettings]):
    """An account on X, which charges for each post and drops no repeats by key.

    A 429 whose type is a usage cap is not over when the window is: credits must be bought.
    """

    settings = XSettings
    cards = True
    limits = Limits(
        LENGTH,
        count_weighted,
        alt=ALT_LENGTH,
        pictures=1,
        picture=PictureLimits(size=5_000_000, side=8_192),
    )
    account_refusals = (
        Refusals((PAYMENT_REQUIRED,), advice=_USED_UP),
        Refusals((TOO_MANY,), _ACCOUNT, _USED_UP),
        Refusals((FORBIDDEN,), _ACCOUNT, "the account may not post now: fix it at X"),
    )
    note_refusals = (
        Refusals((FORBIDDEN,), r"duplicate|already (?:said|sent|posted)|too long|\bshorter"),
    )
    result = ("data",)

    def refuse_unfit(self, message: Note) -> None:
        """Say no before X would: a refused post may be charged."""
        super().refuse_unfit(message)
        if len(_CASHTAG.findall(message.text)) > 1:
            raise Rejected("the note has more than one cashtag ($NAME), X allows one")

    def post(self, posting: Posting) -> "Response":
        """Post once."""
        media = {"media": {"media_ids": [posting.media]}} if posting.media else {}
        content = {"text": posting.message.text, **media}
        return self._call("POST", "/2/tweets", acts=True, json=content)

    def delete(self, receipt: Receipt) -> None:
        """Delete the post; what is not there any more is deleted."""
        path = f"/2/tweets/{quote(receipt.remote_id, safe='')}"
        deleting(lambda: self._call("DELETE", path, acts=True))

    def receipt(self, shown: object) -> Receipt | None:
        """A post has an id, which makes its address."""
        remote_id = network_id(dig(shown, "id"))
        url = f"https://x.com/i/web/status/{quote(remote_id, safe='')}"
        return Receipt(remote_id, url) if remote_id else None

    def ask_account(self) -> str:
        """Whose keys they are."""
        return self.id_in(self._call("GET", "/2/users/me"), "data", "id")

    def page(self, since: datetime, older: str) -> Page:
        """A hundred posts since `since`; each costs a little."""
        query = {
            "start_time": f"{(since - CLOCKS_MAY_DIFFER).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "max_results": 100,
            "exclude": "retweets",
            "tweet.fields": "created_at,entities,text",
            "pagination_token": older or None,
        }
        path = f"/2/users/{quote(self.account, safe='')}/tweets"
        response = self._call("GET", path, params=query)
        answer = read_json(response)
        posts = dig(answer, "data") or []
        if not isinstance(posts, list) or not isinstance(dig(answer, "meta"), dict):
            raise self.api.unreadable(response)
        return Page(response, posts, network_id(dig(answer, "meta", "next_token")))

    def content(self, shown: object) -> tuple[str, Sequence[object]]:
        """The text has short links (t.co); where they lead stands beside it."""
        text, urls = dig(shown, "text"), dig(shown, "entities", "urls")
        links = [
            dig(entity, name)
            for entity in (urls if isinstance(urls, list) else [])
            for name in ("expanded_url", "unwound_url")
        ]
        return html.unescape(text) if isinstance(text, str) else "", links

    def check(self) -> None:
        """Ask who we are, and whether the keys may write if X says."""
        response = self._call("GET", "/2/users/me")
        self.id_in(response, "data", "id")
        if response.headers.get("x-access-level", "").lower() == "read":
            raise AuthExpired(
                f"{self.api.host}: the keys may only read; allow the app to write, make new keys"
            )

    def upload(self, picture: Picture, key: str) -> str:
        """Upload for a post."""
        response = self._call(
            "POST",
            "/2/media/upload",
            files={"media": ("picture", picture.content, picture.media_type)},
            data={"media_category": "tweet_image", "media_type": picture.media_type},
        )
        return self.uploaded(key, response, "data", "id")

    def describe(self, media: str, words: str) -> None:
        """Give the picture its alternative text."""
        alt = {"id": media, "metadata": {"alt_text": {"text": words[:ALT_LENGTH]}}}
        self._call("POST", "/2/media/metadata", json=alt)

    def price(self, message: Note) -> Decimal:
        """What X charges for the post: a link makes it dear."""
        dear = bool(message.url) or has_link(message.text)
        return self.options.price_with_link if dear else self.options.price_without_link

    def budget(self) -> Decimal | None:
        """`monthly_budget`."""
        return self.options.monthly_budget

    def _call(self, method: str, path: str, **content: Any) -> "Response":
        """A request that tweepy signs, made within our own bounds."""
        import tweepy

        own = self.options
        keys = (own.consumer_key, own.consumer_secret, own.access_token, own.access_token_secret)
        signature = tweepy.OAuth1UserHandler(*(key.get_secret_value() for key in keys)).apply_auth()
        return self.api.call(method, path, auth=signature, **content)
