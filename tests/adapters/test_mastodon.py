import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from publisher.adapters.mastodon import LIMITS_KEPT, Mastodon, MastodonSettings, count_characters
from publisher.errors import (
    AuthExpired,
    Doubtful,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from publisher.model.messages import Note, Picture
from publisher.testing import KEY, OTHER_KEY, Behaviour, NoteAdapterSuite
from tests.adapters.fake_server import Reply, Request
from tests.adapters.mastodon_server import TOKEN, MastodonServer

URL = "https://gazette.example/articles/bridge?utm_source=fediverse"
NOTE = Note(text=f"The bridge is open & safe <again>.\n\n{URL}\n#bridge", url=URL, language="en")
PICTURE = Picture(b"\x89PNG picture", "image/png", "A bridge in fog")


class TestMastodon(NoteAdapterSuite):
    adapter = Mastodon
    server = MastodonServer


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    with MastodonServer() as fake:
        yield fake


def channel_of(server: MastodonServer, **options: Any) -> Mastodon:
    settings = MastodonSettings.model_validate({**server.options, **options})
    return Mastodon(settings, name="fediverse")


@pytest.fixture
def channel(server: MastodonServer) -> Mastodon:
    return channel_of(server)


def test_what_is_posted(server: MastodonServer, channel: Mastodon) -> None:
    receipt = channel.send(NOTE, KEY)
    request = server.requests[-1]
    assert request.json == {"status": NOTE.text, "visibility": "public", "language": "en"}
    assert request.headers["idempotency-key"] == KEY
    assert request.headers["content-type"] == "application/json"
    assert receipt.remote_id == "1000"
    assert receipt.remote_url == f"{server.base_url}/@gazette/1000"


def test_the_options_are_posted(server: MastodonServer) -> None:
    options = {"visibility": "unlisted", "language": "de", "content_warning": "News"}
    channel_of(server, **options).send(replace(NOTE, language=""), KEY)
    assert server.requests[-1].json == {
        "status": NOTE.text,
        "visibility": "unlisted",
        "language": "de",
        "spoiler_text": "News",
    }


def test_the_note_knows_better_than_the_options(server: MastodonServer) -> None:
    note = replace(NOTE, language="fr", content_warning="Spoiler")
    channel_of(server, language="de", content_warning="News").send(note, KEY)
    posted = server.requests[-1].json
    assert (posted["language"], posted["spoiler_text"]) == ("fr", "Spoiler")


@pytest.mark.parametrize(
    "options",
    [{"visibility": "everyone"}, {"language": "English, please"}, {"timeout": 0}, {"token": ""}],
)
def test_wrong_options(server: MastodonServer, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        channel_of(server, **options)


def test_a_picture_goes_up_first(server: MastodonServer) -> None:
    channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    [media] = server.media
    assert media["content"] == PICTURE.content and media["type"] == "image/png"
    assert media["description"] == "A bridge in fog"
    assert server.requests[-1].json["media_ids"] == [media["id"]]


def test_no_picture_unless_asked_for(server: MastodonServer, channel: Mastodon) -> None:
    channel.send(replace(NOTE, picture=PICTURE), KEY)
    assert not server.media and "media_ids" not in server.requests[-1].json
    assert channel.current_limits().pictures == 0
    assert channel_of(server, pictures=True).current_limits().pictures == 1


def test_a_slow_picture_is_waited_for(
    server: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.adapters.mastodon.MEDIA_WAITS", (0.01, 0.01, 0.01))
    server.media_polls = 2
    channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    assert server.arrived == 1
    server.media_polls = 9
    with pytest.raises(Unavailable, match="picture"):
        channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), OTHER_KEY)
    assert server.attempts == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(500, b"<html>"), Unavailable),
        (Reply(200, b"<html>"), Unavailable),
        (Reply(401, {"error": "The access token is invalid"}), AuthExpired),
        (Reply(429, {}, {"Retry-After": "60"}), RateLimited),
    ],
)
def test_a_picture_that_may_go_up_later_posts_nothing(
    server: MastodonServer, reply: Reply, error: type[Exception]
) -> None:
    server.replies["/api/v2/media"] = reply
    with pytest.raises(error) as caught:
        channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    assert type(caught.value) is error
    assert server.attempts == 0


