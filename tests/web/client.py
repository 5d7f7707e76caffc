"""Asks an application as a server would, without one: each request is a scope and its messages."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette

HOST = "news.gazette.example"


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Asks `app` from one address."""

    def __init__(self, app: Starlette, ip: str = "203.0.113.7") -> None:
        self.app = app
        self.ip = ip
        self.headers: dict[str, str] = {"host": HOST, "accept": "text/html"}

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode(form or {}, doseq=True).encode()
        return self.ask("POST", path, body, {**kind, **headers})

    def post_json(self, path: str, value: object, **headers: str) -> Answer:
        kind = {"content-type": "application/json", "accept": "application/json"}
        return self.ask("POST", path, json.dumps(value).encode(), {**kind, **headers})

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        return asyncio.run(self._asked(method, path, body, headers or {}))

    async def _asked(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """Between the start and the end of the application."""
        async with self.app.router.lifespan_context(self.app):
            return await self.answer(method, path, body, headers)

    async def answer(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """In an application that was started already."""
        parts = urlsplit(path)
        given = {**self.headers, "content-length": str(len(body)), **_names(headers)}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(key.encode(), value.encode("latin-1")) for key, value in given.items()],
            "client": (self.ip, 4711),
            "server": (HOST, 443),
            "state": {},
        }
        answer, sent = Answer(), False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await self.app(scope, receive, send)
        return answer


def _names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
