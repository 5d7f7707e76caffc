"""Answers: a page in the reader's language, or JSON where that was asked for."""

import re
from collections.abc import Iterator
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from publisher.web.services import services_of

_MOST_TAGS: Final = 20
_TAG: Final = re.compile(
    r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*"
)


def page(
    request: Request, name: str, /, *, status: int = 200, known: str = "", **context: Any
) -> Response:
    """The page of template `web/NAME.html.j2`; `known` is the reader's own language, if known."""
    services = services_of(request)
    language = language_of(request, known)
    # What begins with two slashes would be another host.
    path = services.base + "/" + request.url.path.removeprefix(services.base).lstrip("/\\")
    shared = {"path": path, "base": services.base, "web": services.url}
    html = services.pages.page(name, language, {**shared, **context})
    headers = {
        "content-security-policy": services.pages.policy,
        "content-language": language,
        "vary": "Accept-Language",
    }
    return HTMLResponse(html, status, headers)


def problem(request: Request, code: str, status: int, **context: Any) -> Response:
    """What went wrong, kindly: the page `problem`, whose words are chosen by `code`."""
    if wants_json(request):
        return JSONResponse({"error": code}, status)
    return page(request, "problem", status=status, code=code, **context)


def wants_json(request: Request) -> bool:
    """Whether a program asks, not a person's browser."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    wanted = request.headers.get("accept", "").lower()
    return given == "application/json" or ("json" in wanted and "html" not in wanted)


def language_of(request: Request, known: str = "") -> str:
    """`?lang`, else the reader's own, else what the browser prefers, else the site's."""
    asked, own = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
    speaks = services_of(request).speaks
    wanted = (tag for tag in (asked, known, *_accepted(own)) if speaks(tag))
    return next(wanted, services_of(request).pages.site.language)


def _accepted(header: str) -> Iterator[str]:
    """The tags of Accept-Language (RFC 9110 §12.5.4), the most wanted first."""
    found = [_TAG.fullmatch(each) for each in header.split(",")[:_MOST_TAGS]]
    weighed = [(float(each[2] or 1), each[1]) for each in found if each]
    for weight, tag in sorted(weighed, key=lambda pair: -pair[0]):
        if weight > 0:
            yield tag
