"""Opening files: each becomes a post, a post that says why it cannot be read, or nothing."""

from typing import NamedTuple

from publisher.content.building import Builder
from publisher.content.folder import File, reason
from publisher.content.heads import read_raw
from publisher.content.metadata import read_metadata
from publisher.content.post import Post


class Opened(NamedTuple):
    """A file that was there, its post, and whether it could be opened at all."""

    file: File
    post: Post
    readable: bool


def open_file(builder: Builder, file: File) -> Opened | None:
    """The post of a file; None if the file has gone since the folder was listed."""
    try:
        raw = read_raw(file.path)
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = f"the file cannot be read: {reason(error)}; give the right to read it"
        return Opened(file, builder.unreadable(file.name, problem), readable=False)
    return Opened(file, builder.build(file.name, read_metadata(raw)), readable=True)
