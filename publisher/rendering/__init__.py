"""Posts become what people read; nothing here reads files of posts, stores or sends."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.rendering.digest import render_digest
    from publisher.rendering.look import Look, SiteCard
    from publisher.rendering.merging import Reader, Rendered, merge
    from publisher.rendering.note import NoteStyle, render_note
    from publisher.rendering.pictures import prepare_picture
    from publisher.rendering.preview import DigestPreview, NotePreview, preview_page
    from publisher.rendering.templates import Templates

__all__ = [
    "DigestPreview",
    "Look",
    "NotePreview",
    "NoteStyle",
    "Reader",
    "Rendered",
    "SiteCard",
    "Templates",
    "merge",
    "prepare_picture",
    "preview_page",
    "render_digest",
    "render_note",
]

_HOMES = {
    "DigestPreview": "publisher.rendering.preview",
    "Look": "publisher.rendering.look",
    "NotePreview": "publisher.rendering.preview",
    "NoteStyle": "publisher.rendering.note",
    "Reader": "publisher.rendering.merging",
    "Rendered": "publisher.rendering.merging",
    "SiteCard": "publisher.rendering.look",
    "Templates": "publisher.rendering.templates",
    "merge": "publisher.rendering.merging",
    "prepare_picture": "publisher.rendering.pictures",
    "preview_page": "publisher.rendering.preview",
    "render_digest": "publisher.rendering.digest",
    "render_note": "publisher.rendering.note",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a configuration needs the folder only."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