PIXELS = "Validation failed: File 12000x9000 images are not supported"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(422, {"error": "Validation failed: File content type is invalid"}),
        Reply(422, {"error": PIXELS}),
        Reply(413, b"<html>Request Entity Too Large</html>"),
        Reply(415, b""),
        Reply(400, {"error": "no"}),
        Reply(403, {"error": "This action is outside the authorized scopes"}),
        Reply(404, b""),
    ],
)
def test_a_refused_picture_does_not_take_its_note_along(
    server: MastodonServer, reply: Reply
) -> None:
    server.replies["/api/v2/media"] = reply
    receipt = channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    assert f"without its picture: {server.base_url[7:]}: HTTP {reply.status}" in receipt.remark
    assert server.arrived == 1 and "media_ids" not in server.requests[-1].json


def test_a_picture_that_never_goes_up_is_left_out(
    server: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies["/api/v2/media"] = Reply(500, b"")
    channel = channel_of(server, pictures=True)
    with pytest.raises(Unavailable):
        channel.send(replace(NOTE, picture=PICTURE), KEY)
    monkeypatch.setattr("publisher.adapters.http.pictures.PATIENCE", 0.0)
    assert channel.send(replace(NOTE, picture=PICTURE), KEY).remark.startswith("without its")


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


@pytest.mark.parametrize("kind", [Processing, ProcessingElsewhere])
def test_an_unfinished_picture_is_waited_for_under_the_same_key(
    kind: type[Processing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.adapters.mastodon.MEDIA_WAITS", (0.01, 0.01, 0.01))
    with kind(posts=5) as server:
        channel = channel_of(server, pictures=True)
        note = replace(NOTE, picture=PICTURE)
        with pytest.raises(Unavailable, match="picture"):
            channel.send(note, KEY)
        assert server.arrived == 0
        assert channel.send(note, KEY).remark == ""
        keys = {r.headers["idempotency-key"] for r in server.requests if r.path == server.publishes}
        assert keys == {KEY} and len(server.media) == 1
        assert server.requests[-1].json["media_ids"] == ["1"]


@pytest.mark.parametrize("words", ["Media could not be found", "Validation failed: File"])
def test_a_picture_that_cannot_be_attached_is_left_out(words: str) -> None:
    with Processing(posts=9) as server:
        server.words = words
        receipt = channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
        assert words in receipt.remark and server.arrived == 1


def test_a_text_that_is_refused_stays_refused_without_its_picture(server: MastodonServer) -> None:
    note = replace(NOTE, text="y" * 501, picture=PICTURE)
    with pytest.raises(Rejected, match="character limit"):
        channel_of(server, pictures=True).send(note, KEY)
    assert server.arrived == 0


def test_a_picture_that_the_server_dropped_goes_up_again(
    server: MastodonServer,
) -> None:
    channel, note = channel_of(server, pictures=True), replace(NOTE, picture=PICTURE)
    server.replies["/api/v1/statuses"] = Reply(503, b"")
    with pytest.raises(Unavailable):
        channel.send(note, KEY)
    server.replies = {"/api/v1/media/1": Reply(404, {"error": "Record not found"})}
    channel.send(note, KEY)
    assert len(server.media) == 2 and server.requests[-1].json["media_ids"] == ["2"]


MUMBLED = [
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


@pytest.mark.parametrize("mumbled", MUMBLED)
def test_an_unreadable_success_is_unknown_then_found(
    server: MastodonServer, channel: Mastodon, mumbled: Reply
) -> None:
    since = datetime.now(UTC)
    server.mumbled = mumbled
    server.behave(Behaviour.MUMBLES)
    with pytest.raises(OutcomeUnknown):
        channel.send(NOTE, KEY)
    server.behave(Behaviour.WORKS)
    found = channel.find(KEY, NOTE, since)
    assert found is not None and found.remote_id == "1000"
    assert server.attempts == server.arrived == 1


def test_a_failure_before_acting_leaves_nothing(server: MastodonServer, channel: Mastodon) -> None:
    server.replies["/api/v1/statuses"] = Reply(500, {"error": "sorry"})
    since = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        channel.send(NOTE, KEY)
    assert channel.find(KEY, NOTE, since) is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", {"a": 1}, None, "data:text/html,x"])
def test_a_hostile_url_is_dropped(server: MastodonServer, channel: Mastodon, url: object) -> None:
    server.replies["/api/v1/statuses"] = Reply(200, {"id": 5, "url": url})
    receipt = channel.send(NOTE, KEY)
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
    server: MastodonServer, channel: Mastodon, status: int, words: str, error: type[Exception]
) -> None:
    server.replies["/api/v1/statuses"] = Reply(status, {"error": words})
    with pytest.raises(error, match=words) as caught:
        channel.send(NOTE, KEY)
    assert type(caught.value) is error


def test_a_limit_ends_when_the_server_says(server: MastodonServer, channel: Mastodon) -> None:
    server.behave(Behaviour.LIMITS)
    with pytest.raises(RateLimited) as caught:
        channel.send(NOTE, KEY)
    until = caught.value.retry_at
    assert until is not None
    assert timedelta(minutes=4) < until - datetime.now(UTC) <= timedelta(minutes=5)


def test_a_repeat_on_a_server_that_forgets_keys_is_found_first(
    server: MastodonServer, channel: Mastodon
) -> None:
    server.honours_keys = False
    since = datetime.now(UTC)
    server.behave(Behaviour.RESETS)
    with pytest.raises(OutcomeUnknown):
        channel.send(NOTE, KEY)
    server.behave(Behaviour.WORKS)
    assert channel.find(KEY, NOTE, since) is not None


def test_an_older_status_with_the_same_link_is_not_ours(
    server: MastodonServer, channel: Mastodon
) -> None:
    server.publish(NOTE.text, age=timedelta(seconds=30))
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
    server.publish(NOTE.text)
    found = channel.find(KEY, NOTE, datetime.now(UTC))
    assert found is not None and found.remote_id == "1001"


def test_a_foreign_text_with_the_same_link_is_not_ours(
    server: MastodonServer, channel: Mastodon
) -> None:
    server.publish(f"Have you all seen what they wrote about us? {URL}")
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None


def test_a_boost_is_not_ours(server: MastodonServer, channel: Mastodon) -> None:
    server.publish(NOTE.text, reblog={"id": "1"})
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None


def test_a_note_without_a_link_is_found_by_its_words(
    server: MastodonServer, channel: Mastodon
) -> None:
    note = Note(text="Good morning,\n\nreaders & friends of the <Gazette> 🎉")
    server.publish("Good evening, all")
    assert channel.find(KEY, note, datetime.now(UTC)) is None
    server.publish(note.text)
    assert channel.find(KEY, note, datetime.now(UTC)) is not None


def test_find_turns_pages(server: MastodonServer, channel: Mastodon) -> None:
    server.publish(NOTE.text)
    for number in range(90):
        server.publish(f"Other news, number {number}")
    found = channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))
    assert found is not None and found.remote_id == "1000"
    assert server.attempts == 0


def test_find_stops_at_what_is_older(server: MastodonServer, channel: Mastodon) -> None:
    for number in range(90):
        server.publish(f"Old news, number {number}", age=timedelta(hours=1))
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
    assert sum(request.path.endswith("/7/statuses") for request in server.requests) == 1


def test_find_does_not_guess_beyond_its_pages(server: MastodonServer, channel: Mastodon) -> None:
    for number in range(210):
        server.publish(f"News, number {number}")
    with pytest.raises(Unavailable, match="too many"):
        channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(minutes=10)])
