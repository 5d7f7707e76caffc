"""Mastodon, and servers that speak its API (docs.joinmastodon.org/methods/statuses)."""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from pydantic import field_validator

from publisher.adapters.http import oauth
from publisher.adapters.http.api import deleting
from publisher.adapters.http.failures import reason
from publisher.adapters.http.fediverse.instances import limits_of
from publisher.adapters.http.fediverse.software import Software, software_of
from publisher.adapters.http.matching import Html
from publisher.adapters.http.notes import Page, Posting, Refusals
from publisher.adapters.http.options import Token
from publisher.adapters.http.pictures import UnfinishedPicture
from publisher.adapters.http.replies import dig, network_id, read_json, web_url
from publisher.adapters.http.threads import FindsOwnThreads, ThreadSettings, ids_of
from publisher.adapters.http.tokens import TOKEN, StoredToken
from publisher.errors import AuthExpired, DeliveryError, Rejected, Unavailable
from publisher.model.credentials import Credentials, Person, Standing
from publisher.model.messages import Limits, Note, Picture, Receipt

if TYPE_CHECKING:
    from requests import Response

LIMITS_TIMEOUT = 5.0
SHOWN = "urn:ietf:wg:oauth:2.0:oob"
"""The redirect address upon which the server shows the code."""

CLIENT, CLIENT_SECRET = "client", "client_secret"
READY, ACCEPTED, NOT_READY, UNFIT = 200, 202, 206, 422
_LISTED = ("public", "unlisted")
_NO_TOKEN = Refusals((400,), "invalid bearer token")
_NO_LANGUAGE = Refusals((400,), "invalid language tag")
_UNFINISHED = Refusals((UNFIT,), "not finished processing|still processing")


class MastodonSettings(ThreadSettings):
    """Where the account is, and how it speaks."""

    token: Token | None = None
    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    language: str = ""
    content_warning: str = ""

    @field_validator("language")
    @classmethod
    def _is_a_tag(cls, text: str) -> str:
        if text and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
            raise ValueError("must be a language tag such as en or pt-BR")
        return text


