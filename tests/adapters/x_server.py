"""A fake X: checks each signature, keeps posts, refuses copies, and misbehaves on demand."""

import html
import re
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any
from urllib.parse import unquote

from oauthlib.oauth1 import Client  # type: ignore[import-untyped] # ships without types

from publisher.model.credentials import Credentials
from publisher.testing.servers import FakeServer, Reply, Request
from tests.adapters.oauth_server import OAuth

KEYS = {
    "consumer_key": "consumer-key-a1",
    "consumer_secret": "consumer-secret-b2",
    "access_token": "access-token-c3",
    "access_token_secret": "access-secret-d4",
}
TIMELINE = ("start_time", "max_results", "exclude", "pagination_token")
_LINK = re.compile(r"https?://\S+")
DUPLICATE = {
    "detail": "You are not allowed to create a Tweet with duplicate content.",
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
}


class XServer(FakeServer):
    publishes = "/2/tweets"
    timeline = "/2/users/42/tweets"
    uploads = "/2/media/upload"
    rejection = Reply(403, DUPLICATE)

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[dict[str, Any]] = []
        self.media: list[bytes] = []
        self.alts: list[dict[str, Any]] = []
        self.sessions: dict[str, dict[str, Any]] = {}
        self.works: list[dict[str, Any]] = []  # what is said of an animation, one after the other
        self.access = "read-write"
        self.oauth = OAuth(
            "/i/oauth2/authorize",
            "/2/oauth2/token",
            apps={"app-1": ""},
            revokes="/2/oauth2/revoke",
            life=7200,
            rotates=True,
        )
        self.fields = "post.fields"

    @property
    def options(self) -> dict[str, Any]:
        return {"base_url": self.base_url, "timeout": 0.8, **KEYS}

    @property
    def secrets(self) -> list[str]:
        return list(KEYS.values())

    @property
    def arrived(self) -> int:
        return len(self.posts)

    @property
    def limited(self) -> Reply:
        reset = str(int(time.time()) + 300)
        headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}
        return Reply(429, {"title": "Too Many Requests"}, headers)

    def publish(self, text: str, *, age: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
        """Put a post there, as the account's owner would; links become t.co as at X."""
        links = _LINK.findall(text)
        entities = [{"url": f"https://t.co/{n}", "expanded_url": u} for n, u in enumerate(links)]
        for entity, link in zip(entities, links, strict=True):
            text = text.replace(link, entity["url"])
        posted = datetime.now(UTC) + self.clock - age
        post = {
            "id": str(1_800_000_000_000_000_000 + len(self.posts)),
            "text": html.escape(text, quote=False),
            "created_at": posted.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "entities": {"urls": entities},
            **more,
        }
        self.posts.append(post)
        return post

    def thread(self) -> list[tuple[str, str, str]]:
        """Of each post: its id, its words, and what it replies to."""
        parents = ([each["id"] for each in p.get("referenced_tweets", ())] for p in self.posts)
        words = (post["wish"]["text"] for post in self.posts)
        return [
            (post["id"], text, "".join(parent))
            for post, text, parent in zip(self.posts, words, parents, strict=True)
        ]

    def attached(self) -> list[str]:
        return list(self.requests[-1].json.get("media", {}).get("media_ids", ()))

    def answer(self, request: Request) -> Reply:  # noqa: PLR0911 - a line for each endpoint
        if let_in := self.oauth.answer(request):
            return let_in
        if not self.oauth.lets_in(request) and not _signed(request):
            return Reply(401, {"title": "Unauthorized", "type": "about:blank", "status": 401})
        match request.method, request.path:
            case "POST", "/2/tweets":
                return self._post(request)
            case "DELETE", path if path.startswith("/2/tweets/"):
                return self._delete(path.rpartition("/")[2])
            case "POST", "/2/media/upload":
                self.media.append(request.body)
                return Reply(200, {"data": {"id": str(len(self.media)), "media_key": "3_1"}})
            case _, path if path.startswith("/2/media/upload"):
                return self._animate(request)
            case "POST", "/2/media/metadata":
                self.alts.append(request.json)
                return Reply(200, {"data": {"id": request.json["id"]}})
            case "GET", "/2/users/me":
                me = {"id": "42", "username": "gazette"}
                return Reply(200, {"data": me}, {"x-access-level": self.access})
            case "GET", "/2/users/42/tweets":
                return self._timeline(request)
        return Reply(404, {"title": "Not Found Error", "detail": "no such thing", "status": 404})

    def _post(self, request: Request) -> Reply:
        wish = request.json
        attached = wish.get("media", {}).get("media_ids", ())
        if any(not self.sessions.get(number, {"ready": True})["ready"] for number in attached):
            return Reply(400, {"detail": "Your media IDs are invalid."})
        if any(post.get("wish") == wish for post in self.posts):
            return Reply(403, DUPLICATE)
        parent = wish.get("reply", {}).get("in_reply_to_tweet_id")
        if parent and parent not in {post["id"] for post in self.posts}:
            gone = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return Reply(403, {"detail": gone, "title": "Forbidden", "status": 403})
        others = [{"type": "replied_to", "id": parent}] if parent else []
        post = self.publish(wish["text"], wish=wish, referenced_tweets=others)
        return Reply(201, {"data": {"id": post["id"], "text": post["text"]}})

    def _animate(self, request: Request) -> Reply:
        """The segmented upload; only what is whole and worked on can be attached."""
        match request.method, request.path.split("/")[4:]:
            case "POST", ["initialize"]:
                number = str(7_000 + len(self.sessions))
                self.sessions[number] = {**request.json, "parts": []}
                return Reply(200, {"data": {"id": number, "media_key": "16_1"}})
            case "POST", [number, "append"]:
                form = message_from_bytes(
                    f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
                    + request.body
                )
                fields = {
                    part.get_param("name", header="content-disposition"): part.get_payload(
                        decode=True
                    )
                    for part in form.walk()
                }
                parts = self.sessions[number]["parts"]
                if fields["segment_index"] != str(len(parts)).encode():
                    return Reply(400, {"detail": "Segments must be in order."})
                parts.append(fields["media"])
                return Reply(200, {"data": {"expires_at": 1}})
            case "POST", [number, "finalize"] if self._is_whole(number):
                return self._status(number)
            case "GET", []:
                return self._status(request.query["media_id"])
        return Reply(400, {"detail": "The media is not whole."})

    def _is_whole(self, number: str) -> bool:
        session = self.sessions[number]
        size: int = session["total_bytes"]
        return sum(map(len, session["parts"])) == size

    def _status(self, number: str) -> Reply:
        info = self.works.pop(0) if self.works else None
        self.sessions[number]["ready"] = info is None or info["state"] == "succeeded"
        told = {"processing_info": info} if info else {}
        return Reply(200, {"data": {"id": number, **told}})

    def _delete(self, number: str) -> Reply:
        left = [post for post in self.posts if post["id"] != number]
        deleted, self.posts = len(left) < len(self.posts), left
        return Reply(200, {"data": {"deleted": deleted}})

    def _timeline(self, request: Request) -> Reply:
        if request.query.keys() - {*TIMELINE, self.fields}:
            problem = "One or more parameters to your request was invalid."
            return Reply(400, {"title": "Invalid Request", "detail": problem, "status": 400})
        start = datetime.fromisoformat(request.query["start_time"])
        shown = [p for p in self.posts if datetime.fromisoformat(p["created_at"]) >= start]
        first = int(request.query.get("pagination_token", 0))
        size = int(request.query["max_results"])
        page = [*reversed(shown)][first : first + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if first + size < len(shown):
            meta["next_token"] = str(first + size)
        return Reply(200, {"data": page, "meta": meta} if page else {"meta": meta})


def _signed(request: Request) -> bool:
    """Whether the request's OAuth 1.0a signature (RFC 5849) is ours, made for this very address."""
    given = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("authorization", "")))
    client = Client(
        KEYS["consumer_key"],
        KEYS["consumer_secret"],
        KEYS["access_token"],
        KEYS["access_token_secret"],
        nonce=unquote(given.get("oauth_nonce", "")),
        timestamp=given.get("oauth_timestamp", ""),
    )
    _, headers, _ = client.sign(request.url, request.method)
    expected = dict(re.findall(r'(\w+)="([^"]*)"', headers["Authorization"]))
    return bool(given) and given == expected


class ConnectedX(XServer):
    """The same for an app that an account has let in."""

    def __init__(self) -> None:
        super().__init__()
        self.stored = self.connected(timedelta(hours=2))

    def connected(self, left: timedelta) -> Credentials:
        """What the app has got, of which so much time is left."""
        oauth = self.oauth
        token, oauth.family = oauth.new("access"), oauth.new("refresh")
        oauth.good.add(token)
        values = {"token": token, "refresh": oauth.family, "scope": "tweet.read tweet.write"}
        return Credentials(values, datetime.now(UTC) + left, version=1)

    @property
    def options(self) -> dict[str, Any]:
        return {"base_url": self.base_url, "timeout": 0.8, "client_id": "app-1"}

    @property
    def secrets(self) -> list[str]:
        return self.oauth.given
