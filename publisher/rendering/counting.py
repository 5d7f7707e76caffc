"""Links that are counted: in the HTML of an email that says so, and nowhere else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from html import escape, unescape
from typing import Final

from publisher.model.deliveries import Rendered

OPENED: Final = 0
"""The number that stands for the email itself; its links have those from 1 on."""

SAYS_SO: Final = 'class="counting'
"""How the footer's sentence is known: an email without it is left as it is."""

SEEN: Final = "\ufdd0seen\ufdd1"
_LINK: Final = re.compile(r'(<a\b[^>]*?\shref=")(https?://[^"\ufdd0]+)(")', re.IGNORECASE)
_PICTURE: Final = '<img src="{}" width="1" height="1" alt="" style="display:block;border:0;" />'


def targets(html: str) -> tuple[str, ...]:
    """Where the links of a frozen email lead, without those that are a reader's own."""
    return tuple(dict.fromkeys(unescape(found[2]) for found in _LINK.finditer(html)))


def counted(rendered: Rendered, address: Callable[[int], str], *, whose: bool = False) -> Rendered:
    """The email with links that are counted, and a picture that shows that it was opened.

    `address` gives the one for each number. With `whose` they end with what stands for the reader.
    The text part stays as it is.
    """
    if SAYS_SO not in rendered.html:
        return rendered
    end = f"/{SEEN}" if whose else ""
    numbers = {url: number for number, url in enumerate(targets(rendered.html), OPENED + 1)}
    places = {url: escape(address(number)) + end for url, number in numbers.items()}
    html = _LINK.sub(partial(_moved, places), rendered.html)
    picture = _PICTURE.format(escape(address(OPENED)) + end)
    return replace(rendered, html=html.replace("</body>", f"{picture}</body>"))


def _moved(places: Mapping[str, str], found: re.Match[str]) -> str:
    return found[1] + places[unescape(found[2])] + found[3]
