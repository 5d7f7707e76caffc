"""A note's picture: there if it can be had; without it the note goes all the same."""

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from publisher.errors import PublisherError, Unavailable
from publisher.model.messages import Limits, Note, PictureLimits
from publisher.model.posts import Post, Social
from publisher.plan.pictures import Illustration, Pictures, alternative_of, illustrated
from publisher.plan.render import _price
from tests.dispatch.scripted import Priced, Scripted
from tests.rendering.images.awkward import turned

NOTE = Note(text="Look")
POST = Post(path="a.md", url="https://e.example/a", title="A cat", image="https://e.example/a.png")
LIMITS = Limits(500, len, pictures=1, alt=100)
CARD = PictureLimits(size=1_000_000, pixels=1_000)


def png(_: str = "", size: tuple[int, int] = (20, 10)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, "PNG")
    return content.getvalue()


def nowhere(_: str) -> Path | None:
    return None


def nobody_home(url: str) -> bytes:
    raise Unavailable(f"{url}: no connection")


def shown(
    post: Post = POST,
    limits: Limits | None = LIMITS,
    fetch: Callable[[str], bytes] = png,
    find: Callable[[str], Path | None] = nowhere,
) -> Illustration:
    return illustrated(post, limits, Pictures(find, fetch))


def test_a_picture_has_its_own_text_or_the_title() -> None:
    found = shown()
    assert found.remark == "" and found.pictured
    assert (picture := found.picture) and (picture.alt, picture.media_type) == (
        "A cat",
        "image/png",
    )
    found = shown(replace(POST, image_alt="Cat", social=Social(alt="Asleep")))
    assert (picture := found.picture) and picture.alt == "Asleep"
    found = shown(replace(POST, image_alt="Asleep"))
    assert (picture := found.picture) and picture.alt == "Asleep"


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
    assert shown(post, limits, nobody_home) == Illustration()


def test_a_picture_that_cannot_be_had_is_left_out() -> None:
    remark = f"without its picture: {POST.image}: no connection"
    assert shown(fetch=nobody_home) == Illustration(remark=remark, shareable=False)
    found = shown(fetch=lambda _: b"<html>")
    assert found.remark == (
        "without its picture: the picture cannot be read: it is HTML; "
        "give a JPEG, PNG, GIF, WebP or AVIF file"
    )


def test_the_sites_own_file_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "a.png"
    own.write_bytes(png(size=(30, 30)))
    found = shown(fetch=nobody_home, find=lambda _: own)
    assert found.picture and found.picture.width == 30
    own.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert (found := shown(find=lambda _: own)).picture and found.picture.width == 20
    own.unlink()
    assert shown(find=lambda _: own).picture


def test_a_picture_is_had_once_and_made_once_for_all_that_take_the_same() -> None:
    fetched = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return png()

    pictures = Pictures(nowhere, fetch)
    same = replace(LIMITS, alt=3)
    small = replace(LIMITS, picture=PictureLimits(pixels=50))
    found = [illustrated(POST, limits, pictures).picture for limits in (LIMITS, same, small)]
    assert fetched == [POST.image]
    first, second, third = found
    assert first and second and third
    assert first.content is second.content and third.width < first.width
    assert [each.alt for each in (first, second)] == ["A cat", "A…"]


def test_what_could_not_be_had_is_not_asked_for_again() -> None:
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return nobody_home(url)

    pictures = Pictures(nowhere, fetch)
    small = replace(LIMITS, picture=PictureLimits(pixels=50))
    assert {illustrated(POST, each, pictures).remark != "" for each in (LIMITS, small)} == {True}
    assert len(asked) == 1


def test_a_card_has_a_small_picture_of_its_own() -> None:
    cards = replace(LIMITS, pictures=0, thumbnail=CARD)
    found = shown(limits=cards, fetch=lambda _: png(size=(100, 50)))
    assert found.picture is None and not found.pictured
    assert found.thumbnail and found.thumbnail.width * found.thumbnail.height <= 1_000
    assert shown(limits=replace(cards, pictures=1)).thumbnail is None
    failed = shown(limits=cards, fetch=nobody_home)
    assert failed.remark.startswith("without its card's picture: ")


