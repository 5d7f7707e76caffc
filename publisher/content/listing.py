"""How a post is listed: as a JSON line for programs and as a line for people."""

import json
import math
from datetime import tzinfo
from typing import NamedTuple

from publisher.content.post import Post

_encode = json.JSONEncoder(ensure_ascii=False).encode
_NO_DATE = " " * 16


class Listed(NamedTuple):
    """One file as it is listed: `order` sorts it (Unix seconds, infinite without a date)."""

    order: float
    status: str
    json: str
    text: str


def order(post: Post) -> float:
    """What sorts a post by its date."""
    return post.date.timestamp() if post.date else math.inf


def listed(post: Post, zone: tzinfo) -> Listed:
    """A post as it is listed; people see times in `zone`."""
    return Listed(order(post), post.status.value, as_json(post), as_text(post, zone))


def as_json(post: Post) -> str:
    """The post as one JSON object, the keys as in design's table; no line break in it."""
    return _encode(
        {
            "path": post.path,
            "url": post.url,
            "title": post.title,
            "description": post.description,
            "image": post.image,
            "date": post.date.isoformat() if post.date else None,
            "date_only": post.date_only,
            "updated": post.updated.isoformat() if post.updated else None,
            "categories": post.categories,
            "featured": post.featured,
            "draft": post.draft,
            "expires": post.expires.isoformat() if post.expires else None,
            "status": post.status.value,
            "problem": post.problem,
        }
    )


def as_text(post: Post, zone: tzinfo) -> str:
    """The post as one line: date, how it was read, title, path, and what is wrong with it."""
    dated = post.date.astimezone(zone).isoformat(" ", "minutes")[:16] if post.date else _NO_DATE
    flag = "draft" if post.draft else post.status.value
    line = f"{dated}  {flag:<10}  {post.title or '(no title)'}  [{post.path}]"
    if post.problem:
        place = f"line {post.problem_line}: " if post.problem_line else ""
        line = f"{line}  {place}{post.problem}"
    return line if line.isprintable() else "".join(map(_shown, line))


def _shown(character: str) -> str:
    return character if character.isprintable() else " "
