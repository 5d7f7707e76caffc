"""A fake LinkedIn: cuts texts as it does, refuses copies, takes pictures in two requests."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

from publisher.adapters.linkedin import plain_text
from publisher.model.credentials import Credentials
from publisher.testing.servers import FakeServer, Reply, Request
from tests.adapters.oauth_server import OAuth

MEMBER, PAGE = "urn:li:person:Ab-7", "urn:li:organization:42"
SECRET = "app-secret-5e1f"
_WHOLE = re.compile(r"(?:\{hashtag\|\\#\|\w+\}|\\.|[^|{}@\[\]()<>#*_~\\])*", re.DOTALL)
RESERVED = "|{}@[]()<>#*_~"


def shown_of(commentary: str) -> str:
    """What LinkedIn shows: nothing after the first reserved character that is not escaped."""
    whole = _WHOLE.match(commentary)
    return plain_text(commentary[: whole.end()] if whole else "")


class LinkedInServer(FakeServer):
    publishes = "/rest/posts"
    timeline = "/rest/posts"
    uploads = "/rest/images"
    rejection = Reply(422, {"message": "ERROR :: /commentary :: is not fit", "status": 422})
    author = PAGE

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[dict[str, Any]] = []
        self.media: list[bytes] = []
        self.versions = {"202606"}
        self.oauth = OAuth(
            "/oauth/v2/authorization",
            "/oauth/v2/accessToken",
            apps={"app-1": SECRET},
            life=60 * 86_400,
            good={self.token},
        )

    token = "linkedin-token-77"

    @property
    def options(self) -> dict[str, Any]:
        own = {"author": self.author} if self.author == PAGE else {}
        return {"base_url": self.base_url, "token": self.token, "timeout": 0.8, **own}

    @property
    def secrets(self) -> list[str]:
        return [self.token]

    @property
    def arrived(self) -> int:
        return len(self.posts)

    @property
    def limited(self) -> Reply:
        return Reply(429, {"message": "Resource level throttle limit"}, {"Retry-After": "300"})

    def attached(self) -> list[str]:
        media = self.posts[-1]["content"].get("media", {})
        return [media["id"]] if media else []

    def publish(self, text: str, *, age: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
        posted = datetime.now(UTC) + self.clock - age
        post = {
            "id": f"urn:li:share:{7_000 + len(self.posts)}",
            "author": self.author,
            "commentary": text,
            "createdAt": int(posted.timestamp() * 1000),
            "content": {},
            **more,
        }
        self.posts.append(post)
        return post

    def answer(self, request: Request) -> Reply:  # noqa: C901, PLR0911 - a line for each endpoint
        if let_in := self.oauth.answer(request):
            return let_in
        if request.path == "/oauth/v2/introspectToken":
            return self._introspect(request)
        if request.path == "/oauth/v2/revoke":
            return self._revoke(request)
        if not self.oauth.lets_in(request):
            return Reply(401, {"message": "Invalid access token", "status": 401})
        if request.path.startswith("/rest") and request.headers["linkedin-version"] not in (
            self.versions
        ):
            said = "Requested version 20190101 is not active"
            return Reply(426, {"code": "NONEXISTENT_VERSION", "message": said, "status": 426})
        match request.method, request.path:
            case "POST", "/rest/posts":
                return self._post(request)
            case "GET", "/rest/posts":
                return self._page(request)
            case "DELETE", path:
                return self._delete(unquote(path.rpartition("/")[2]))
            case "POST", "/rest/images":
                image = f"urn:li:image:C{len(self.media)}"
                there = f"{self.base_url}/upload/{len(self.media)}?sig=s1gned"
                return Reply(200, {"value": {"uploadUrl": there, "image": image}})
            case "PUT", _:
                self.media.append(request.body)
                return Reply(201, b"")
            case "GET", "/v2/userinfo":
                return Reply(200, {"sub": "Ab-7", "name": "Ann Gazette"})
        return Reply(404, {"message": "Not found"})

    def _post(self, request: Request) -> Reply:
        wish = request.json
        text = shown_of(wish["commentary"])
        if len(wish["commentary"].encode("utf-16-le")) // 2 > 3000:
            return Reply(422, {"message": "ERROR :: /commentary :: is too long"})
        for post in self.posts:
            if post.get("wish") == wish:
                said = f"Content is a duplicate of {post['id']}"
                return Reply(422, {"message": said, "errorDetails": {"inputErrors": []}})
        post = self.publish(
            wish["commentary"], wish=wish, shown=text, content=wish.get("content", {})
        )
        return Reply(201, b"", {"x-restli-id": post["id"]})

    def _page(self, request: Request) -> Reply:
        if self.author != PAGE:
            return Reply(403, {"message": "Not enough permissions to access: posts.FINDER"})
        start, size = int(request.query["start"]), int(request.query["count"])
        return Reply(200, {"elements": [*reversed(self.posts)][start : start + size]})

    def _delete(self, urn: str) -> Reply:
        before = len(self.posts)
        self.posts = [post for post in self.posts if post["id"] != urn]
        return Reply(204 if len(self.posts) < before else 404, b"")

    def _revoke(self, request: Request) -> Reply:
        form = _form(request)
        assert "authorization" not in request.headers
        if (form.pop("client_id"), form.pop("client_secret")) != ("app-1", SECRET):
            return Reply(401, {"error": "invalid_client", "error_description": "no such app"})
        self.oauth.good.discard(form.pop("token"))
        assert not form
        return Reply(200, b"")

    def _introspect(self, request: Request) -> Reply:
        form = _form(request)
        if form["token"] not in self.oauth.good:
            return Reply(200, {"active": False, "status": "revoked"})
        ends = int(time.time()) + 60 * 86_400
        scope = "openid,profile,w_member_social"
        return Reply(200, {"active": True, "scope": scope, "expires_at": ends})


def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


class MemberServer(LinkedInServer):
    author = MEMBER


class ConnectedLinkedIn(MemberServer):
    """A member whose token `publish connect` has stored."""

    def __init__(self) -> None:
        super().__init__()
        ends = datetime.now(UTC) + timedelta(days=60)
        values = {"token": self.token, "scope": "w_member_social", "client_secret": SECRET}
        self.stored = Credentials(values, None, ends, 1)

    @property
    def options(self) -> dict[str, Any]:
        return {"base_url": self.base_url, "timeout": 0.8, "client_id": "app-1"}

    @property
    def secrets(self) -> list[str]:
        return [self.token, SECRET]
