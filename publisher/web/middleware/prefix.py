"""The pages may stand below a path: `web.url: https://gazette.example/letters`.

A proxy passes that path on or takes it off, as it likes: both are understood. Within the
application a request is what ASGI says of one that is served below `root_path`.
"""

from starlette.types import ASGIApp, Receive, Scope, Send


class WithoutPrefix:
    """Takes the path of the pages off, where a proxy left it on."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Within, paths are plain ones."""
        path = scope.get("path", "")
        if self._prefix and f"{path}/".startswith(f"{self._prefix}/"):
            scope["path"] = path.removeprefix(self._prefix) or "/"
        await self._app(scope, receive, send)


class BelowPrefix:
    """Puts it on, where pages are found and know their own address by it."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Within, paths are whole ones."""
        if self._prefix and scope["type"] == "http":
            scope["path"] = self._prefix + scope["path"]
            scope["root_path"] = self._prefix
        await self._app(scope, receive, send)
