"""Posts become what people read; nothing here reads files of posts, stores or sends."""

from typing import TYPE_CHECKING

from publisher.lazily import parts_of

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

__getattr__ = parts_of(__name__, _HOMES)  # a configuration needs to know a folder only
