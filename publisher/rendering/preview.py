"""The preview's page: how an edition looks and how each note is counted, before it is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from publisher.durations import spell_dollars
from publisher.rendering.templates import Templates
from publisher.rendering.text.links import safe_url

PAGE = "preview.html.j2"
_PICTURE = re.compile(r"data:image/(?:jpeg|png|gif|webp);base64,[A-Za-z0-9+/]+=*")


@dataclass(frozen=True, slots=True)
class DigestPreview:
    """One edition as it arrives: `html` and `text` are merged for a sample recipient.

    In `html` the site's own pictures may stand as `data:`; `kilobytes` is the email's size with
    their addresses (0: that of `html`).
    `when` is the slot as people read it, `readers` how many get it (None: not asked).
    """

    newsletter: str
    channel: str
    when: str
    subject: str
    preheader: str
    html: str
    text: str
    readers: int | None = None
    warnings: tuple[str, ...] = ()
    kilobytes: float = 0

    @property
    def size(self) -> float:
        """The email's size in kB, as Gmail counts it."""
        return self.kilobytes or len(self.html.encode()) / 1000


@dataclass(frozen=True, slots=True)
class NotePreview:
    """One note as its network shows and counts it; `price` is in US dollars, None where free.

    `remarks` is what else is to be known, a line each.
    """

    announcement: str
    channel: str
    when: str
    text: str
    length: int
    limit: int | None
    unit: str = "characters"
    price: Decimal | None = None
    content_warning: str = ""
    picture: str = ""
    picture_alt: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def cost(self) -> str:
        """The price as people write it."""
        return "" if self.price is None else spell_dollars(self.price)

    @property
    def shown_picture(self) -> str:
        """The picture's address, if it is one of the web or the picture itself."""
        return self.picture if _PICTURE.fullmatch(self.picture) else safe_url(self.picture)


def preview_page(items: Sequence[DigestPreview | NotePreview], title: str = "Preview") -> str:
    """One HTML page that shows `items` without scripts or network access.

    Emails stand in sandboxed frames at 375 and 1,000 pixels. The page follows the dark mode of
    whoever looks.
    """
    return Templates(None).render(
        PAGE,
        {
            "title": title,
            "digests": [item for item in items if isinstance(item, DigestPreview)],
            "notes": [item for item in items if isinstance(item, NotePreview)],
        },
    )
