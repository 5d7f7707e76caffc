"""Who asks, and by which scheme: proxies that are trusted say it, nobody else."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

_LONGEST = 1_000

Ip = IPv4Address | IPv6Address


class TrustedProxies:
    """Puts the client's own address into the scope's `client`.

    Each proxy appends the address that it was asked from to X-Forwarded-For. So the list is read
    from its end, as far as the proxies are ours: what comes before, anybody may have written. Who
    reaches our socket in the file system is a proxy of ours. Where a proxy does not say for whom it
    asks, nobody knows: `client` is None.
    """

    def __init__(self, app: ASGIApp, proxies: Iterable[str]) -> None:
        self._app = app
        self._networks = [ip_network(each, strict=False) for each in proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            peer = _ip((scope.get("client") or ("",))[0])
            if peer is None or self._is_ours(peer):
                peer = self._forwarded(scope)
            scope["client"] = (str(peer), 0) if peer else None
        await self._app(scope, receive, send)

    def _forwarded(self, scope: Scope) -> Ip | None:
        lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        names = b",".join(lines)[-_LONGEST:].decode("latin-1").split(",")
        nearest = None
        for name in reversed(names):
            nearest, found = (_ip(name.strip()) or nearest), _ip(name.strip())
            if found is None or not self._is_ours(found):
                break
        return nearest

    def _is_ours(self, ip: Ip) -> bool:
        return any(ip in network for network in self._networks if network.version == ip.version)


def _ip(text: str) -> Ip | None:
    """An address, one of IPv4 in IPv6's form as IPv4; None if it is none."""
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
