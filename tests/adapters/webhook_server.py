"""A receiver of webhooks as the documentation asks for: it checks signatures and drops repeats."""

import json
from typing import Any

from publisher.testing.servers import FakeServer, Reply, Request

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
PATH = "/hooks/path-s3cret"
HEADER = "Bearer head3r-s3cret"


class Receiver(FakeServer):
    publishes = PATH
    rejection = Reply(422, {"error": "No such section"})
    limited = Reply(429, {}, {"Retry-After": "60"})
    garbled = Reply(200, b"<!doctype html><title>Please log in</title>")
    secrets = (SECRET, PATH, HEADER)

    def __init__(self) -> None:
        super().__init__()
        self.taken: dict[str, dict[str, Any]] = {}

    @property
    def options(self) -> dict[str, Any]:
        headers = {"Authorization": HEADER}
        url = f"{self.base_url}{PATH}?k=1"
        return {"url": url, "secret": SECRET, "headers": headers, "timeout": 0.8}

    @property
    def arrived(self) -> int:
        return len(self.taken)

    @property
    def shown(self) -> list[str]:
        """What a page would show that lists titles, words and links."""
        return ["\n".join(_words(message)) for message in self.taken.values()]

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != HEADER:
            return Reply(401, b"")
        if request.method == "HEAD":
            return Reply(405, b"")
        key = request.headers["idempotency-key"]
        self.taken.setdefault(key, json.loads(request.body))
        number = [*self.taken].index(key)
        return Reply(201, {"id": number, "url": f"https://gazette.example/notes/{number}"})


def _words(message: dict[str, Any]) -> list[str]:
    if message["type"] == "note":
        return [message["text"]]
    items = [value for item in message["items"] for value in item.values()]
    return [message["title"], *items]
