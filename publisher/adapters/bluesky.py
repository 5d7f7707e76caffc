"""Bluesky, and other servers of the AT Protocol (docs.bsky.app, atproto.com/specs)."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field

from publisher.adapters.http.atproto.keys import record_key
from publisher.adapters.http.atproto.richtext import marked, shown
from publisher.adapters.http.atproto.session import PASSWORD, Sessions, StaleToken, bearer
from publisher.adapters.http.notes import Posting, Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.pictures import remember
from publisher.adapters.http.replies import dig, network_id, read_json
from publisher.adapters.http.text.counting import graphemes, graphemes_at_most, utf8_bytes
from publisher.adapters.http.threads import PostsThreads, ThreadSettings
from publisher.errors import (
    AuthExpired,
    DeliveryError,
    OutcomeUnknown,
    Rejected,
    Unavailable,
    UsageError,
)
from publisher.model.credentials import Credentials, CredentialStore, Person, Standing
from publisher.model.messages import Limits, Measure, Note, Picture, PictureLimits, Receipt

if TYPE_CHECKING:
    from requests import Response

LENGTH, LENGTH_IN_BYTES, ALT_LENGTH = 300, 3_000, 2_000
PICTURE_BYTES, THUMBNAIL_BYTES = 2_000_000, 1_000_000
POSTS: Final = "app.bsky.feed.post"
WEB: Final = "https://bsky.app"
UNUSED_BLOBS_LIVE = 240.0
"""For so many seconds a server surely keeps what was uploaded and is not shown yet."""

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN = 400, 401, 403
_ACCOUNT = r"(Account|Repo)(Takedown|Takendown|Suspended|Deactivated|NotFound)"
_URI = re.compile(rf"at://(did:[a-z]+:[\w.:%-]+)/{re.escape(POSTS)}/([2-7a-z]{{13}})", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?", re.ASCII)
_HANDLE = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*", re.ASCII
)
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,200}")


def _handle(text: str) -> str:
    handle = text.strip().removeprefix("@")
    if _DID.fullmatch(handle):
        return handle
    if not _HANDLE.fullmatch(handle.lower()):
        raise ValueError("must be the whole handle, such as gazette.bsky.social")
    return handle.lower()


class BlueskySettings(ThreadSettings):
    """Whose account it is, and an app password for it."""

    base_url: BaseUrl = "https://bsky.social"
    handle: Annotated[str, AfterValidator(_handle)]
    app_password: Token | None = None
    picture_bytes: int = Field(PICTURE_BYTES, ge=50_000, le=20_000_000)


class AlreadyThere(Rejected):
    """There is a record under this key: an earlier attempt has posted the note."""


class NotThere(Rejected):
    """The account has no such record."""


_NAMED: Mapping[object, type[DeliveryError]] = {
    "ExpiredToken": StaleToken,
    "InvalidToken": StaleToken,
    "InvalidSwap": AlreadyThere,
    "RecordNotFound": NotThere,
}


class Bluesky(PostsThreads[BlueskySettings]):
    """An account on Bluesky; a note has a record's key of its own, under which it is posted once.

    What an attempt sends may differ from what the one before sent (a picture that went up this
    time): the key decides, so a second attempt finds the record of the first.
    """

    settings = BlueskySettings
    cards = True
    repeatable_for = None
    limits = Limits(
        LENGTH,
        lambda text: graphemes(shown(text)),
        alt=ALT_LENGTH,
        also=(
            Measure(LENGTH, lambda text: graphemes_at_most(shown(text)), "characters"),
            Measure(LENGTH_IN_BYTES, lambda text: utf8_bytes(shown(text)), "bytes"),
        ),
        thumbnail=PictureLimits(size=THUMBNAIL_BYTES),
    )
    account_refusals = (
        Refusals((UNAUTHORIZED,), "AuthFactorToken", "use an app password, which needs no code"),
        Refusals((UNAUTHORIZED,), "AuthenticationRequired", "make a new app password, set it"),
        Refusals((BAD_REQUEST, UNAUTHORIZED, FORBIDDEN), _ACCOUNT, "see to the account at Bluesky"),
    )
    _sessions: Sessions

    def __init__(self, settings: BlueskySettings, *, name: str) -> None:
        super().__init__(settings, name=name)
        self._blobs: dict[str, tuple[str, float]] = {}

    def stands_at(self) -> str:
        """An account may move to another server, and its records' addresses stay."""
        return ""

    def use_credentials(self, store: CredentialStore) -> None:
        """Keep the session here, so that every process uses the same one."""
        own, how = self.options, f"`publish connect {self.name}`"
        self._sessions = Sessions(self.api, own.base_url, own.handle, own.app_password, store, how)

    def secrets(self) -> Sequence[str]:
        """Also those that are stored."""
        return [*super().secrets(), *self._sessions.secrets()]

    def connect(self, person: Person) -> Credentials:
        """Ask for an app password, and open a session with it."""
        if self.options.app_password:
            hint = f"take app_password of channels.{self.name} out of config.yaml, run it again"
            raise UsageError(f"{self.name} has a password in config.yaml, which is used", hint)
        person.tell("Make an app password at Bluesky: Settings, Privacy and security.")
        password = person.secret(f"The app password of {self.options.handle}")
        try:
            new = self._sessions.opened(password)
        except DeliveryError as error:
            raise UsageError(str(error), "nothing was stored; try again") from None
        return replace(new, values={**new.values, PASSWORD: password})

    def revoke(self) -> str:
        """End the session; Bluesky lets nobody but a person delete an app password."""
        if session := self._sessions.store.read():
            self._sessions.close(session)
        where = "Settings, Privacy and security, App passwords"
        return f"its session is ended at Bluesky; delete the app password there, too: {where}"

    def refresh(self) -> None:
        """Renew the session if it ends soon."""
        self._sessions.current()

    def current_limits(self) -> Limits:
        """A picture as large as the server takes it."""
        limits = super().current_limits() or self.limits
        return replace(limits, picture=PictureLimits(size=self.options.picture_bytes))

    def picture_of(self, message: Note) -> Picture | None:
        """The note's picture; else the one of its link's card, which Bluesky does not make."""
        return super().picture_of(message) or (message.thumbnail if _link(message) else None)

    def post(self, posting: Posting) -> "Response":
        """Write the record, unless there is one under its key; then that is the note."""
        session = self._sessions.current()
        message = posting.message
        where = _where(session, posting.key, message)
        record = self._record(posting)
        path = "/xrpc/com.atproto.repo.putRecord"
        try:
            return self._call(
                "POST", path, acts=True, json={**where, "record": record, "swapRecord": None}
            )
        except AlreadyThere:
            return self._posted_before(where)

    def _posted_before(self, where: Mapping[str, str]) -> "Response":
        try:
            return self._shown(where)
        except DeliveryError as error:
            raise OutcomeUnknown(str(error), status=error.status) from None

    def _shown(self, where: Mapping[str, str]) -> "Response":
        return self._call("GET", "/xrpc/com.atproto.repo.getRecord", params=where)

    def receipt(self, shown: object) -> Receipt | None:
        """A record has an address, which ends with its key, and a CID for what it says."""
        uri, cid = network_id(dig(shown, "uri")), network_id(dig(shown, "cid"))
        found = _URI.fullmatch(uri)
        if not found or not cid:
            return None
        did, key = found.groups()
        return Receipt(uri, f"{WEB}/profile/{did}/post/{key}", handle={"cid": cid})

    def find_part(
        self, part: Note, key: str, before: Sequence[Receipt], since: datetime
    ) -> Receipt | None:
        """Look whether there is a record under the key of a post."""
        del since, before  # the key is the post's alone
        try:
            response = self._shown(_where(self._sessions.current(), key, part))
        except NotThere:
            return None
        receipt = self.receipt(read_json(response))
        if receipt is None:
            raise self.api.unreadable(response)
        return receipt

    def delete_post(self, remote_id: str) -> None:
        """Delete a record; one that is not there is deleted."""
        found = _URI.fullmatch(remote_id)
        session = self._sessions.current()
        if not found or found[1] != session.values["did"]:
            raise Rejected(f"{self.api.host}: {remote_id} is no post of this account")
        where = {"repo": found[1], "collection": POSTS, "rkey": found[2]}
        self._call("POST", "/xrpc/com.atproto.repo.deleteRecord", json=where)

    def check(self) -> Standing:
        """Ask who we are, with a session that writes could use; an app password does not end."""
        response = self._call("GET", "/xrpc/com.atproto.server.getSession")
        self.id_in(response, "did")
        if dig(read_json(response), "active") is False:
            raise self.api.account_refused(response, "the account is not active: see to it there")
        handle = network_id(dig(read_json(response), "handle"))
        return Standing(f"@{handle}" if handle else self.options.handle, lasts=True)

    def upload(self, picture: Picture, key: str) -> str:
        """Upload the bytes; the server says what they are."""
        response = self._call(
            "POST",
            "/xrpc/com.atproto.repo.uploadBlob",
            data=picture.content,
            headers={"Content-Type": picture.media_type},
        )
        media = self.uploaded(key, response, "blob", "ref", "$link")
        kind = network_id(dig(read_json(response), "blob", "mimeType")) or picture.media_type
        remember(self._blobs, media, (kind, time.monotonic()))
        return media

    def still_there(self, media: str) -> bool:
        """What no record shows is dropped after some minutes; the same bytes have the same id."""
        _, at = self._blobs.get(media, ("", float("-inf")))
        return time.monotonic() - at < UNUSED_BLOBS_LIVE

    def explain(self, response: "Response") -> DeliveryError | None:
        """XRPC names its errors; a token that has ended is HTTP 400."""
        kind = None
        if response.status_code in (BAD_REQUEST, UNAUTHORIZED):
            named = network_id(dig(read_json(response), "error"))
            if named == "AuthenticationRequired" and not self.options.app_password:
                advice = f"make a new app password and run `publish connect {self.name}`"
                return self.api.error(AuthExpired, response, advice)
            kind = _NAMED.get(named)
        return self.api.error(kind, response) if kind else super().explain(response)

    def _call(self, method: str, path: str, **content: Any) -> "Response":
        """Call with the session's token; once more where that has ended, which does nothing."""
        session = self._sessions.current()
        own = content.pop("headers", {})
        try:
            return self.api.call(method, path, headers={**own, **bearer(session)}, **content)
        except StaleToken:
            session = self._sessions.renewed(session)
        try:
            return self.api.call(method, path, headers={**own, **bearer(session)}, **content)
        except StaleToken as error:
            raise AuthExpired(f"{error}, though it is new", status=error.status) from None

    def _record(self, posting: Posting) -> dict[str, object]:
        """The post: docs.bsky.app/docs/advanced-guides/posts."""
        message = posting.message
        text = marked(message.text, (message.url, message.link), self._did_of)
        posted = (message.created_at or datetime.now(UTC)).astimezone(UTC)
        language = message.language.replace("_", "-")
        fields: dict[str, object] = {
            "langs": [language] if _LANGUAGE.fullmatch(language) else [],
            "facets": text.facets,
            "embed": None if posting.before else self._embed(posting),
            "reply": _reply(posting.before),
        }
        return {
            "$type": POSTS,
            "text": text.text,
            "createdAt": posted.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **{name: value for name, value in fields.items() if value},
        }

    def _embed(self, posting: Posting) -> dict[str, object] | None:
        """The picture, else the link's card: a post has one of them."""
        message, blob = posting.message, self._blob(posting)
        picture = super().picture_of(message)
        if blob and picture:
            image: dict[str, object] = {"image": blob, "alt": picture.alt}
            if picture.width and picture.height:
                image["aspectRatio"] = {"width": picture.width, "height": picture.height}
            return {"$type": "app.bsky.embed.images", "images": [image]}
        if not _link(message):
            return None
        card = {
            "uri": _link(message),
            "title": message.title,
            "description": message.description,
            **({"thumb": blob} if blob else {}),
        }
        return {"$type": "app.bsky.embed.external", "external": card}

    def _blob(self, posting: Posting) -> dict[str, object] | None:
        """How a record names what was uploaded."""
        picture = self.picture_of(posting.message)
        if not posting.media or picture is None:
            return None
        kind, _ = self._blobs.get(posting.media, (picture.media_type, 0.0))
        link = {"$link": posting.media}
        return {"$type": "blob", "ref": link, "mimeType": kind, "size": len(picture.content)}

    def _did_of(self, handle: str) -> str:
        """Whom a handle in the author's own words names; "" where that is nobody."""
        path = "/xrpc/com.atproto.identity.resolveHandle"
        try:
            response = self.api.call("GET", path, params={"handle": handle})
        except DeliveryError as error:
            if isinstance(error, Unavailable) and not error.status:
                raise
            return ""
        did = network_id(dig(read_json(response), "did"))
        return did if _DID.fullmatch(did) else ""


def _reply(before: Sequence[Receipt]) -> dict[str, object] | None:
    """The thread's first post, and the one replied to (docs.bsky.app, replies)."""
    if not before:
        return None
    root, parent = ({"uri": each.remote_id, **each.handle} for each in (before[0], before[-1]))
    return {"root": root, "parent": parent}


def _link(message: Note) -> str:
    return message.link or message.url


def _where(session: Credentials, key: str, message: Note) -> dict[str, str]:
    rkey = record_key(key, message.created_at)
    return {"repo": session.values["did"], "collection": POSTS, "rkey": rkey}
