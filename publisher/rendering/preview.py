"""The preview's page: how an edition looks and how each note is counted, before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from publisher.rendering.templates import Templates

PAGE = "preview.html.j2"


@dataclass(frozen=True, slots=True)
class DigestPreview:
    """One edition as a reader gets it: `html` and `text` are merged for a sample reader.

    `when` is the slot as people read it, `readers` the number of recipients (None: not asked).
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


@dataclass(frozen=True, slots=True)
class NotePreview:
    """One note as its network shows and counts it; `price` is in US dollars, None where free."""

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


def preview_page(items: Sequence[DigestPreview | NotePreview], title: str = "Preview") -> str:
    """One HTML page that shows `items` without scripts, network access or the mail's own reach.

    Mails stand in sandboxed frames at 375 and 1,000 pixels. The page follows the dark mode of
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
