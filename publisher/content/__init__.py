"""The author's files become posts; nothing here sends or stores."""

from publisher.content.index import Entry, Index
from publisher.content.listing import Listed
from publisher.content.post import Post, Status
from publisher.content.reading import Reading, list_site, read_site
from publisher.content.source import Source

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