def test_the_servers_clock_counts(
    server: MastodonServer, channel: Mastodon, ahead: timedelta
) -> None:
    server.clock = ahead
    server.publish(NOTE.text, age=timedelta(minutes=1))
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
    server.publish(NOTE.text)
    found = channel.find(KEY, NOTE, datetime.now(UTC))
    assert found is not None and found.remote_id == "1001"


@pytest.mark.parametrize(
    "page",
    [
        b"<html>",
        {"error": "odd"},
        [{"id": "1", "content": f'<a href="{URL}">The bridge is open & safe again bridge</a>'}],
        [{"id": {}, "content": NOTE.text, "created_at": "2026-03-01T12:00:00Z"}],
    ],
)
def test_an_unreadable_timeline_is_no_answer(
    server: MastodonServer, channel: Mastodon, page: object
) -> None:
    server.replies["/api/v1/accounts/7/statuses"] = Reply(200, page)
    with pytest.raises(Unavailable):
        channel.find(KEY, NOTE, datetime.now(UTC))


@pytest.mark.parametrize(
    "page", [[], [None, 5, "x", []], [{"content": {}, "card": [], "id": 3}], [{"content": None}]]
)
def test_odd_statuses_are_passed_over(
    server: MastodonServer, channel: Mastodon, page: list[object]
) -> None:
    seen = {"id": "1", "content": "", "created_at": "2020-01-01T00:00:00Z"}
    server.replies["/api/v1/accounts/7/statuses"] = Reply(200, [*page, seen])
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None


