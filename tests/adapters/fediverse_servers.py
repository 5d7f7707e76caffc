"""Fakes of servers that speak Mastodon's API in their own way, as was seen by running them."""

from typing import Any

from publisher.testing.servers import Reply, Request
from tests.adapters.mastodon_server import TOKEN, MastodonServer


class ForgetfulServer(MastodonServer):
    """What GoToSocial 0.20 and Takahē 0.11 have in common.

    They forget keys, count links in full whatever they say, refuse with 400, and take a change
    that does not say `sensitive` for one that says no.
    """

    too_long: str

    def __init__(self) -> None:
        super().__init__()
        self.honours_keys = False

    def _post(self, request: Request) -> Reply:
        reply = super()._post(request)
        return Reply(400, {"error": self.too_long}) if reply.status == 422 else reply

    def _change(self, verb: str, number: str, request: Request) -> Reply:
        reply = super()._change(verb, number, request)
        if verb == "PUT" and reply.status == 200:
            reply.content["sensitive"] = request.json.get("sensitive", False)
        return reply


class GoToSocialServer(ForgetfulServer):
    """Counts code points with the warning's; says what an app may do only to whom may read more.

    It refuses a language that does not exist, such as `jp`.
    """

    version = "0.20.0+git-57cb4fe"
    source = "https://codeberg.org/superseriousbusiness/gotosocial"
    too_long = "Bad Request: text with spoiler exceed max chars (500)"

    def answer(self, request: Request) -> Reply:
        if request.path == "/api/v1/apps/verify_credentials":
            words = "Forbidden: token has insufficient scope permission"
            return Reply(403, {"error": words})
        if request.method in ("POST", "PUT") and b'"language": "jp"' in request.body:
            words = 'Bad Request: invalid language tag: language: subtag "jp" is unknown'
            return Reply(400, {"error": words})
        return super().answer(request)

    def _length(self, wish: dict[str, Any]) -> int:
        return len(wish["status"]) + len(wish.get("spoiler_text", ""))

    def _instance(self) -> dict[str, Any]:
        instance = super()._instance()
        instance["configuration"]["statuses"]["characters_reserved_per_url"] = 25
        return {**instance, "source_url": self.source}


class TakaheServer(ForgetfulServer):
    """Counts code points, lets nobody look without all of `read`, and has 400 for a dead token.

    It does not list what only some may see.
    """

    version = "takahe/0.11.0"
    too_long = "Status is too long"

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if reply.status == 401:
            return Reply(400, b"Invalid Bearer token")
        if request.method == "GET" and not self._may_read(request):
            return Reply(403, {"error": "out_of_scope_for_token"})
        return reply

    def _may_read(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return token in ("", TOKEN) or "read" in self.oauth.scope.split()

    def _length(self, wish: dict[str, Any]) -> int:
        return len(wish["status"])

    def _page(self, request: Request) -> list[dict[str, Any]]:
        shown = super()._page(request)
        return [each for each in shown if each["wish"]["visibility"] in ("public", "unlisted")]
