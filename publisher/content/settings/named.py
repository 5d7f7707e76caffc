"""Settings by name, each of the type that is asked for."""

import re
from collections.abc import Mapping
from typing import Any

from publisher.content.settings.python import COMPUTED

_WEB = ("http://", "https://")
_NOWHERE = re.compile(
    r"https?://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|(?:www\.)?example\.(?:com|org|net)(?:/|$))"
)
_PAIR = 2


class Named:
    """Values by their names, of whatever type; `values` holds them all."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        """A setting that is text; `default` where it is none, or is not there."""
        value = self.values.get(name)
        return value if isinstance(value, str) else default

    def texts(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A setting that lists texts."""
        value = self.values.get(name)
        if not isinstance(value, list | tuple):
            return default
        return tuple(each for each in value if isinstance(each, str))

    def flag(self, name: str, *, default: bool) -> bool:
        """A setting that is true or false."""
        value = self.values.get(name, default)
        return default if value is COMPUTED else bool(value)

    def mapping(self, name: str) -> dict[str, Any]:
        """A setting that maps names; a list of pairs counts, too."""
        value = self.values.get(name)
        if isinstance(value, list | tuple):
            value = dict(each for each in value if isinstance(each, tuple) and len(each) == _PAIR)
        found = value if isinstance(value, dict) else {}
        return {key: held for key, held in found.items() if isinstance(key, str)}

    def computed(self, *names: str) -> list[str]:
        """Those of `names` that only running the settings would tell."""
        return [name for name in names if self.values.get(name) is COMPUTED]


def reachable(url: str) -> str:
    """The address of a site without its last slash; '' where others cannot reach it."""
    url = url.strip().rstrip("/")
    if url.startswith("//"):
        url = f"https:{url}"
    return url if url.startswith(_WEB) and not _NOWHERE.match(url) else ""
