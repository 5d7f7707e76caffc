"""Awkward pictures at every network: taken, upright, with words, without a place.

What is drawn is in tests/rendering/images/awkward.py. The fakes take what arrives; what a network
would say to it stands here once more, from its own documents, not from the adapters' limits.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from publisher.adapters.base import Adapter, KeepsCredentials, send_whole
from publisher.adapters.bluesky import Bluesky
from publisher.adapters.discord import Discord
from publisher.adapters.linkedin import LinkedIn
from publisher.adapters.mastodon import Mastodon
from publisher.adapters.matrix import Matrix
from publisher.adapters.slack import Slack
from publisher.adapters.telegram import Telegram
from publisher.adapters.webhook import WebhookAdapter
from publisher.adapters.x import X
from publisher.errors import PublisherError
from publisher.model.messages import Limits, Note, PictureLimits
from publisher.model.posts import Post
from publisher.plan.pictures import SENT, Pictures, alternative_of, illustrated
from publisher.testing import Kept
from publisher.testing.servers import FakeServer, Request
from tests.adapters import discord_server, slack_server
from tests.adapters.bluesky_server import BlueskyServer
from tests.adapters.contract.instagram import Instagram
from tests.adapters.contract.servers import ContainerServer
from tests.adapters.linkedin_server import MemberServer
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.matrix_server import MatrixServer
from tests.adapters.telegram_server import TelegramServer
from tests.adapters.webhook_server import Receiver
from tests.adapters.x_server import XServer
from tests.rendering.images.awkward import AWKWARD, GREEN, PLACE, PLAIN, RED, REFUSED

IMAGE = "https://e.example/IMG_0815.jpg"
POST = Post(
    "a.md", "https://e.example/a", "A title", image=IMAGE,
    image_alt="A red corner " + "and so on " * 500,
)  # fmt: skip
JPEG, PNG, GIF, WEBP = "JPEG", "PNG", "GIF", "WEBP"
USUAL = (JPEG, PNG, GIF)
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")
TOLD = {  # what a network that fetches pictures would learn or show wrongly, and what it takes not
    "rotated", "transparent", "ink", "ink_unmarked", "huge", "several", "edited", "other_colours",
    "profile_broken",
}  # fmt: skip


@dataclass(frozen=True)
class Takes:
    """What a network says that it takes; `fetches`: it asks the picture's address for it."""

    size: int = 0
    formats: tuple[str, ...] = (JPEG, PNG, GIF, WEBP)
    pixels: int = 0
    sides: int = 0  # width and height together
    side: int = 0
    ratio: float = 0
    alt: int = 0
    moving: tuple[str, ...] = ()
    fetches: bool = False

    def check(self, content: bytes) -> Image.Image:
        """Refuse as the network would."""
        shown = Image.open(io.BytesIO(content))
        shown.load()
        (width, height), frames = shown.size, getattr(shown, "n_frames", 1)
        assert shown.format in self.formats and len(content) <= self.size
        assert not self.pixels or width * height <= self.pixels
        assert not self.sides or width + height <= self.sides
        assert not self.side or max(shown.size) <= self.side
        assert not self.ratio or max(shown.size) <= self.ratio * min(shown.size)
        assert frames == 1 or shown.format in self.moving
        return shown


MB = 1_000_000
NETWORKS: dict[str, tuple[type[Adapter[Any]], type[Any], dict[str, Any], Takes]] = {
    "bluesky": (Bluesky, BlueskyServer, {}, Takes(2 * MB, alt=2000)),
    "bluesky's card": (Bluesky, BlueskyServer, {"pictures": False}, Takes(MB)),
    "x": (X, XServer, {}, Takes(5 * MB, side=8192, alt=1000, moving=(GIF,))),
    "mastodon": (
        Mastodon, MastodonServer, {},
        Takes(16 * MB, pixels=33_177_600, alt=1500, moving=(GIF, WEBP, PNG)),
    ),
    "telegram": (Telegram, TelegramServer, {}, Takes(10 * MB, (JPEG,), sides=10_000, ratio=20)),
    "discord": (Discord, discord_server.DiscordServer, {}, Takes(10 * MB, alt=1024)),
    "discord's bot": (Discord, discord_server.BotServer, {}, Takes(10 * MB, alt=1024)),
    "discord's card": (
        Discord, discord_server.DiscordServer, {"pictures": False}, Takes(10 * MB, fetches=True),
    ),
    "slack": (
        Slack, slack_server.SlackServer, {}, Takes(20 * MB, USUAL, alt=2000, fetches=True),
    ),
    "slack's bot": (
        Slack, slack_server.BotServer, {}, Takes(20 * MB, USUAL, alt=2000, fetches=True),
    ),
    "linkedin": (LinkedIn, MemberServer, {}, Takes(5 * MB, USUAL, pixels=36_152_320, alt=4086)),
    "linkedin's card": (LinkedIn, MemberServer, {"pictures": False}, Takes(2 * MB, USUAL)),
    "matrix": (Matrix, MatrixServer, {"pictures": None}, Takes()),
    "webhook": (WebhookAdapter, Receiver, {"pictures": None}, Takes()),
    "a network like Instagram": (
        Instagram, ContainerServer, {"pictures": None}, Takes(8 * MB, (JPEG,), fetches=True),
    ),
}  # fmt: skip


