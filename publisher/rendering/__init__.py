"""Posts become what people read; nothing here reads files of posts, stores or sends."""

from typing import TYPE_CHECKING

from publisher.lazily import parts_of

if TYPE_CHECKING:
    from publisher.rendering.brand import Look, SiteCard
    from publisher.rendering.digest import render_digest
    from publisher.rendering.images.notes import prepare_picture
    from publisher.rendering.merge_fields import Reader, Rendered, merge
    from publisher.rendering.note import NoteStyle, render_note
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
    "Look": "publisher.rendering.brand",
    "NotePreview": "publisher.rendering.preview",
    "NoteStyle": "publisher.rendering.note",
    "Reader": "publisher.rendering.merge_fields",
    "Rendered": "publisher.rendering.merge_fields",
    "SiteCard": "publisher.rendering.brand",
    "Templates": "publisher.rendering.templates",
    "merge": "publisher.rendering.merge_fields",
    "prepare_picture": "publisher.rendering.images.notes",
    "preview_page": "publisher.rendering.preview",
    "render_digest": "publisher.rendering.digest",
    "render_note": "publisher.rendering.note",
}

__getattr__ = parts_of(__name__, _HOMES)  # a configuration needs to know a folder only
