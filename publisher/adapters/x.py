"""X (docs.x.com/x-api): by OAuth 2 through `publish connect`, or by keys that tweepy signs with."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from publisher.adapters.http import oauth
from publisher.adapters.http.api import deleting
from publisher.adapters.http.failures import one_line
from publisher.adapters.http.notes import Page, Posting, Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.pictures import (
    UnfinishedPicture,
    Waited,
    remember,
)
from publisher.adapters.http.replies import dig, network_id, read_json
from publisher.adapters.http.text.weights import count_weighted, has_link
from publisher.adapters.http.threads import FindsOwnThreads, ThreadSettings
from publisher.adapters.http.tokens import TOKEN, RenewedToken
from publisher.errors import AuthExpired, Reason, Rejected, UsageError
from publisher.model.credentials import Credentials, Person, Standing
from publisher.model.messages import Later, Limits, Note, Picture, PictureLimits, Receipt

if TYPE_CHECKING:
    from requests import Response

LENGTH = 280
ALT_LENGTH = 1000
SEGMENT = 1_000_000
FIELDS = "created_at,entities,referenced_tweets,text"
PAYMENT_REQUIRED, FORBIDDEN, TOO_MANY = 402, 403, 429
CLOCKS_MAY_DIFFER = timedelta(minutes=6)  # OAuth 1.0a refuses us where they differ by more
_CASHTAG = re.compile(
    r"(?<![^\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])"
    r"\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?![^\s!'#%&()*+,\\./:;<=>?@\[\]^_{|}~$-])",
    re.IGNORECASE,
)
_ACCOUNT = (
    "client-not-enrolled|client-forbidden|oauth1-permissions|unsupported-authentication"
    r"|not-authorized-for-resource|suspended|\blocked|credits|usage-?cap"
)
_USED_UP = "the account's credits or monthly posts are used up: buy more"

_ANIMATION = PictureLimits(  # 1280 wide and 1080 high: as much is safe whichever way it lies
    size=15_000_000, side=1080, frames=350, formats=frozenset({"image/gif"})
)
LONGEST = 300  # seconds between two questions
_AT_WORK = ("pending", "in_progress")
ACCEPTED = "HTTP 202"

SCOPES: Final = "tweet.read tweet.write users.read media.write offline.access"
_PAGES: Final = {"https://api.x.com": "https://x.com"}
"""Where people sign in, by where programs do; a test's server is both."""

Dollars = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4)]


KEYS: Final = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


class XSettings(ThreadSettings):
    """The app that `publish connect` lets in, or the account's keys; what posting may cost."""

    base_url: BaseUrl = "https://api.x.com"
    client_id: Annotated[str, Field(pattern=r"^[!-~]{0,100}$")] = ""
    client_secret: Token | None = None
    consumer_key: Token | None = None
    consumer_secret: Token | None = None
    access_token: Token | None = None
    access_token_secret: Token | None = None
    monthly_budget: Dollars | None = None
    price_with_link: Dollars = Decimal("0.20")
    price_without_link: Dollars = Decimal("0.015")

    @model_validator(mode="after")
    def _has_one_way_in(self) -> Self:
        keys = (getattr(self, name) for name in KEYS)
        given = [name for name, key in zip(KEYS, keys, strict=True) if key is not None]
        if self.client_id and given:
            raise ValueError(f"has client_id and {given[0]}: keep one of the two ways in")
        if not self.client_id and len(given) < len(KEYS):
            missing = next(name for name in KEYS if name not in given)
            raise ValueError(
                f"lacks {missing}; give client_id and run publish connect, or {', '.join(KEYS)}"
            )
        return self

    def keys(self) -> tuple[str, ...]:
        """The four keys, or none."""
        given = (getattr(self, name) for name in KEYS)
        return tuple(key.get_secret_value() for key in given if key is not None)