def nowhere(_: str) -> Path | None:
    return None


def built(name: str, network: FakeServer) -> Adapter[Any]:
    kind, _, own, _ = NETWORKS[name]
    options = {**network.options, "pictures": True, **own}  # type: ignore[attr-defined] # of fakes
    given = {option: value for option, value in options.items() if value is not None}
    settings = kind.settings.model_validate(given)
    adapter = kind.variant(settings)(settings, name="example")
    if isinstance(adapter, KeepsCredentials):
        adapter.use_credentials(Kept())
    return adapter


def note_of(adapter: Adapter[Any], content: bytes, kind: str) -> tuple[Note, str]:
    """The note of a post with this picture, as it is planned, and what is remarked on it."""
    limits = adapter.current_limits()
    try:
        found = illustrated(POST, limits, Pictures(nowhere, lambda _: content))
    except PublisherError as error:  # the network takes no note without a picture
        return Note(""), error.message
    url = f"https://e.example/{kind}"  # no copy of the one before
    note = Note(
        f"{kind.replace('_', ' ')}\n\n{url}", url=url, link=url, title=kind, language="en",
        picture=found.picture, thumbnail=found.thumbnail,
        image=IMAGE if found.shareable else "", image_alt=alternative_of(POST),
    )  # fmt: skip
    return Note.from_json(note.to_json()), found.remark


def arrived(requests: list[Request]) -> Iterator[bytes]:
    """The pictures in these requests."""
    for request in requests:
        kind = request.headers.get("content-type", "")
        if kind.startswith("multipart/"):
            form = message_from_bytes(
                b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body
            )
            parts = (part.get_payload(decode=True) for part in form.walk())
            yield from (part for part in parts if isinstance(part, bytes) and _is_picture(part))
        elif _is_picture(request.body):
            yield request.body


def _is_picture(content: bytes) -> bool:
    return content.startswith(BEGINNINGS)


def bare_and_upright(shown: Image.Image, content: bytes, kind: str) -> None:
    assert PLACE.encode() not in content
    assert not shown.getexif() and not shown.info.keys() & {"exif", "xmp", "comment"}
    assert kind == "strip" or shown.width * shown.height <= SENT.pixels
    if kind in PLAIN:
        return
    corners = shown.convert("RGB")
    for place, colour in (((5, 5), RED), ((shown.width - 6, 5), GREEN)):
        found = corners.getpixel(place)
        assert all(abs(int(a) - b) < 40 for a, b in zip(found, colour, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_takes_awkward_pictures(name: str) -> None:
    _, server, _, takes = NETWORKS[name]
    seen: Counter[str] = Counter()
    with server() as network:
        adapter = built(name, network)
        for kind, made in AWKWARD.items():
            if kind == "huge" and name != "bluesky":  # it takes a second
                continue
            before = len(network.requests)
            note, remark = note_of(adapter, made(), kind)
            if not note.text:
                assert takes.fetches and "the network would fetch the picture" in remark
                continue
            receipt = send_whole(adapter, note, f"{len(seen) + before:032x}")
            assert receipt.remark == ""
            requests = network.requests[before:]
            bodies = b"".join(request.body for request in requests)
            pictures = list(arrived(requests))
            seen["pictures"] += len(pictures)
            if takes.fetches:
                handed_over = IMAGE.encode() in bodies
                assert not pictures and handed_over == (not remark), kind
                assert not handed_over or kind not in TOLD
                seen["handed over"] += handed_over
            elif takes.size:
                [picture] = pictures
                bare_and_upright(takes.check(picture), picture, kind)
                assert remark == ""
            if takes.alt and (pictures or (takes.fetches and handed_over)):
                assert b"A red corner and so on" in bodies and b"and so on" * 450 not in bodies
                assert b"IMG_0815.jpg" not in bodies or takes.fetches
    expected = len(AWKWARD) - (name != "bluesky") if takes.size and not takes.fetches else 0
    assert seen["pictures"] == expected
    assert bool(seen["handed over"]) == takes.fetches


@pytest.mark.parametrize("name", ["bluesky", "x", "discord's card", "slack"])
def test_what_is_no_picture_never_stops_its_note(name: str) -> None:
    _, server, _, _ = NETWORKS[name]
    with server() as network:
        adapter = built(name, network)
        for number, (kind, (content, why)) in enumerate(REFUSED.items()):
            note, remark = note_of(adapter, content, kind)
            assert why in remark and remark.startswith("without its ") and "\n" not in remark
            receipt = send_whole(adapter, note, f"{number:032x}")
            assert receipt.remote_id or name == "slack"
            assert not list(arrived(network.requests)) and IMAGE not in str(network.requests)
        assert network.arrived == len(REFUSED)


def test_what_is_too_much_for_one_note_is_bounded_for_all() -> None:
    """A delivery keeps its picture, so no network's generosity fills the database."""
    generous = Limits(500, len, pictures=1, picture=PictureLimits(10**9, 10**9))
    noise = io.BytesIO()
    Image.effect_noise((2100, 2100), 90).convert("RGB").save(noise, "PNG")
    found = illustrated(POST, generous, Pictures(nowhere, lambda _: noise.getvalue()))
    assert found.picture and len(found.picture.content) <= SENT.size
    assert found.picture.width * found.picture.height <= SENT.pixels
