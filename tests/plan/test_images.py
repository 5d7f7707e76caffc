"""A note's picture: there if it can be had; without it the note goes all the same."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from PIL import Image

from publisher.errors import Unavailable
from publisher.model.messages import Limits, Note
from publisher.model.posts import Post
from publisher.plan.render import _price, with_picture
from tests.dispatch.scripted import Priced, Scripted

NOTE = Note(text="Look")
POST = Post(path="a.md", url="https://e.example/a", title="A cat", image="https://e.example/a.png")
LIMITS = Limits(500, len, pictures=1, alt=100)


def png(_: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(content, "PNG")
    return content.getvalue()


def nobody_home(url: str) -> bytes:
    raise Unavailable(f"{url}: no connection")


def test_a_picture_has_its_own_text_or_the_title() -> None:
    note, remark = with_picture(NOTE, POST, LIMITS, png)
    assert remark == ""
    assert (picture := note.picture) and (picture.alt, picture.media_type) == ("A cat", "image/png")
    note, _ = with_picture(NOTE, replace(POST, image_alt="Asleep"), LIMITS, png)
    assert (picture := note.picture) and picture.alt == "Asleep"


@pytest.mark.parametrize(
    ("post", "limits"),
    [
        (Post(path="a.md", url="u", title="A"), LIMITS),
        (POST, None),
        (POST, Limits(500, len)),
    ],
)
def test_where_there_is_none_or_none_is_taken_nothing_is_fetched(
    post: Post, limits: Limits | None
) -> None:
    assert with_picture(NOTE, post, limits, nobody_home) == (NOTE, "")


def test_a_picture_that_cannot_be_had_is_left_out() -> None:
    note, remark = with_picture(NOTE, POST, LIMITS, nobody_home)
    assert note == NOTE and remark == f"without its picture: {POST.image}: no connection"
    note, remark = with_picture(NOTE, POST, LIMITS, lambda _: b"<html>")
    assert note == NOTE and remark.startswith("without its picture: the picture cannot be read")


def test_what_costs_has_a_price() -> None:
    assert _price(Priced(), NOTE) == Decimal("0.20")
    assert _price(Scripted(), NOTE) is None
