"""Making posts by the ten thousand: what `Post(…)` makes, five times as fast."""

from dataclasses import fields, make_dataclass
from typing import Any

from publisher.model.posts import Post

_Twin: Any = make_dataclass("_Twin", [field.name for field in fields(Post)], slots=True)


def make_post(*values: Any) -> Post:
    """`Post(*values)`, with every field given, in the order of the class.

    A frozen dataclass sets each field through `object.__setattr__`, which is most of the time that
    a site of 25,000 posts takes to load. A twin with the same slots sets them plainly and then
    becomes a Post.
    """
    made: Any = _Twin(*values)
    made.__class__ = Post
    return made  # type: ignore[no-any-return]  # its class is Post by now