class Mastodon(StoredToken[Note, MastodonSettings], FindsOwnThreads[MastodonSettings]):
    """An account on a Mastodon server; a repeat under its key within the hour is the same status.

    The server forgets an Idempotency-Key after an hour, some soon after half of one; older ones
    store it only after posting, so dispatch lets a moment pass before it repeats. `limits_kept` are
    the seconds for which its limits are believed.
    """

    settings = MastodonSettings
    cards = True
    account_refusals = (
        Refusals((403, UNFIT), "authenticated user|your login|access token|suspended"),
        Refusals((403,), "authorized scopes|insufficient scope|out_of_scope"),
    )
    limits_kept = 600.0
    _known: tuple[float, Software, Limits] | None = None

    def post(self, posting: Posting) -> "Response":
        """Post one status, whose picture the server may say it has not finished processing.

        It may say so in any language: then the picture's own state decides, which may have
        changed meanwhile, so a refusal counts once it comes twice.
        """
        try:
            return self._post(posting)
        except UnfinishedPicture:
            raise
        except Rejected as error:
            if not posting.media or error.status != f"HTTP {UNFIT}":
                raise
            self._refuse_unfinished(posting.media)
            return self._post(posting)

    def _post(self, posting: Posting) -> "Response":
        media = [posting.media] if posting.media else []
        content = {**self._content(posting.message, media), "visibility": self.options.visibility}
        if posting.before:
            content["in_reply_to_id"] = posting.before[-1].remote_id
        headers = {"Idempotency-Key": posting.key}
        return self._write("POST", "/api/v1/statuses", content, headers=headers)

    def _write(self, method: str, path: str, content: dict[str, object], **more: Any) -> "Response":
        """Post or change; a language that the server does not know is left to the server."""
        try:
            return self.api.call(method, path, acts=True, json=content, **more)
        except _LanguageError:
            del content["language"]
            return self.api.call(method, path, acts=True, json=content, **more)

    def _content(self, message: Note, media: Sequence[object]) -> dict[str, object]:
        fields = {
            "status": message.text,
            "language": message.language or self.options.language,
            "spoiler_text": message.content_warning or self.options.content_warning,
            "media_ids": media,
        }
        return {name: value for name, value in fields.items() if value}

    def delete_post(self, remote_id: str) -> None:
        """Delete a status; what is not there any more is deleted."""
        deleting(lambda: self.api.call("DELETE", _status(remote_id), acts=True))

    def edit(self, receipt: Receipt, message: Note) -> Receipt:
        """Put other words into the status, or those of a thread; pictures and warning stay."""
        ids = ids_of(receipt)
        first, *_ = [self._edit(*each) for each in zip(ids, message.parts(), strict=False)]
        return replace(first or receipt, handle=receipt.handle)

    def _edit(self, remote_id: str, message: Note) -> Receipt | None:
        shown = read_json(self.api.call("GET", _status(remote_id)))
        attached = dig(shown, "media_attachments")
        ids = [dig(each, "id") for each in (attached if isinstance(attached, list) else ())]
        content = self._content(message, [each for each in ids if network_id(each)])
        content["sensitive"] = dig(shown, "sensitive") is True  # some take silence for a no
        response = self._write("PUT", _status(remote_id), content)
        return self.receipt(read_json(response))

    def receipt(self, shown: object) -> Receipt | None:
        """A status has an id and, mostly, an address."""
        remote_id = network_id(dig(shown, "id"))
        return Receipt(remote_id, web_url(dig(shown, "url"))) if remote_id else None

    def find_part(
        self, part: Note, key: str, before: Sequence[Receipt], since: datetime
    ) -> Receipt | None:
        """Look for it; where the server lists public notes alone, others are not surely missing."""
        found = super().find_part(part, key, before, since)
        is_listed = self.options.visibility in _LISTED or self._ask_instance()[0].lists_all
        if found is None and not is_listed:
            what = f"does not list {self.options.visibility} notes; look there yourself"
            raise Unavailable(f"{self.api.host}: {what}, then `publish resolve`")
        return found

    def ask_account(self) -> str:
        """Whose token it is."""
        return self.id_in(self.api.call("GET", "/api/v1/accounts/verify_credentials"), "id")

    def page(self, since: datetime, older: str) -> Page:
        """Forty statuses, without what the account boosted."""
        del since  # the server takes ids only
        path = f"/api/v1/accounts/{quote(self.account, safe='')}/statuses"
        query = {"limit": 40, "exclude_reblogs": "true", "max_id": older or None}
        return self.page_until_last(self.api.call("GET", path, params=query))

    def parent_of(self, shown: object) -> str:
        """The status that it replies to."""
        return network_id(dig(shown, "in_reply_to_id"))

    def content(self, shown: object) -> tuple[str, Sequence[object]] | None:
        """A status is HTML; its card may show a link that its text does not."""
        if dig(shown, "reblog") is not None:
            return None
        content = dig(shown, "content")
        html = Html(content if isinstance(content, str) else "")
        return html.text, [*html.links, dig(shown, "card", "url")]

    def check(self) -> Standing:
        """Ask who we are, and what the token may do if the server says."""
        response = self.api.call("GET", "/api/v1/accounts/verify_credentials")
        self.id_in(response, "id")
        name = network_id(dig(read_json(response), "acct"))
        scopes = self._scopes()
        for scope in ("write:statuses", *(["write:media"] if self.options.pictures else [])):
            if scopes and "write" not in scopes and scope not in scopes:
                raise self.api.lacks(scope)
        account, ends = f"@{name}@{self.api.host}" if name else "", self.expires()
        return Standing(account, scopes, ends, lasts=not (self.own_token() or ends))

    def _scopes(self) -> tuple[str, ...]:
        """What the token may do; nothing where the server does not say."""
        try:
            app = read_json(self.api.call("GET", "/api/v1/apps/verify_credentials"))
        except DeliveryError as error:
            if isinstance(error, AuthExpired) and error.status != "HTTP 403":
                raise
            app = None  # only newer servers say, and some only to tokens that may read more
        scopes = dig(app, "scopes")
        return tuple(map(network_id, scopes)) if isinstance(scopes, list) else self.stored_scopes()

    def connect(self, person: Person) -> Credentials:
        """Make an app on the server, and let it act for the account (docs.joinmastodon.org/client).

        The app is made for each connection: it costs nothing, and nobody has to look after it.
        """
        self.refuse_own_token()
        scopes = self._ask_instance()[0].scopes
        app: list[oauth.TokenService] = []

        def page(redirect: str, state: str) -> str:
            app[:] = [self._new_app(redirect, scopes)]
            address = f"{self.options.base_url}/oauth/authorize"
            asked = {"scope": scopes, "state": state, "redirect": redirect}
            return oauth.page(address, client=app[0].client, **asked)

        code, redirect = person.approve(page, shown=SHOWN)
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        new = app[0].ask(**asked, scope=scopes)
        kept = {**new.values, CLIENT: app[0].client, CLIENT_SECRET: app[0].secret}
        return replace(new, values=kept)

    def _new_app(self, redirect: str, scopes: str) -> oauth.TokenService:
        form = {"client_name": "Publisher", "redirect_uris": redirect, "scopes": scopes}
        answer = self.api.call("POST", "/api/v1/apps", public=True, data=form)
        client = self.id_in(answer, "client_id")
        secret = self.id_in(answer, "client_secret")
        return oauth.TokenService(self.api, self.options.base_url, "/oauth/token", client, secret)

    def revoke(self) -> None:
        """Tell the server that the token is not needed any more."""
        stored = self.credentials().values
        app = {"client_id": stored[CLIENT], "client_secret": stored[CLIENT_SECRET]}
        form = {**app, "token": stored[TOKEN]}
        self.api.call("POST", "/oauth/revoke", public=True, data=form)

    def upload(self, picture: Picture, key: str) -> str:
        """Upload with the alternative text; the server may take its time over it."""
        response = self.api.call(
            "POST",
            "/api/v2/media",
            files={"file": ("picture", picture.content, picture.media_type)},
            data={"description": picture.alt},
        )
        media = self.uploaded(key, response, "id")
        if response.status_code == ACCEPTED:
            self._refuse_unfinished(media)
        return media

    def still_there(self, media: str) -> bool:
        """The server drops what nobody attached."""
        try:
            self._refuse_unfinished(media)
        except Rejected:
            return False
        return True

    def _refuse_unfinished(self, media: str) -> None:
        response = self.api.call("GET", f"/api/v1/media/{quote(media, safe='')}")
        if response.status_code != READY:
            what = "still works on the picture; the note is not posted"
            raise UnfinishedPicture(f"{self.api.host}: {what}", status=f"HTTP {NOT_READY}")

    def explain(self, response: "Response") -> DeliveryError | None:
        """A picture that is not finished is no refusal; some know a dead token by words only."""
        if _NO_TOKEN.hold(response.status_code, reason(response)):
            return self.api.token_refused(response)
        if _NO_LANGUAGE.hold(response.status_code, reason(response)):
            return self.api.error(_LanguageError, response)
        if _UNFINISHED.hold(response.status_code, reason(response)):
            return self.api.error(UnfinishedPicture, response)
        return super().explain(response)

    @property
    def repeatable_for(self) -> timedelta:  # type: ignore[override] # as this server has it
        """For how long the server's software drops a repeat; not at all where it is unknown."""
        return self._ask_instance()[0].remembers

    def current_limits(self) -> Limits:
        """What the instance allows, kept for ten minutes; Mastodon's usual where it is mute."""
        return self._ask_instance()[1]

    def _ask_instance(self) -> tuple[Software, Limits]:
        """What the server says of itself; it is asked again after `limits_kept`."""
        now = time.monotonic()
        if self._known is None or now - self._known[0] > self.limits_kept:
            instance = self._instance()
            software = software_of(instance)
            limits = limits_of(instance, software, pictures=int(self.options.pictures))
            self._known = (now, software, replace(limits, posts=self.options.thread))
        return self._known[1:]

    def _instance(self) -> object:
        with suppress(DeliveryError):
            try:
                return self._about("/api/v2/instance")
            except Rejected:  # servers older than version 4, and other software
                return self._about("/api/v1/instance")
        return None

    def _about(self, path: str) -> object:
        return read_json(self.api.call("GET", path, public=True, timeout=LIMITS_TIMEOUT))


class _LanguageError(Rejected):
    """The server knows no such language; surely nothing was posted."""


def _status(remote_id: str) -> str:
    return f"/api/v1/statuses/{quote(remote_id, safe='')}"