class X(RenewedToken[Note, XSettings], FindsOwnThreads[XSettings]):
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
        picture=PictureLimits(size=5_000_000, side=8_192, moving=True, animation=_ANIMATION),
    )
    account_refusals = (
        Refusals((PAYMENT_REQUIRED,), advice=_USED_UP),
        Refusals((TOO_MANY,), _ACCOUNT, _USED_UP),
        Refusals((FORBIDDEN,), _ACCOUNT, "the account may not post now: fix it at X"),
    )
    note_refusals = (
        Refusals((FORBIDDEN,), r"duplicate|already (?:said|sent|posted)", reason=Reason.DUPLICATE),
        Refusals((FORBIDDEN,), r"too long|\bshorter"),
    )
    shows_within = timedelta(minutes=5)
    result = ("data",)

    def own_token(self) -> str:
        """The account's key, where config.yaml gives the four."""
        return "".join(self.options.keys()[2:3])

    def headers(self) -> Mapping[str, str]:
        """The account's token, unless requests are signed."""
        return {} if self.options.keys() else super().headers()

    def connect(self, person: Person) -> Credentials:
        """Let the app act for an account (docs.x.com, OAuth 2.0 with PKCE)."""
        if self.options.keys():
            hint = f"put client_id in their place, then: publish connect {self.name}"
            raise UsageError(f"{self.name} has keys in config.yaml, which do not end", hint)
        proof = oauth.Proof.new()
        host = _PAGES.get(self.options.base_url, self.options.base_url)
        asked = {"client": self.options.client_id, "scope": SCOPES, **proof.asked}

        def page(redirect: str, state: str) -> str:
            more = {**asked, "redirect": redirect, "state": state}
            return oauth.page(f"{host}/i/oauth2/authorize", **more)

        person.tell("X forgets the answer after 30 seconds: allow it, and come back at once.")
        code, redirect = person.approve(page)
        given = {"code": code, "redirect_uri": redirect, "code_verifier": proof.verifier}
        return self._service().ask(grant_type="authorization_code", **given)

    def renew(self, old: Credentials) -> Credentials:
        """X gives out a new refresh token each time, and ends the old one."""
        refresh = old.values.get(oauth.REFRESH, "")
        new = self._service().ask(grant_type="refresh_token", refresh_token=refresh)
        return oauth.renewed(old, new)

    def revoke(self) -> None:
        """Tell X that the app is not needed any more."""
        client = self.options.client_id
        secret = self.options.client_secret
        form = {"token": self.credentials().values[TOKEN], "client_id": client}
        auth = (client, secret.get_secret_value()) if secret else None
        self.api.call("POST", "/2/oauth2/revoke", public=True, data=form, auth=auth)

    def _service(self) -> oauth.TokenService:
        own = self.options
        secret = own.client_secret.get_secret_value() if own.client_secret else ""
        return oauth.TokenService(
            self.api, own.base_url, "/2/oauth2/token", own.client_id, secret, by_header=True
        )

    def refuse_unfit(self, message: Note) -> None:
        """Say no before X would: a refused post may be charged."""
        super().refuse_unfit(message)
        if len(_CASHTAG.findall(message.text)) > 1:
            raise Rejected("the note has more than one cashtag ($NAME), X allows one")

    def post(self, posting: Posting) -> "Response":
        """Post once."""
        media = {"media": {"media_ids": [posting.media]}} if posting.media else {}
        content: dict[str, object] = {"text": posting.message.text, **media}
        if posting.before:
            content["reply"] = {"in_reply_to_tweet_id": posting.before[-1].remote_id}
        return self._call("POST", "/2/tweets", acts=True, json=content)

    def delete_post(self, remote_id: str) -> None:
        """Delete a post; what is not there any more is deleted."""
        path = f"/2/tweets/{quote(remote_id, safe='')}"
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
            "pagination_token": older or None,
        }
        path = f"/2/users/{quote(self.account, safe='')}/tweets"
        try:
            response = self._call("GET", path, params=query | {"post.fields": FIELDS})
        except Rejected:  # X's guides still have the parameter's former name
            response = self._call("GET", path, params=query | {"tweet.fields": FIELDS})
        answer = read_json(response)
        posts = dig(answer, "data") or []
        if not isinstance(posts, list) or not isinstance(dig(answer, "meta"), dict):
            raise self.api.unreadable(response)
        return Page(response, posts, network_id(dig(answer, "meta", "next_token")))

    def parent_of(self, shown: object) -> str:
        """Of what a post refers to, the one that it replies to."""
        others = dig(shown, "referenced_tweets")
        parents = [
            network_id(dig(each, "id"))
            for each in (others if isinstance(others, list) else ())
            if dig(each, "type") == "replied_to"
        ]
        return "".join(parents[:1])

    def content(self, shown: object) -> tuple[str, Sequence[object]]:
        """The text has short links (t.co); where they lead stands beside it."""
        text, urls = dig(shown, "text"), dig(shown, "entities", "urls")
        links = [
            dig(entity, name)
            for entity in (urls if isinstance(urls, list) else [])
            for name in ("expanded_url", "unwound_url")
        ]
        return html.unescape(text) if isinstance(text, str) else "", links

    def check(self) -> Standing:
        """Ask who we are, and whether the keys may write if X says."""
        response = self._call("GET", "/2/users/me")
        self.id_in(response, "data", "id")
        if response.headers.get("x-access-level", "").lower() == "read":
            raise AuthExpired(
                f"{self.api.host}: the keys may only read; allow the app to write, make new keys"
            )
        scopes = self.stored_scopes()
        if scopes and "tweet.write" not in scopes:
            raise self.api.lacks("tweet.write")
        name = network_id(dig(read_json(response), "data", "username"))
        may = scopes or tuple(filter(None, [response.headers.get("x-access-level", "")]))
        return Standing(f"@{name}" if name else "", may, lasts=bool(self.options.keys()))

    def __init__(self, settings: XSettings, *, name: str) -> None:
        super().__init__(settings, name=name)
        self._animations: dict[str, bool] = {}  # the ids of those that X works on

    def begin(self, note: Note, key: str, state: str) -> Receipt | Later:
        """Post the first post, whose animation an earlier step may have sent."""
        if state:
            remember(self._animations, Waited(**json.loads(state)).media, value=True)
        return super().begin(note, key, state)

    def still_there(self, media: str) -> bool:
        """An animation is there once X has worked on it; one that failed is refused."""
        if media in self._animations:
            query = {"command": "STATUS", "media_id": media}
            self._refuse_unfinished(self._call("GET", "/2/media/upload", params=query))
        return True

    def upload(self, picture: Picture, key: str) -> str:
        """Upload for a post."""
        if picture.moving:
            return self._upload_animation(picture, key)
        response = self._call(
            "POST",
            "/2/media/upload",
            files={"media": ("picture", picture.content, picture.media_type)},
            data={"media_category": "tweet_image"},
        )
        return self.uploaded(key, response, "data", "id")

    def _upload_animation(self, picture: Picture, key: str) -> str:
        """Upload in segments, all that X takes an animation by; it then works on it for a while."""
        size = len(picture.content)
        wish = {"media_category": "tweet_gif", "media_type": "image/gif", "total_bytes": size}
        media = self.id_in(
            self._call("POST", "/2/media/upload/initialize", json=wish), "data", "id"
        )
        place = f"/2/media/upload/{quote(media, safe='')}"
        for number, start in enumerate(range(0, size, SEGMENT)):
            part = picture.content[start : start + SEGMENT]
            files = {"media": ("picture", part, picture.media_type)}
            self._call("POST", f"{place}/append", data={"segment_index": number}, files=files)
        response = self._call("POST", f"{place}/finalize")
        remember(self._animations, media, value=True)
        self.uploaded(key, response, "data", "id")
        self._refuse_unfinished(response)
        return media

    def _refuse_unfinished(self, response: "Response") -> None:
        told = dig(read_json(response), "data", "processing_info")
        state, seconds = dig(told, "state"), dig(told, "check_after_secs")
        if state in _AT_WORK:
            text = f"{self.api.host}: still works on the picture; the note is not posted"
            wait = float(seconds) if isinstance(seconds, int) and 0 < seconds <= LONGEST else 0.0
            raise UnfinishedPicture(text, status=ACCEPTED, seconds=wait)
        if state == "failed":
            why = one_line(str(dig(told, "error", "message") or "it says no more"))
            raise Rejected(f"{self.api.host}: cannot work on the animation: {why}")

    def describe(self, media: str, words: str) -> None:
        """Give the picture its alternative text."""
        alt = {"id": media, "metadata": {"alt_text": {"text": words[:ALT_LENGTH]}}}
        self._call("POST", "/2/media/metadata", json=alt)

    def price(self, message: Note) -> Decimal:
        """What X charges for the posts: a link makes one dear."""
        return sum((self._price(part) for part in message.parts()), Decimal(0))

    def _price(self, part: Note) -> Decimal:
        dear = bool(part.url) or has_link(part.text)
        return self.options.price_with_link if dear else self.options.price_without_link

    def budget(self) -> Decimal | None:
        """`monthly_budget`."""
        return self.options.monthly_budget

    def _call(self, method: str, path: str, **content: Any) -> "Response":
        """A request with the token, or one that tweepy signs."""
        keys = self.options.keys()
        if not keys:
            return self.call(method, path, **content)
        import tweepy

        signature = tweepy.OAuth1UserHandler(*keys).apply_auth()
        return self.api.call(method, path, auth=signature, **content)
