"""What `publish check` finds out about how readers leave, by looking only."""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from publisher.cli.checks.senders import is_reserved
from publisher.cli.web import MISSING
from publisher.config.leaving import Way, leaving_page, ways_to_leave
from publisher.config.options.values import LOOPBACK
from publisher.config.source.tree import located
from publisher.errors import Problem, PublisherError
from publisher.signing import Purpose, Signer

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.config.mistakes import Path
    from publisher.wiring import Publisher

_MOST_BYTES: Final = 1_000_000
_PATIENCE: Final = 8.0
_SERVER: Final = ("multipart", "prometheus_client", "starlette", "uvicorn")
_INTO_FOLDERS: Final = (
    "all emails go into folders, so nobody needs a way to leave yet; before readers get any"
)
_GUIDE: Final = "docs/how-to/without-a-server.md"
_has_button = re.compile(rb"<form[^>]+method=[\"']?post", re.IGNORECASE).search


@dataclass(slots=True)
class Leaving:
    """Problems by which nobody could leave, warnings, and which way is in force."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_leaving(publisher: "Publisher", *, offline: bool) -> Leaving:
    """Say by which ways readers leave, and try the page with a link of nobody's."""
    config, found = publisher.config, Leaving()
    if not config.newsletters:
        return found
    found.warnings += _of_extra(config)
    mailed = [each for each in config.newsletters.values() if _is_mailed(config, each.channel)]
    ways = ways_to_leave(config)
    if not ways and not mailed:
        found.notes.append(f"{_INTO_FOLDERS}: see {_GUIDE}")
    elif not ways:
        sender = mailed[0].sender.rpartition("<")[2].rstrip(">")
        problem = f"nobody can leave, as laws demand, unless a person reads the mail to {sender}"
        found.warnings.append(located(config.file, ("newsletters",), problem, f"see {_GUIDE}"))
    else:
        found.notes.append(f"readers leave by {' and '.join(ways)}")
        tried = [] if offline else _of_pages(publisher, ways)
        # What only lies in a folder may be tried before anything is served.
        (found.problems if mailed else found.warnings).extend(tried)
    return found


def _of_extra(config: "Config") -> Iterator[Problem]:
    """What serves the pages is installed separately; it may be on another machine."""
    if config.web.url and not all(map(find_spec, _SERVER)):
        yield located(config.file, ("web", "url"), *MISSING)


def _of_pages(publisher: "Publisher", ways: Sequence[Way]) -> list[Problem]:
    page = leaving_page(publisher.config)
    host = urlsplit(page).hostname or ""
    if not page or (is_reserved(host) and host not in LOOPBACK):
        return []
    return _of_page(publisher, page, ("web", "endpoint" if Way.ENDPOINT in ways else "url"))


def _is_mailed(config: "Config", channel: str) -> bool:
    return config.channels[channel].adapter != "folder"


def _of_page(publisher: "Publisher", page: str, path: "Path") -> list[Problem]:
    """Whether the page knows our signature, and asks before it does anything."""
    file, is_own = publisher.config.file, path[-1] == "endpoint"
    keys = publisher.outbox.keys.known()
    if not keys:
        if not is_own:
            return []
        problem, hint = "it cannot know the key that links are signed with", "publish keys show"
        return [located(file, path, problem, hint)]
    token = Signer(keys).sign(Purpose.READER, secrets.token_urlsafe(16))
    try:
        answer = _get(page + token)
    except PublisherError as error:
        hint = "it must show a page for every link signed with a key of: publish keys show"
        hint = hint if is_own else "start it with: publish web"
        told = error.message.replace(token, "TOKEN")
        return [located(file, path, f"readers cannot leave: {told}", hint)]
    if is_own and not _has_button(answer):
        problem = "it shows no button (a form with method=post), so readers cannot leave"
        return [located(file, path, problem, f"see {_GUIDE}")]
    return []


def _get(url: str) -> bytes:
    from publisher.adapters.http.public import fetch_public

    own = (urlsplit(url).netloc,)
    return fetch_public(url, max_bytes=_MOST_BYTES, timeout=_PATIENCE, allow_hosts=own)
