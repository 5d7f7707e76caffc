"""Social accounts: their addresses, as a site's settings name them."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from publisher.content.files import beginning
from publisher.content.generators import generator
from publisher.content.generators.base import Found

_MOST_FILES = 60
_MOST_OF_ONE = 2
_MOST_BYTES = 256 * 1024
_ARCHIVE = 128 * 1024
"""Bytes of a data file that is no list of accounts, but a collection of what others wrote, too."""

_DATA = (
    "_data/*", "data/*", "src/_data/*", "src/data/*", "config/_default/*", "src/config.*",
    "src/consts.*", "src/site.config.*", "src/site_config.*", "site.config.*",
)  # fmt: skip
_ENDINGS = frozenset(
    {".toml", ".yml", ".yaml", ".json", ".js", ".mjs", ".cjs", ".ts", ".py", ".php"}
)
_MASTODON = re.compile(
    r"https://([a-z0-9.-]+\.[a-z]{2,})/(?:users/|@)(\w+)/?(?![\w/.@-])", re.IGNORECASE
)
_HANDLE = re.compile(r"(?<![\w.])@(\w+)@([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})\b", re.IGNORECASE)
_X = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(?:#!/)?@?(\w{1,15})\b", re.IGNORECASE
)
_BLUESKY = re.compile(r"https://bsky\.app/profile/([\w.:-]+)")
_NO_ACCOUNTS = frozenset({
    "intent", "share", "home", "hashtag", "search", "i", "twitter", "x", "user", "username", "you",
    "your_username", "yourusername", "yourname", "yourhandle", "handle", "mastodonuser",
})  # fmt: skip
_OTHERS = re.compile(
    r"(?:^|\.)(?:medium|youtube|tiktok|threads|flickr|substack|vimeo|soundcloud|jsdelivr|"
    r"unpkg|esm|skypack|rumble|odysee|kickstarter|steemit|hashnode|telegram|t|keybase|example)"
    r"\.(?:com|net|org|sh|io|dev|me|tv)$"
)


def accounts_of(found: Found) -> tuple[str, ...]:
    """The site's accounts on Mastodon, X and Bluesky, at most one of each.

    What the generator read comes first, then what the site's settings name, then what its data
    files do, unless they name so many that they are a team's or everybody's.
    """
    settings = [found.root / name for name in generator(found.generator).settings]
    accounts = dict.fromkeys([*accounts_in("\n".join(found.accounts)), *_named(settings)])
    data = [file for pattern in _DATA for file in sorted(found.root.glob(pattern))[:_MOST_FILES]]
    named = list(_named(file for file in data if not _is_archive(file)))
    for network in _NETWORKS:
        others = set(filter(network, named))
        if len(others) <= _MOST_OF_ONE and not any(map(network, accounts)):
            accounts |= dict.fromkeys(sorted(others))
    ours = (next(filter(network, accounts), "") for network in _NETWORKS)
    return tuple(filter(None, ours))


def accounts_in(text: str) -> Iterator[str]:
    """The addresses of accounts on Mastodon, X and Bluesky that stand in `text`."""
    handles = ((host, name) for name, host in _HANDLE.findall(text))
    for host, name in (*_MASTODON.findall(text), *handles):
        if not _OTHERS.search(host.lower()) and name.lower() not in _NO_ACCOUNTS:
            yield f"https://{host.lower()}/@{name}"
    for name in _X.findall(text):
        if name.lower() not in _NO_ACCOUNTS:
            yield f"https://x.com/{name}"
    for name in _BLUESKY.findall(text):
        yield f"https://bsky.app/profile/{name}"


def server_of(account: str) -> str:
    """The address of the Mastodon server of an account; '' if it is another network's."""
    match = _MASTODON.fullmatch(account)
    return f"https://{match[1]}" if match and not _OTHERS.search(match[1].lower()) else ""


def is_on_x(account: str) -> bool:
    """Whether it is an account of X, once Twitter."""
    return _X.match(account) is not None


def is_on_bluesky(account: str) -> bool:
    """Whether it is an account of Bluesky."""
    return _BLUESKY.match(account) is not None


_NETWORKS: tuple[Callable[[str], object], ...] = (server_of, is_on_x, is_on_bluesky)


def _named(files: Iterable[Path]) -> Iterator[str]:
    for file in list(dict.fromkeys(files))[:_MOST_FILES]:
        if file.suffix in _ENDINGS:
            yield from accounts_in(beginning(file, _MOST_BYTES))


def _is_archive(file: Path) -> bool:
    try:
        return file.stat().st_size > _ARCHIVE
    except OSError:
        return True