def test_where_the_picture_does_not_fit_the_card_may_have_one() -> None:
    jpeg = PictureLimits(formats=frozenset({"image/tiff"}))
    found = shown(limits=replace(LIMITS, picture=jpeg, thumbnail=CARD))
    assert found.thumbnail and not found.picture and not found.pictured
    assert found.remark.startswith("without its picture: the picture cannot be made to fit")


def test_a_network_that_wants_one_gets_no_note_without() -> None:
    strict = replace(LIMITS, picture=PictureLimits(required=True))
    assert shown(limits=strict).picture
    for post, fetch, why in (
        (replace(POST, image=""), png, "the post has none"),
        (POST, nobody_home, "no connection"),
    ):
        with pytest.raises(PublisherError, match=f"a note needs a picture there: .*{why}"):
            shown(post, strict, fetch)


def test_a_network_that_fetches_it_gets_what_the_web_has(tmp_path: Path) -> None:
    own = tmp_path / "a.png"
    own.write_bytes(png(size=(30, 30)))
    limits = replace(LIMITS, picture=PictureLimits(by_url=True))
    found = shown(limits=limits, find=lambda _: own)
    assert found.picture and (found.picture.content, found.picture.alt) == (b"", "A cat")
    assert shown(limits=limits, fetch=nobody_home, find=lambda _: own).remark


def placed(_: str = "") -> bytes:
    """A picture that tells where it was taken, in the only format that the test's network takes."""
    return turned(1, "PNG")


BY_URL = PictureLimits(by_url=True)


@pytest.mark.parametrize(
    ("limits", "fetch", "shareable", "remark"),
    [
        (LIMITS, png, True, ""),
        (LIMITS, placed, False, ""),
        (LIMITS, nobody_home, False, "no connection"),
        (replace(LIMITS, picture=BY_URL), png, True, ""),
        (replace(LIMITS, picture=BY_URL), placed, False, "tells where it was taken"),
        (replace(LIMITS, pictures=0, thumbnail=BY_URL), png, True, ""),
        (replace(LIMITS, pictures=0, thumbnail=BY_URL), placed, False, "tells where it was taken"),
        (replace(LIMITS, pictures=0, thumbnail=CARD), placed, False, ""),
        (Limits(500, len), nobody_home, True, ""),
    ],
)
def test_the_address_of_a_picture_that_tells_a_place_is_told_to_no_network(
    limits: Limits,
    fetch: Callable[[str], bytes],
    shareable: bool,  # noqa: FBT001 - a table
    remark: str,
) -> None:
    found = shown(limits=limits, fetch=fetch)
    assert found.shareable is shareable and (remark in found.remark if remark else not found.remark)
    assert "\n" not in found.remark


@pytest.mark.parametrize(
    ("alt", "image", "words"),
    [
        ("A cat asleep", "https://e.example/a.png", "A cat asleep"),
        ("Bridge", "https://e.example/bridge.png", "Bridge"),
        ("bridge", "https://e.example/bridge.png", "bridge"),
        ("", "https://e.example/a.png", "The title"),
        (" \n", "https://e.example/a.png", "The title"),
        ("IMG_0815.jpg", "https://e.example/a.png", "The title"),
        ("img/IMG_0815.JPEG", "https://e.example/a.png", "The title"),
        ("IMG_0815", "https://e.example/x/IMG_0815.jpg", "The title"),
        ("my cat.png", "https://e.example/my%20cat.png?v=1", "The title"),
        ("A cat", "https://[::1", "A cat"),
        ("Version 2.0 is here", "https://e.example/a.png", "Version 2.0 is here"),
    ],
)
def test_a_files_name_is_nothing_to_read_out(alt: str, image: str, words: str) -> None:
    post = replace(POST, title="The title", image=image, image_alt=alt)
    assert alternative_of(post) == words
    assert (
        alternative_of(replace(POST, title="The title", image=image, social=Social(alt=alt)))
        == words
    )


def test_before_it_is_sent_a_picture_is_foretold() -> None:
    assert illustrated(POST, LIMITS, None) == Illustration(pictured=True)
    assert illustrated(POST, Limits(500, len), None) == Illustration()


def test_what_costs_has_a_price() -> None:
    assert _price(Priced(), NOTE) == Decimal("0.20")
    assert _price(Scripted(), NOTE) is None
