"""URLs that authors write: their own permalinks, and where pictures are."""

import re
import unicodedata
from urllib.parse import quote, unquote, urljoin, urlsplit

_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][!#-;=?-Z_a-z~\[\]]*)?")
# Sitemaps hold tens of thousands of addresses; nearly all of them need not be parsed.
_USUAL = re.compile(r"(https?://[A-Za-z0-9.-]+)(/[A-Za-z0-9/._~-]*)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = ("http://", "https://")
_RESERVED = "/:?#[]@!$&'()*+,;=~-._%"


def permalink(site: str, address: str) -> str:
    """The absolute URL of an author's own `permalink` or `url`.

    Raises:
        ValueError: it is no path and no http or https address.
    """
    if _is_absolute(address):
        return web_url(address)
    return site.rstrip("/") + "/" + escaped(address.lstrip("/"))


def picture(site: str, image: str) -> str:
    """The absolute URL of a picture; '' where it is not one that http or https can fetch."""
    if _PLAIN_URL.fullmatch(image):
        return image
    try:
        if _is_absolute(image):
            return web_url(image)
        prefix = urlsplit(site).path.rstrip("/") + "/"
        return urljoin(site.rstrip("/") + "/", escaped(image.removeprefix(prefix).lstrip("/")))
    except ValueError:
        return ""


def escaped(address: str) -> str:
    """An address that an author wrote, made valid; what is percent-encoded already stays so."""
    return quote(address.encode("utf-8", "replace"), safe=_RESERVED)


def web_url(address: str) -> str:
    """An absolute http or https address, made valid; `//host/…` becomes https.

    Raises:
        ValueError: it is another kind of address, or none.
    """
    url = "https:" + address if address.startswith("//") else address
    parts = urlsplit(url)
    if not url.lower().startswith(_WEB) or not parts.hostname or parts.username is not None:
        raise ValueError("only http and https addresses can be linked")
    return escaped(url)


def path_of(url: str) -> str:
    """The path of an address, percent-decoded, as it is compared."""
    if usual := _USUAL.fullmatch(url):
        return usual[2]
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    path = unquote(path) if "%" in path else path
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def host_of(url: str) -> str:
    """`https://host` of an address; '' where it has none."""
    if usual := _USUAL.fullmatch(url):
        return usual[1]
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _is_absolute(address: str) -> bool:
    return address.startswith("//") or _SCHEME.match(address) is not None
