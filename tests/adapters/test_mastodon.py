import json
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from publisher.adapters.base import send_whole
from publisher.adapters.mastodon import Mastodon
from publisher.errors import (
    AuthExpired,
    Doubtful,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from publisher.model.messages import Later, Note, PictureLimits, Receipt
from publisher.model.posts import Post
from publisher.rendering.brand import Site
from publisher.rendering.note import NoteStyle, render_note
from publisher.rendering.templates import Templates
from publisher.testing import (
    KEY,
    NOTE,
    PICTURE,
    URL,
    WITH_PICTURE,
    Behaviour,
    ChangesSuite,
    Network,
    OwnNotesSuite,
    PicturesSuite,
)
from publisher.testing.servers import Reply, Request
from tests.adapters.mastodon_server import MastodonServer

PIXELS = "Validation failed: File 12000x9000 images are not supported"


class Processing(MastodonServer):
    """Takes a picture at once, and then is not done with it for so many posts."""

    words = "Cannot attach files that have not finished processing. Try again in a moment!"
    shown_as = 200

    def __init__(self, posts: int) -> None:
        super().__init__()
        self.left = posts

    def _post(self, request: Request) -> Reply:
        if "media_ids" in request.json and self.left > 0:
            self.left -= 1
            return Reply(422, {"error": self.words})
        return super()._post(request)

    def _poll(self, number: str) -> Reply:
        return Reply(self.shown_as if self.left else 200, {"id": number})


class ProcessingElsewhere(Processing):
    """The same in words that nobody here reads, so that only the picture's own state tells."""

    words = "Dateien, deren Verarbeitung nicht fertig ist"
    shown_as = 206

    def _poll(self, number: str) -> Reply:
        reply = super()._poll(number)
        self.left = max(0, self.left - 1)
        return reply


SEEN = {"id": "1", "content": "", "created_at": "2020-01-01T00:00:00Z"}
GARBLED = [
    Reply(200, b""),
    Reply(200, b"<html>Maintenance</html>"),
    Reply(200, {"id": {"evil": 1}, "url": "https://x"}),
    Reply(200, {"id": ""}),
    Reply(200, []),
    Reply(200, None),
    Reply(200, {"id": "x" * 5000}),
    Reply(204, b""),
    Reply(302, b"", {"Location": "/login"}),
    Reply(502, b"<html>Bad Gateway</html>"),
    Reply(200, b"[" * 100_000),
]


class TestMastodon(OwnNotesSuite, PicturesSuite, ChangesSuite):
    adapter = Mastodon
    server = MastodonServer
    garbled = GARBLED
    unreadable: ClassVar[Sequence[object]] = (
        b"<html>",
        {"error": "odd"},
        [{"id": "1", "content": f'<a href="{URL}">The bridge is open & safe again bridge</a>'}],
        [{"id": {}, "content": NOTE.text, "created_at": "2026-03-01T12:00:00Z"}],
        [{"id": {}, "content": "Other news"}],
    )
    odd: ClassVar[Sequence[object]] = (
        [],
        [None, 5, "x", [], SEEN],
        [{"content": {}, "card": [], "id": 3}, SEEN],
        [{"content": None}, SEEN],
    )

    def build(self, network: Network, **options: Any) -> Mastodon:
        channel = super().build(network, **options)
        assert isinstance(channel, Mastodon)
        channel.media_waits = (0.01,)
        return channel

    def test_what_is_posted(self, network: MastodonServer, channel: Mastodon) -> None:
        receipt = send_whole(channel, NOTE, KEY)
        request = network.requests[-1]
        assert request.json == {"status": NOTE.text, "visibility": "public", "language": "en"}
        assert request.headers["idempotency-key"] == KEY
        assert request.headers["content-type"] == "application/json"
        assert receipt.remote_id == "1000"
        assert receipt.remote_url == f"{network.base_url}/@gazette/1000"

    def test_the_options_are_posted(self, network: MastodonServer) -> None:
        options = {"visibility": "unlisted", "language": "de", "content_warning": "News"}
        self.build(network, **options).send(replace(NOTE, language=""), KEY)
        assert network.requests[-1].json == {
            "status": NOTE.text,
            "visibility": "unlisted",
            "language": "de",
            "spoiler_text": "News",
        }

    def test_the_note_knows_better_than_the_options(self, network: MastodonServer) -> None:
        note = replace(NOTE, language="fr", content_warning="Spoiler")
        self.build(network, language="de", content_warning="News").send(note, KEY)
        posted = network.requests[-1].json
        assert (posted["language"], posted["spoiler_text"]) == ("fr", "Spoiler")

    @pytest.mark.parametrize(
        "options",
        [
            {"visibility": "everyone"},
            {"language": "English, please"},
            {"timeout": 0},
            {"token": ""},
        ],
    )
    def test_wrong_options(self, network: MastodonServer, options: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            self.build(network, **options)

    def test_a_picture_goes_up_first(self, network: MastodonServer) -> None:
        self.build(network, pictures=True).send(WITH_PICTURE, KEY)
        [media] = network.media
        assert media["content"] == PICTURE.content and media["type"] == "image/png"
        assert media["description"] == "A bridge in fog"
        assert network.requests[-1].json["media_ids"] == [media["id"]]

    def test_a_slow_picture_is_waited_for(self, network: MastodonServer) -> None:
        network.media_polls = 3
        first = self.build(network, pictures=True).send(WITH_PICTURE, KEY)
        assert isinstance(first, Later) and first.at and first.posted is None
        assert "still works on the picture" in first.what
        second = self.build(network, pictures=True).go_on(WITH_PICTURE, KEY, first.state)
        assert isinstance(second, Later) and network.attempts == 0
        third = self.build(network, pictures=True).go_on(WITH_PICTURE, KEY, second.state)
        assert isinstance(third, Receipt) and not third.remark
        assert len(network.media) == network.attempts == network.arrived == 1
        assert network.requests[-1].json["media_ids"] == ["1"]

    def test_no_step_sleeps(self, network: MastodonServer) -> None:
        network.media_polls = 9
        channel = self.build(network, pictures=True)
        channel.media_waits = (60.0,)
        started = time.monotonic()
        assert isinstance(channel.send(WITH_PICTURE, KEY), Later)
        assert time.monotonic() - started < 5

    def test_a_picture_that_is_never_ready_is_left_out(self, network: MastodonServer) -> None:
        network.media_polls = 99
        channel = self.build(network, pictures=True)
        first = channel.send(WITH_PICTURE, KEY)
        assert isinstance(first, Later)
        long_ago = json.dumps({**json.loads(first.state), "since": 1000.0})
        receipt = channel.go_on(WITH_PICTURE, KEY, long_ago)
        assert isinstance(receipt, Receipt) and "without its picture" in receipt.remark
        assert network.arrived == 1 and not network.attached()

    @pytest.mark.parametrize("kind", [Processing, ProcessingElsewhere])
    def test_an_unfinished_picture_is_waited_for_under_the_same_key(
        self, kind: type[Processing]
    ) -> None:
        with kind(posts=5) as network:
            channel = self.build(network, pictures=True)
            note = WITH_PICTURE
            assert isinstance(channel.send(note, KEY), Later)
            assert network.arrived == 0
            assert send_whole(channel, note, KEY).remark == ""
            keys = {
                r.headers["idempotency-key"]
                for r in network.requests
                if r.path == network.publishes
            }
            assert keys == {KEY} and len(network.media) == 1
            assert network.requests[-1].json["media_ids"] == ["1"]

    @pytest.mark.parametrize("words", ["Media could not be found", "Validation failed: File"])
    def test_a_picture_that_cannot_be_attached_is_left_out(self, words: str) -> None:
        with Processing(posts=9) as network:
            network.words = words
            receipt = send_whole(self.build(network, pictures=True), WITH_PICTURE, KEY)
            assert words in receipt.remark and network.arrived == 1

    def test_a_text_that_is_refused_stays_refused_without_its_picture(
        self, network: MastodonServer
    ) -> None:
        note = replace(NOTE, text="y" * 501, picture=PICTURE)
        with pytest.raises(Rejected, match="character limit"):
            self.build(network, pictures=True).send(note, KEY)
        assert network.arrived == 0

    def test_a_picture_that_the_server_dropped_goes_up_again(
        self,
        network: MastodonServer,
    ) -> None:
        channel, note = self.build(network, pictures=True), WITH_PICTURE
        network.replies["/api/v1/statuses"] = Reply(503, b"")
        with pytest.raises(Unavailable):
            channel.send(note, KEY)
        network.replies = {"/api/v1/media/1": Reply(404, {"error": "Record not found"})}
        channel.send(note, KEY)
        assert len(network.media) == 2 and network.requests[-1].json["media_ids"] == ["2"]

    @pytest.mark.parametrize("url", ["javascript:alert(1)", {"a": 1}, None, "data:text/html,x"])
    def test_a_hostile_url_is_dropped(
        self, network: MastodonServer, channel: Mastodon, url: object
    ) -> None:
        network.replies["/api/v1/statuses"] = Reply(200, {"id": 5, "url": url})
        receipt = send_whole(channel, NOTE, KEY)
        assert (receipt.remote_id, receipt.remote_url) == ("5", "")

    @pytest.mark.parametrize(
        ("status", "words", "error"),
        [
            (403, "This action is outside the authorized scopes", AuthExpired),
            (403, "Your login is currently disabled", AuthExpired),
            (422, "This method requires an authenticated user", AuthExpired),
            (403, "This action is not allowed", Doubtful),
            (422, "Validation failed: Text can't be blank", Rejected),
            (404, "Record not found", Doubtful),
        ],
    )
    def test_what_is_about_the_account_pauses_the_channel(
        self,
        network: MastodonServer,
        channel: Mastodon,
        status: int,
        words: str,
        error: type[Exception],
    ) -> None:
        network.replies["/api/v1/statuses"] = Reply(status, {"error": words})
        with pytest.raises(error, match=words) as caught:
            channel.send(NOTE, KEY)
        assert type(caught.value) is error

    def test_a_repeat_on_a_server_that_forgets_keys_is_found_first(
        self, network: MastodonServer, channel: Mastodon
    ) -> None:
        network.honours_keys = False
        since = datetime.now(UTC)
        network.behave(Behaviour.RESETS)
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
        network.behave(Behaviour.WORKS)
        assert channel.find(KEY, NOTE, since) is not None

    def test_a_boost_is_not_ours(self, network: MastodonServer, channel: Mastodon) -> None:
        network.publish(NOTE.text, reblog={"id": "1"})
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None

    def test_a_note_without_a_link_is_found_by_its_words(
        self, network: MastodonServer, channel: Mastodon
    ) -> None:
        note = Note(text="Good morning,\n\nreaders & friends of the <Gazette> 🎉")
        network.publish("Good evening, all")
        assert channel.find(KEY, note, datetime.now(UTC)) is None
        network.publish(note.text)
        assert channel.find(KEY, note, datetime.now(UTC)) is not None

    def test_find_stops_at_what_is_older(self, network: MastodonServer, channel: Mastodon) -> None:
        for number in range(90):
            network.publish(f"Old news, number {number}", age=timedelta(hours=1))
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        assert sum(request.path.endswith("/7/statuses") for request in network.requests) == 1

    @pytest.mark.parametrize("path", ["verify_credentials", "7/statuses"])
    def test_find_with_a_dead_token_says_so(
        self, network: MastodonServer, channel: Mastodon, path: str
    ) -> None:
        network.replies[f"/api/v1/accounts/{path}"] = Reply(401, {"error": "The token was revoked"})
        with pytest.raises(AuthExpired, match="publish resume example"):
            channel.find(KEY, NOTE, datetime.now(UTC))

    def test_check_reads_the_scopes(self, network: MastodonServer, channel: Mastodon) -> None:
        for scopes in (["read", "write"], ["read", "write:statuses"], None):
            network.scopes = scopes
            channel.check()
        network.scopes = ["read"]
        with pytest.raises(AuthExpired, match="write:statuses"):
            channel.check()

    def test_check_of_what_is_no_mastodon(self, network: MastodonServer, channel: Mastodon) -> None:
        network.replies["/api/v1/accounts/verify_credentials"] = Reply(200, b"<html>Hello</html>")
        with pytest.raises(Unavailable, match="base_url"):
            channel.check()

    def test_check_of_an_old_server(self, network: MastodonServer, channel: Mastodon) -> None:
        network.replies["/api/v1/apps/verify_credentials"] = Reply(404, {"error": "no"})
        channel.check()

    def test_the_instance_sets_the_limits(self, network: MastodonServer, channel: Mastodon) -> None:
        network.characters = 5000
        assert channel.current_limits().length == 5000
        channel.current_limits()
        assert [request.path for request in network.requests] == ["/api/v2/instance"]

    def test_the_instance_says_which_pictures_it_takes(
        self, network: MastodonServer, channel: Mastodon
    ) -> None:
        media = {
            "image_size_limit": 8_388_608,
            "image_matrix_limit": 16_777_216,
            "supported_mime_types": ["image/png", "image/jpeg", "video/mp4", 5],
            "description_limit": 420,
        }
        instance = {"configuration": {"media_attachments": media}}
        network.replies["/api/v2/instance"] = Reply(200, instance)
        limits = channel.current_limits()
        assert limits.alt == 420
        assert limits.picture == PictureLimits(
            8_388_608, 16_777_216, formats=frozenset({"image/png", "image/jpeg"}), moving=True
        )

    def test_the_limits_are_asked_for_again_later(
        self, network: MastodonServer, channel: Mastodon
    ) -> None:
        assert channel.current_limits().length == 500
        network.characters = 700
        channel.limits_kept = -1.0
        assert channel.current_limits().length == 700

    def test_an_older_instance_is_asked_the_older_way(
        self, network: MastodonServer, channel: Mastodon
    ) -> None:
        network.replies["/api/v2/instance"] = Reply(404, {"error": "Not found"})
        network.replies["/api/v1/instance"] = Reply(200, {"max_toot_chars": 1234})
        assert channel.current_limits().length == 1234

    @pytest.mark.parametrize(
        "instance",
        [
            b"<html>",
            [],
            {"configuration": 5},
            {"configuration": {"statuses": {"max_characters": "many"}}},
            {
                "configuration": {
                    "statuses": {"max_characters": -5, "characters_reserved_per_url": 0}
                }
            },
            {"configuration": {"statuses": {"max_characters": True}}},
            {"configuration": {"statuses": {"max_characters": 10**30}}},
            {"configuration": {"media_attachments": {"supported_mime_types": "image/png"}}},
            {"configuration": {"media_attachments": {"supported_mime_types": ["video/mp4", {}]}}},
            {"configuration": {"media_attachments": {"image_size_limit": -1}}},
        ],
    )
    def test_a_silly_instance_is_not_believed(
        self, network: MastodonServer, channel: Mastodon, instance: object
    ) -> None:
        network.replies["/api/v2/instance"] = Reply(200, instance)
        limits = channel.current_limits()
        assert limits.length == 500
        assert limits.count("https://gazette.example") == 23
        assert limits.picture == PictureLimits(16_777_216, 33_177_600, moving=True)

    def test_the_warning_counts_once(self, network: MastodonServer) -> None:
        channel = self.build(network, content_warning="W" * 50)
        limits, style = channel.current_limits(), NoteStyle(content_warning="W" * 50)
        post = Post("a.md", URL, "Title", "word " * 300)
        note = render_note(Templates(None), Site("Gazette", URL), post, limits, style)
        assert send_whole(channel, note, KEY).remote_id
        assert limits.length - 5 < limits.length_of(note.text, note.content_warning)

    def test_four_at_once_keep_apart(self, network: MastodonServer, channel: Mastodon) -> None:
        notes = [Note(text=f"Note {number}") for number in range(4)]
        threads = [
            threading.Thread(target=channel.send, args=(note, f"{number:032x}"))
            for number, note in enumerate(notes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {status["wish"]["status"] for status in network.statuses} == {n.text for n in notes}
