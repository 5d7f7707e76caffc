"""What counts as a person who opens something: for a few seconds, in memory, and nowhere else."""

import ipaddress
import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

HOLD: Final = 10.0
"""Seconds for which an opening waits before it counts: a scanner betrays itself meanwhile."""

BURST: Final = 5
"""So many links of one edition are opened by no person within that time."""

KNOWN_FOR: Final = 600.0
MOST: Final = 20_000

_ROBOT: Final = re.compile(
    r"bot\b|bots?/|crawl|spider|slurp|scan|preview|proxy|prefetch|fetch|monitor|headless|phantom"
    r"|curl|wget|python|java/|go-http|okhttp|axios|node-fetch|libwww|httpclient|winhttp|ruby|perl"
    r"|barracuda|proofpoint|mimecast|safelinks|symantec|messagelabs|fireeye|ironport|trendmicro"
    r"|sophos|checkpoint|zscaler|urldefense|cloudmark|bitdefender|kaspersky|mailguard|spamtitan"
    r"|ggpht|facebookexternalhit|whatsapp|telegram|slack|discord|skype|linkcheck|validator",
    re.IGNORECASE,
)
_BARE: Final = frozenset({"", "mozilla/5.0", "mozilla/4.0", "-"})
"""What fetches for somebody else says no more, such as Apple's privacy protection for email."""


class Hit(NamedTuple):
    """Link `link` of an edition was opened from a network; `delivery` is 0 where nobody asks."""

    at: float
    network: str
    edition: int
    link: int
    delivery: int = 0


def is_robot(headers: Mapping[str, str]) -> bool:
    """Whether a request is no person's: a program, a scanner, a proxy, or fetched in advance."""
    agent = headers.get("user-agent", "").strip()
    early = ("sec-purpose", "purpose", "x-purpose", "x-moz")
    if any(
        "fetch" in headers.get(name, "") or "preview" in headers.get(name, "") for name in early
    ):
        return True
    return agent.lower() in _BARE or _ROBOT.search(agent) is not None


def network_of(address: str) -> str:
    """The network of an address: /24, or /48 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))  # noqa: PLR2004


@dataclass(slots=True)
class Hits:
    """Openings that wait; moments are seconds of a clock that never goes back."""

    _waiting: deque[Hit] = field(default_factory=deque)
    _scanners: dict[tuple[str, int], float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, hit: Hit) -> None:
        """One more; where too many wait, it counts for nothing."""
        if len(self._waiting) < MOST:
            self._waiting.append(hit)

    def settled(self, now: float) -> list[Hit]:
        """Those that count, once they have waited: each link once for a network."""
        self._look(now)
        found: dict[tuple[str, int, int, int], Hit] = {}
        while self._waiting and self._waiting[0].at <= now - HOLD:
            hit = self._waiting.popleft()
            if (hit.network, hit.edition) not in self._scanners:
                found.setdefault(hit[1:], hit)
        return list(found.values())

    def _look(self, now: float) -> None:
        """Note who opens more than a person can."""
        links = Counter(
            (hit.network, hit.edition)
            for hit in {each[1:4]: each for each in self._waiting}.values()
        )
        for key, number in links.items():
            if number >= BURST:
                self._scanners[key] = now
        for key, since in list(self._scanners.items()):
            if since < now - KNOWN_FOR:
                del self._scanners[key]
