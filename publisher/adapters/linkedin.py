"""LinkedIn, a member or an organisation (learn.microsoft.com/linkedin, Posts and Images APIs)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field

from publisher.adapters.http import oauth
from publisher.adapters.http.api import deleting
from publisher.adapters.http.failures import one_line, reason
from publisher.adapters.http.notes import FindsOwnNotes, Page, Posting, Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.pictures import AttachesPictures, PictureSettings, remember, without
from publisher.adapters.http.replies import dig, epoch, network_id, read_json, web_url
from publisher.adapters.http.text.counting import utf16_units
from publisher.adapters.http.text.cutting import cut
from publisher.adapters.http.tokens import TOKEN, RenewedToken
from publisher.errors import AuthExpired, DeliveryError, RateLimited, Reason, Rejected, UsageError
from publisher.model.credentials import Credentials, Person, Standing
from publisher.model.messages import Limits, Note, Picture, PictureLimits, Receipt

if TYPE_CHECKING:
    from requests import Response

COPIES_REFUSED: Final = timedelta(days=1)
"""For so long LinkedIn surely knows a copy; it says nowhere for how long it does."""

LENGTH: Final = 3000
TITLE_LENGTH, DESCRIPTION_LENGTH, ALT_LENGTH = 400, 4086, 4086
BAD_REQUEST, FORBIDDEN, UNFIT, NO_SUCH_VERSION, TOO_MANY = 400, 403, 422, 426, 429
MEMBER: Final = "openid profile w_member_social"
ORGANISATION: Final = "r_organization_social w_organization_social"
_SIGN_IN: Final = {"https://api.linkedin.com": "https://www.linkedin.com"}
"""Where people sign in, by where programs do; a test's server is both."""

_RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
_TAG = re.compile(r"(?<![\w#])#(\w+)")
_TEMPLATE = re.compile(r"\{hashtag\|\\#\|(\w+)\}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_POST = re.compile(r"urn:li:(?:share|ugcPost):\d{1,30}")
_DUPLICATE = re.compile(rf"duplicate of ({_POST.pattern})")
_COPY = re.compile(rf"it is at https://\S+/({_POST.pattern})/")
_PHOTO = PictureLimits(
    size=5_000_000, pixels=36_152_320, formats=frozenset({"image/jpeg", "image/png", "image/gif"})
)


class LinkedInSettings(PictureSettings):
    """Who posts, and the app that `publish connect` lets in."""

    base_url: BaseUrl = "https://api.linkedin.com"
    token: Token | None = None
    client_id: Annotated[str, Field(pattern=r"^[!-~]{0,100}$")] = ""
    client_secret: Token | None = None
    author: Annotated[str, Field(pattern=r"^(urn:li:(person|organization):[\w-]{1,60})?$")] = ""
    version: Annotated[str, Field(pattern=r"^20\d\d(0[1-9]|1[0-2])$")] = "202606"
    visibility: Literal["public", "connections"] = "public"

    @property
    def is_organisation(self) -> bool:
        """Whether an organisation's page posts."""
        return self.author.startswith("urn:li:organization:")


def little_text(text: str, tags: Sequence[str] = ()) -> str:
    """`text` as LinkedIn's "little" format has it: it cuts at the first mark that is not escaped.

    Of hashtags, only `tags` become links.
    """
    parts: list[str] = []
    end = 0
    for found in _TAG.finditer(text):
        if found[1] in tags and not _RESERVED.search(found[1]):
            template = f"{{hashtag|\\#|{found[1]}}}"
            parts += [_escaped(text[end : found.start()]), template]
            end = found.end()
    return "".join([*parts, _escaped(text[end:])])


def plain_text(commentary: str) -> str:
    """What readers see of a text in that format."""
    return _ESCAPED.sub(r"\1", _TEMPLATE.sub(r"\#\1", commentary))


def count(text: str) -> int:
    """The length of what is sent, were every hashtag one of the note's own."""
    return utf16_units(little_text(text, _TAG.findall(text)))


def _escaped(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


class LinkedIn(
    RenewedToken[Note, LinkedInSettings],
    AttachesPictures[LinkedInSettings],
    FindsOwnNotes[LinkedInSettings],
):
    """A member or an organisation; LinkedIn refuses copies, and names the original as it does so.

    Only what organisations posted can be read back. Of a member's note whose answer was lost it is
    known once it is repeated.
    """

    settings = LinkedInSettings
    cards = True
    limits = Limits(
        LENGTH,
        count,
        alt=ALT_LENGTH,
        pictures=1,
        picture=_PHOTO,
        thumbnail=PictureLimits(size=2_000_000, formats=_PHOTO.formats),
    )
    account_refusals = (
        Refusals((NO_SUCH_VERSION,), advice="set `version` to a month of the last half year"),
        Refusals((BAD_REQUEST,), r"\bversion\b", "set `version` to a month of the last half year"),
        Refusals(
            (FORBIDDEN,),
            r"ACCESS_DENIED|permission|scope|restricted",
            "give the app the product or the page role that it lacks, and connect it anew",
        ),
    )
    note_refusals = (Refusals((FORBIDDEN, UNFIT), "duplicate", reason=Reason.DUPLICATE),)
    shows_within = timedelta(minutes=5)

    def __init__(self, settings: LinkedInSettings, *, name: str) -> None:
        super().__init__(settings, name=name)
        self.reads_back = settings.is_organisation
        if not self.reads_back:
            self.repeatable_for = COPIES_REFUSED
        self._originals: dict[str, str] = {}  # of what was refused as a copy, by key
        self._remarks: dict[str, str] = {}

    def headers(self) -> Mapping[str, str]:
        """The token, the month of the API, and the protocol."""
        month = {"LinkedIn-Version": self.options.version, "X-Restli-Protocol-Version": "2.0.0"}
        return {**super().headers(), **month}

    def ask_account(self) -> str:
        """Who posts: `author`, else the member whose token it is."""
        if self.options.author:
            return self.options.author
        response = self.call("GET", "/v2/userinfo")
        return f"urn:li:person:{self.id_in(response, 'sub')}"

    def send(self, message: Note, key: str) -> Receipt:
        """Post once; a copy that LinkedIn refuses is remembered with its original."""
        try:
            receipt = super().send(message, key)
        except Rejected as error:
            if original := _COPY.search(str(error)):
                remember(self._originals, key, original[1])
            raise
        remark = self._remarks.pop(key, "")
        return replace(receipt, remark=receipt.remark or remark)

    def post(self, posting: Posting) -> "Response":
        """Post once, with the picture, else with a card of the link."""
        message = posting.message
        values = {
            "author": self.account,
            "commentary": little_text(message.text, message.tags),
            "visibility": self.options.visibility.upper(),
            "distribution": {"feedDistribution": "MAIN_FEED"},
            "lifecycleState": "PUBLISHED",
            **self._content(posting),
        }
        return self.call("POST", "/rest/posts", acts=True, json=values)

    def _content(self, posting: Posting) -> dict[str, Any]:
        message = posting.message
        if posting.media:
            alt = message.picture.alt[:ALT_LENGTH] if message.picture else ""
            return {"content": {"media": {"id": posting.media, "altText": alt}}}
        source = message.link or message.url
        if not source:
            return {}
        article = {
            "source": source,
            "title": cut(message.title or source, TITLE_LENGTH),
            "description": cut(message.description, DESCRIPTION_LENGTH),
            "thumbnail": self._thumbnail(message.thumbnail, posting.key),
        }
        return {"content": {"article": {name: each for name, each in article.items() if each}}}

    def _thumbnail(self, picture: Picture | None, key: str) -> str:
        """The card's picture, which LinkedIn does not fetch by itself; "": it goes without."""
        if picture is None:
            return ""
        try:
            return self._uploaded(picture)
        except DeliveryError as error:
            if not self._goes_without(error, key):
                raise
            remember(self._remarks, key, without("card's picture", error))
            return ""

    def upload(self, picture: Picture, key: str) -> str:
        """Upload for a post."""
        self._upload_of(key).media = media = self._uploaded(picture)
        return media

    def _uploaded(self, picture: Picture) -> str:
        """Two requests: where to put it, and the bytes. Nothing is published by either."""
        wish = {"initializeUploadRequest": {"owner": self.account}}
        begin = "/rest/images?action=initializeUpload"
        response = self.call("POST", begin, json=wish)
        image = self.id_in(response, "value", "image")
        parts = urlsplit(web_url(dig(read_json(response), "value", "uploadUrl")))
        if not self._is_theirs(parts.scheme, parts.netloc):
            raise self.api.unreadable(response)
        there = self.api.at(f"{parts.scheme}://{parts.netloc}", secrets=[parts.path, parts.query])
        kind = {"Content-Type": picture.media_type}
        path = urlunsplit(("", "", parts.path, parts.query, ""))
        there.call("PUT", path, data=picture.content, headers=kind)
        return image

    def _is_theirs(self, scheme: str, host: str) -> bool:
        """The token goes along, so nowhere but to LinkedIn."""
        linkedin = scheme == "https" and host.endswith((".linkedin.com", ".licdn.com"))
        return linkedin or host == self.api.host

    def answered(self, response: "Response", key: str = "") -> Receipt:
        """The id stands in a header."""
        del key
        receipt = self.receipt(response.headers.get("x-restli-id", ""))
        if receipt is None:
            raise self.api.unreadable(response, acts=True)
        return receipt

    def receipt(self, shown: object) -> Receipt | None:
        """A post's URN makes its address."""
        urn = network_id(shown) or network_id(dig(shown, "id"))
        return Receipt(urn, _address(urn)) if _POST.fullmatch(urn) else None

    def delete(self, receipt: Receipt) -> None:
        """Delete the post; what is not there any more is deleted."""
        path = f"/rest/posts/{quote(receipt.remote_id, safe='')}"
        deleting(lambda: self.call("DELETE", path, acts=True))

    def find(self, key: str, message: Note, since: datetime) -> Receipt | None:
        """The original that LinkedIn named, else what the organisation shows.

        A member's posts cannot be read: the note is repeated, and LinkedIn refuses a copy.
        """
        if original := self._originals.get(key):
            return Receipt(original, _address(original))
        return super().find(key, message, since) if self.options.is_organisation else None

    def page(self, since: datetime, older: str) -> Page:
        """Fifty posts of the organisation."""
        del since  # LinkedIn takes none
        start = int(older or 0)
        query = {"author": self.account, "q": "author", "count": 50, "start": start}
        headers = {"X-RestLi-Method": "FINDER"}
        response = self.call("GET", "/rest/posts", params=query, headers=headers)
        shown = self.list_in(response, "elements")
        more = str(start + len(shown)) if len(shown) == query["count"] else ""
        return Page(response, shown, more)

    def posted_at(self, shown: object) -> datetime | None:
        """In milliseconds since 1970."""
        return epoch(dig(shown, "createdAt"), per_second=1000)

    def content(self, shown: object) -> tuple[str, Sequence[object]]:
        """The words, and the link of the card."""
        text = dig(shown, "commentary")
        link = dig(shown, "content", "article", "source")
        return plain_text(text) if isinstance(text, str) else "", [link]

    def explain(self, response: "Response") -> DeliveryError | None:
        """A limit without a moment ends with the day (UTC)."""
        if response.status_code == TOO_MANY and "Retry-After" not in response.headers:
            tomorrow = datetime.now(UTC).date() + timedelta(days=1)
            midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 0, 1, tzinfo=UTC)
            return self.api.error(RateLimited, response, retry_at=midnight)
        if original := _DUPLICATE.search(reason(response)):
            return self.api.error(Rejected, response, f"it is at {_address(original[1])}")
        return super().explain(response)

    def blames_picture(self, error: DeliveryError, key: str) -> bool:
        """A copy is refused with its picture or without."""
        return not _COPY.search(str(error)) and super().blames_picture(error, key)

    def check(self) -> Standing:
        """Ask whether the token works, what it may do and when it ends."""
        told = self._introspected()
        if self.options.is_organisation:
            self.page(datetime.now(UTC), "")
            return replace(told, account=self.options.author)
        try:
            me = read_json(self.call("GET", "/v2/userinfo"))
        except DeliveryError as error:  # without `openid` a token posts as well, as `author`
            if error.status != f"HTTP {FORBIDDEN}" or not self.options.author:
                raise
            return replace(told, account=self.options.author)
        name = dig(me, "name")
        return replace(told, account=one_line(name) if isinstance(name, str) else "")

    def _introspected(self) -> Standing:
        """What LinkedIn says of the token, which it tells the app alone."""
        own, secret = self.options, self._secret()
        if not own.client_id or not secret:
            return Standing(may=self.stored_scopes(), ends_at=self.expires())
        form = {"client_id": own.client_id, "client_secret": secret, "token": self.token()}
        there = self.api.at(self._sign_in, secrets=[secret])
        answer = read_json(there.call("POST", "/oauth/v2/introspectToken", public=True, data=form))
        if dig(answer, "active") is False:
            raise AuthExpired(
                f"{self.api.host}: the token is {dig(answer, 'status')}; {self.api.renew}"
            )
        scopes, ends = dig(answer, "scope"), dig(answer, "expires_at")
        return Standing(
            may=tuple(scopes.replace(",", " ").split()) if isinstance(scopes, str) else (),
            ends_at=epoch(ends) or self.expires(),
        )

    def connect(self, person: Person) -> Credentials:
        """Three-legged OAuth: a page of LinkedIn, then a token for sixty days."""
        self.refuse_own_token()
        if not self.options.client_id:
            raise UsageError(
                f"{self.name} has no client_id", "make an app, see its page in the docs"
            )
        secret = self._secret() or person.secret("Client secret of the app")
        scope = ORGANISATION if self.options.is_organisation else MEMBER

        def page(redirect: str, state: str) -> str:
            address = f"{self._sign_in}/oauth/v2/authorization"
            asked = {"redirect": redirect, "state": state, "scope": scope}
            return oauth.page(address, client=self.options.client_id, **asked)

        code, redirect = person.approve(page, host="localhost")
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        new = self._service(secret).ask(**given)
        return replace(new, values={**new.values, "client_secret": secret})

    def renew(self, old: Credentials) -> Credentials:
        """For apps that LinkedIn gives refresh tokens to, whose life is never prolonged."""
        refresh = old.values.get(oauth.REFRESH, "")
        secret = self._secret() or old.values.get("client_secret", "")
        new = self._service(secret).ask(grant_type="refresh_token", refresh_token=refresh)
        return oauth.renewed(old, new)

    def revoke(self) -> str:
        """End the stored token at LinkedIn, which only the app that got it may do."""
        secret, left = self._secret(), "to end it at LinkedIn: Settings & Privacy, Data privacy,"
        left += " Permitted services, remove the app"
        if not self.options.client_id or not secret:
            return left
        there = self.api.at(self._sign_in, secrets=[secret])
        form = {"client_id": self.options.client_id, "client_secret": secret}
        form["token"] = self.credentials().values[TOKEN]
        there.call("POST", "/oauth/v2/revoke", public=True, data=form)
        return "its token is ended at LinkedIn; the app itself stays, delete it there if you like"

    @property
    def _sign_in(self) -> str:
        return _SIGN_IN.get(self.options.base_url, self.options.base_url)

    def _secret(self) -> str:
        given, stored = self.options.client_secret, self.stored()
        if given:
            return given.get_secret_value()
        return stored.values.get("client_secret", "") if stored else ""

    def _service(self, secret: str) -> oauth.TokenService:
        client = self.options.client_id
        return oauth.TokenService(self.api, self._sign_in, "/oauth/v2/accessToken", client, secret)


def _address(urn: str) -> str:
    return f"https://www.linkedin.com/feed/update/{urn}/"
