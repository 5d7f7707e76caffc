"""Where a site is on the web, by what lies beside it: a guess, where its settings do not say."""

import configparser
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from publisher.config.template_address import address_in_templates
from publisher.content.files import beginning

_CNAME_FOLDERS = (
    "",
    "static",
    "public",
    "source",
    "src",
    "docs",
    "content",
    "content/extra",
    "files",
)
_MOST_BYTES = 256 * 1024
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]+", re.IGNORECASE)
_GITHUB = re.compile(r"github\.com[:/]([\w.-]+)/([\w.-]+?)(?:\.git)?/?$")
_OWN_PAGES = re.compile(r"[a-z0-9][a-z0-9-]*\.(?:github|gitlab)\.io$", re.IGNORECASE)
_HOSTS_OF_CODE = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org"})
_EXAMPLES = re.compile(
    r"(?:.*\.)?example\.(?:com|net|org)|"
    r"(?:user|username|my-?(?:domain|site)|your-?(?:name|user(?:name)?|site|blog|domain|website|org))"
    r"\..*",
    re.IGNORECASE,
)
_HERE = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1"})  # noqa: S104 - it is no bind


class Guess(NamedTuple):
    """An address, and what it was read from."""

    url: str
    origin: str


def is_placeholder(url: str) -> bool:
    """Whether it is an address such as `https://example.org`, which a theme or guide comes with."""
    return _EXAMPLES.fullmatch(_host(url)) is not None


def is_local(url: str) -> bool:
    """Whether it leads to this machine only."""
    host = _host(url)
    return host in _HERE or host.endswith(".localhost")


def guesses(root: Path, top: Path) -> Iterator[Guess]:
    """The addresses that the site at `root` in the repository or folder `top` may have."""
    for folder in _CNAME_FOLDERS:
        name = beginning(root / folder / "CNAME", 300).strip()
        if _DOMAIN.fullmatch(name):
            yield Guess(f"https://{name.lower()}", str(Path(folder) / "CNAME"))
    if homepage := _homepage(root / "package.json"):
        yield Guess(homepage, "homepage in package.json")
    named = address_in_templates(root)
    if named and not is_placeholder(named):
        yield Guess(named, "the site's templates")
    above = dict.fromkeys([top.resolve(), *top.resolve().parents])
    repository = next((each for each in above if (each / ".git").is_dir()), top)
    if pages := _github_pages(repository / ".git" / "config"):
        yield Guess(pages, "the repository on GitHub")
    if match := _OWN_PAGES.search(repository.resolve().name):
        yield Guess(f"https://{match[0].lower()}", "the folder's name")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _homepage(file: Path) -> str:
    try:
        package = json.loads(beginning(file, _MOST_BYTES) or "{}")
    except (ValueError, RecursionError):
        return ""
    written = package.get("homepage") if isinstance(package, dict) else None
    url = written.strip() if isinstance(written, str) else ""
    if not url.startswith(("https://", "http://")) or is_placeholder(url) or is_local(url):
        return ""
    is_code = _host(url).removeprefix("www.") in _HOSTS_OF_CODE
    return "" if is_code else url.partition("#")[0].partition("?")[0].rstrip("/")


def _github_pages(file: Path) -> str:
    """Where GitHub Pages puts what is in the repository that `origin` names."""
    config = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        config.read_string(beginning(file, _MOST_BYTES))
    except configparser.Error:
        return ""
    origin = config.get('remote "origin"', "url", fallback="")
    match = _GITHUB.search(origin)
    if match is None:
        return ""
    owner, name = match[1].lower(), match[2]
    if name.lower() == f"{owner}.github.io":
        return f"https://{owner}.github.io"
    return f"https://{owner}.github.io/{name}"
