"""Addresses that readers may follow: http and https only, with UTM parameters where asked for."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from publisher.rendering.text.clean import clean

_WEB = ("http", "https")
# What RFC 3986 lets stand in an address; letters beyond ASCII stay (RFC 3987).
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%\u00a1-\U0010fffd]")


def safe_url(value: object) -> str:
    """`value` if it is a web address without a user name in it, else an empty string.

    Blanks, quotes and brackets inside it are percent-encoded, so that it stays one word.
    """
    text = str(value or "").strip()
    try:
        parts = urlsplit(text)
        good = parts.scheme.lower() in _WEB and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        return ""
    if not good or clean(text) != text or re.search(r"[\s\\]", text):
        return ""
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), text)


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """`url` with `parameters` added to its query; what it already has wins, the fragment stays."""
    if not url or not parameters:
        return url
    parts = urlsplit(url)
    present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in parameters.items() if name not in present})
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(query=query))
