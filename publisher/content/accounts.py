"""Social accounts: their addresses, as a site's settings name them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from publisher.content.files import beginning
from publisher.content.generators import generator
from publisher.content.generators.base import Found

_MOST_FILES = 60
_MOST_BYTES = 256 * 1024
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
_NO_ACCOUNTS = frozenset({"intent", "share", "home", "hashtag", "search", "i", "username"})
_OTHERS = re.compile(
    r"(?:^|\.)(?:medium|youtube|tiktok|threads|flickr|substack|vimeo|soundcloud|npmjs|jsdelivr|"
    r"unpkg|esm|skypack|rumble|odysee|kickstarter|steemit|hashnode|telegram|t|keybase|example)"
    r"\.(?:com|net|org|sh|io|dev|me|tv)$"
)


def accounts_of(found: Found) -> tuple[str, ...]:
    """What the generator read, then what else the site's settings and data files name."""
    others = (each for text in _texts(found) for each in accounts_in(text))
    return tuple(dict.fromkeys([*found.accounts, *others]))


def accounts_in(text: str) -> Iterator[str]:
    """The addresses of accounts on Mastodon, X and Bluesky that stand in `text`."""
    for host, name in _MASTODON.findall(text):
        if not _OTHERS.search(host.lower()):
            yield f"https://{host.lower()}/@{name}"
    for name, host in _HANDLE.findall(text):
        if not _OTHERS.search(host.lower()):
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


def _texts(found: Found) -> Iterable[str]:
    files = [found.root / name for name in generator(found.generator).settings]
    for pattern in _DATA:
        files += sorted(found.root.glob(pattern))[:_MOST_FILES]
    for file in _distinct(files)[:_MOST_FILES]:
        if file.suffix in _ENDINGS:
            yield beginning(file, _MOST_BYTES)


def _distinct(files: Iterable[Path]) -> list[Path]:
    return list(dict.fromkeys(files))
