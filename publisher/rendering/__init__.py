"""Posts become what people read; nothing here reads files of posts, stores or sends."""

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
