"""The author's files become posts; nothing here sends or stores."""

from publisher.content.index import Entry, Index
from publisher.content.listing import Listed
from publisher.content.reader import Reading, list_site, read_site
from publisher.content.source import Source
from publisher.model.posts import Post, Status

__all__ = [
    "Entry",
    "Index",
    "Listed",
    "Post",
    "Reading",
    "Source",
    "Status",
    "list_site",
    "read_site",
]