@pytest.mark.parametrize("path", ["verify_credentials", "7/statuses"])
def test_find_with_a_dead_token_says_so(
    server: MastodonServer, channel: Mastodon, path: str
) -> None:
    server.replies[f"/api/v1/accounts/{path}"] = Reply(401, {"error": "The token was revoked"})
    with pytest.raises(AuthExpired, match="publish resume fediverse"):
        channel.find(KEY, NOTE, datetime.now(UTC))


def test_check_reads_the_scopes(server: MastodonServer, channel: Mastodon) -> None:
    for scopes in (["read", "write"], ["read", "write:statuses"], None):
        server.scopes = scopes
        channel.check()
    server.scopes = ["read"]
    with pytest.raises(AuthExpired, match="write:statuses"):
        channel.check()


def test_check_of_what_is_no_mastodon(server: MastodonServer, channel: Mastodon) -> None:
    server.replies["/api/v1/accounts/verify_credentials"] = Reply(200, b"<html>Hello</html>")
    with pytest.raises(Unavailable, match="base_url"):
        channel.check()


def test_check_of_an_old_server(server: MastodonServer, channel: Mastodon) -> None:
    server.replies["/api/v1/apps/verify_credentials"] = Reply(404, {"error": "no"})
    channel.check()


def test_the_instance_sets_the_limits(server: MastodonServer, channel: Mastodon) -> None:
    server.characters = 5000
    assert channel.current_limits().length == 5000
    channel.current_limits()
    assert [request.path for request in server.requests] == ["/api/v2/instance"]


def test_the_limits_are_asked_for_again_later(
    server: MastodonServer, channel: Mastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert channel.current_limits().length == 500
    server.characters = 700
    later = time.monotonic() + LIMITS_KEPT + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert channel.current_limits().length == 700


def test_an_older_instance_is_asked_the_older_way(
    server: MastodonServer, channel: Mastodon
) -> None:
    server.replies["/api/v2/instance"] = Reply(404, {"error": "Not found"})
    server.replies["/api/v1/instance"] = Reply(200, {"max_toot_chars": 1234})
    assert channel.current_limits().length == 1234


@pytest.mark.parametrize(
    "instance",
    [
        b"<html>",
        [],
        {"configuration": 5},
        {"configuration": {"statuses": {"max_characters": "many"}}},
        {"configuration": {"statuses": {"max_characters": -5, "characters_reserved_per_url": 0}}},
        {"configuration": {"statuses": {"max_characters": True}}},
        {"configuration": {"statuses": {"max_characters": 10**30}}},
    ],
)
def test_a_silly_instance_is_not_believed(
    server: MastodonServer, channel: Mastodon, instance: object
) -> None:
    server.replies["/api/v2/instance"] = Reply(200, instance)
    limits = channel.current_limits()
    assert limits.length == 500
    assert limits.count("https://gazette.example") == 23


def test_the_warning_counts_with_the_text(server: MastodonServer) -> None:
    count = channel_of(server, content_warning="News").current_limits().count
    assert count("Hello") == 9


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hello", 5),
        ("https://gazette.example/" + "a" * 300, 23),
        ("See https://a.example/b, and (https://c.example/d).", 4 + 23 + 7 + 23 + 2),
        ("HTTPS://A.EXAMPLE", 23),
        ("gazette.example/bridge", 22),
        ("ask @ann@social.example now", 12),
        ("@ann@social.example", 4),
        ("mail ann@social.example", 23),
        ("👩‍👩‍👧‍👦🇬🇧👍🏽é", 4),
        ("नमस्ते", 3),
        ("e\u0301", 1),
        ("a\r\nb", 3),
        ("日本語", 3),
        ("https://example.com/@ann@host", 23),
    ],
)
def test_lengths(text: str, length: int) -> None:
    assert count_characters(text) == length


def test_four_at_once_keep_apart(server: MastodonServer, channel: Mastodon) -> None:
    notes = [Note(text=f"Note {number}") for number in range(4)]
    threads = [
        threading.Thread(target=channel.send, args=(note, f"{number:032x}"))
        for number, note in enumerate(notes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status["wish"]["status"] for status in server.statuses} == {n.text for n in notes}


def test_its_repr_is_safe(channel: Mastodon) -> None:
    assert TOKEN not in repr(channel) + repr(vars(channel))
