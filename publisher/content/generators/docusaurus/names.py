"""Names of files, and the addresses that are made of them."""

import re
from datetime import UTC
from functools import lru_cache
from typing import NamedTuple

from publisher.content.frontmatter.dates import PostDate, read_date
from publisher.content.urls import escaped

_DATED = re.compile(
    r"(?P<folder>.*)(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(?P<text>.*?)(?:/index)?.mdx?",
    re.ASCII,
)
_ENDING = re.compile(r"(?:/index)?\.mdx?$")
_SLASHES = re.compile(r"//+")
_SPECIAL = str.maketrans({"?": "%3F", "#": "%23"})


class FileParts(NamedTuple):
    """What the path of a post's file says."""

    text: str
    slug: str
    date: PostDate | None = None


@lru_cache(maxsize=64)
def file_parts(path: str) -> FileParts:
    """The name, the default slug and the date (UTC) of the file at `path` below the blog's folder.

    The last `YYYY-MM-DD` in it, with `-` or `/`, is the date; what stands before it comes after it.
    """
    match = _DATED.fullmatch(path)
    if match is None:
        text = _ENDING.sub("", path)
        return FileParts(text, f"/{text}")
    folder, day, text = match["folder"], match["date"], match["text"]
    try:
        date = read_date(day.replace("/", "-"), UTC)
    except ValueError:
        date = None
    return FileParts(text, f"/{day.replace('-', '/')}/{folder}{text}", date)


def joined(base: str, path: str) -> str:
    """An absolute address and a path below it, with one slash at a time; the last one stays."""
    below = _SLASHES.sub("/", path).lstrip("/")
    return f"{base.rstrip('/')}/{escaped(below.translate(_SPECIAL))}"
