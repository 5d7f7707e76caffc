"""The JSON line is put together by hand, for speed: it must be what json.dumps would write."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from publisher.content.listing import as_json
from publisher.model.posts import Post, Status

texts = st.text(st.characters(codec=None), max_size=12)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
posts = st.builds(
    Post,
    path=texts,
    url=texts,
    title=texts,
    description=texts,
    image=texts,
    date=moments,
    date_only=st.booleans(),
    updated=moments,
    categories=st.lists(texts, max_size=3).map(tuple),
    featured=st.booleans(),
    draft=st.booleans(),
    expires=moments,
    status=st.sampled_from(Status),
    problem=texts,
)
UNLISTED = {"weight", "language", "problem_line", "sendable_from", "image_alt", "author"}
UNLISTED |= {"newsletter", "social"}
KEYS = [field.name for field in fields(Post) if field.name not in UNLISTED]


@given(posts)
def test_the_json_line_is_what_json_writes(post: Post) -> None:
    values = {key: plain(getattr(post, key)) for key in KEYS}
    assert as_json(post) == json.dumps(values, ensure_ascii=False)


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
