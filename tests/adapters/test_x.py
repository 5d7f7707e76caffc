import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from publisher.adapters.base import Prices
from publisher.adapters.http.weights import count_weighted, parser
from publisher.adapters.x import X, XSettings
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
from tests.adapters.x_server import KEYS, XServer

URL = "https://gazette.example/articles/bridge?utm_source=x"
NOTE = Note(text=f"The bridge is open & safe <again>.\n\n{URL}", url=URL)
parse_tweet = parser().parse_tweet
PICTURE = Picture(b"\x89PNG picture", "image/png", "A bridge in fog")


class TestX(NoteAdapterSuite):
    adapter = X
    server = XServer


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as fake:
        yield fake


def channel_of(server: XServer, **options: Any) -> X:
    return X(XSettings.model_validate({**server.options, **options}), name="birds")


@pytest.fixture
def channel(server: XServer) -> X:
    return channel_of(server)


def test_what_is_posted(server: XServer, channel: X) -> None:
    receipt = channel.send(NOTE, KEY)
    request = server.requests[-1]
    assert request.json == {"text": NOTE.text}
    assert request.headers["authorization"].startswith("OAuth ")
    assert request.headers["user-agent"].startswith("Publisher/")
    assert receipt.remote_url == f"https://x.com/i/web/status/{receipt.remote_id}"
    assert receipt.remote_id == server.posts[0]["id"]


def test_a_wrong_key_is_a_refused_account(server: XServer) -> None:
    channel = channel_of(server, access_token_secret="another")
    with pytest.raises(AuthExpired, match="publish resume birds"):
        channel.send(NOTE, KEY)
    assert server.arrived == 0


@pytest.mark.parametrize(
    "options",
    [
        {"monthly_budget": -1},
        {"price_with_link": "free"},
        {"consumer_key": ""},
        {"base_url": "http://api.x.com"},
    ],
)
def test_wrong_options(server: XServer, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        channel_of(server, **options)


MUMBLED = [
    Reply(201, b""),
    Reply(201, b"<html>Hold on</html>"),
    Reply(201, []),
    Reply(201, {"data": []}),
    Reply(201, {"data": {"id": {"evil": 1}}}),
    Reply(201, {"errors": [{"message": "odd"}]}),
    Reply(204, b""),
    Reply(502, b"<html>"),
    Reply(500, [{"message": "list-shaped"}]),
    Reply(504, {"title": "Gateway Timeout"}),
]


@pytest.mark.parametrize("mumbled", MUMBLED)
def test_an_unreadable_success_is_unknown_then_found(
    server: XServer, channel: X, mumbled: Reply
) -> None:
    since = datetime.now(UTC)
    server.mumbled = mumbled
    server.behave(Behaviour.MUMBLES)
    with pytest.raises(OutcomeUnknown):
        channel.send(NOTE, KEY)
    server.behave(Behaviour.WORKS)
    found = channel.find(KEY, NOTE, since)
    assert found is not None and found.remote_id == server.posts[0]["id"]
    assert server.attempts == server.arrived == 1


def test_a_failure_before_acting_leaves_nothing(server: XServer, channel: X) -> None:
    server.replies["/2/tweets"] = Reply(500, b"")
    since = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        channel.send(NOTE, KEY)
    assert channel.find(KEY, NOTE, since) is None


@pytest.mark.parametrize(
    "content",
    [[{"message": "Too long", "code": 186}], {"errors": [{"message": "Too long"}]}, ["Too long"]],
)
def test_an_error_of_any_shape_is_a_no(server: XServer, channel: X, content: object) -> None:
    server.replies["/2/tweets"] = Reply(400, content)
    with pytest.raises(Rejected, match="HTTP 400: Too long"):
        channel.send(NOTE, KEY)


def test_a_copy_is_rejected(server: XServer, channel: X) -> None:
    channel.send(NOTE, KEY)
    with pytest.raises(Rejected, match="duplicate content") as caught:
        channel.send(NOTE, OTHER_KEY)
    assert caught.value.status == "HTTP 403"
    assert server.arrived == 1


PROBLEMS = "https://api.twitter.com/2/problems"
ACCOUNT_TROUBLES = [
    (402, {"title": "CreditsDepleted", "detail": "no credits", "type": f"{PROBLEMS}/credits"}),
    (402, b""),
    (429, {"title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap"}),
    (429, {"title": "Usage", "detail": "over", "type": f"{PROBLEMS}/usage-capped"}),
    (403, {"title": "Forbidden", "detail": "no", "type": f"{PROBLEMS}/oauth1-permissions"}),
    (403, {"reason": "client-not-enrolled", "detail": "no", "title": "Client Forbidden"}),
    (403, {"detail": "Your account is suspended and is not permitted to do this."}),
    (403, {"errors": [{"code": 326, "message": "This account is temporarily locked."}]}),
]


@pytest.mark.parametrize(("status", "content"), ACCOUNT_TROUBLES)
def test_what_is_about_the_account_pauses_the_channel(
    server: XServer, channel: X, status: int, content: object
) -> None:
    spent = {"x-rate-limit-remaining": "39999", "x-rate-limit-reset": str(int(time.time()) + 60)}
    server.replies["/2/tweets"] = Reply(status, content, spent)
    with pytest.raises(AuthExpired, match="publish resume birds"):
        channel.send(NOTE, KEY)


def test_a_limit_ends_when_x_says(server: XServer, channel: X) -> None:
    server.behave(Behaviour.LIMITS)
    with pytest.raises(RateLimited) as caught:
        channel.send(NOTE, KEY)
    until = caught.value.retry_at
    assert until is not None
    assert timedelta(minutes=4) < until - datetime.now(UTC) <= timedelta(minutes=5)


def test_a_limit_without_headers_is_no_loop(server: XServer, channel: X) -> None:
    server.replies["/2/tweets"] = Reply(429, {"title": "Too Many Requests"})
    with pytest.raises(RateLimited) as caught:
        channel.send(NOTE, KEY)
    assert caught.value.retry_at is None
    assert server.attempts == 1


def test_a_picture_goes_up_first(server: XServer) -> None:
    channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    [body] = server.media
    assert PICTURE.content in body and b"tweet_image" in body and b"image/png" in body
    assert server.alts == [{"id": "1", "metadata": {"alt_text": {"text": "A bridge in fog"}}}]
    assert server.requests[-1].json["media"] == {"media_ids": ["1"]}


def test_no_picture_unless_asked_for(server: XServer, channel: X) -> None:
    with_pictures = channel_of(server, pictures=True)
    channel.send(replace(NOTE, picture=PICTURE), KEY)
    assert not server.media and "media" not in server.requests[-1].json
    for limits, pictures in ((channel.current_limits(), 0), (with_pictures.current_limits(), 1)):
        assert limits is not None and limits.pictures == pictures


MEDIA = ["/2/media/upload", "/2/media/metadata"]


@pytest.mark.parametrize("path", MEDIA)
@pytest.mark.parametrize("reply", [Reply(500, b""), Reply(503, b""), Reply(200, b"<html>")])
def test_a_picture_that_may_go_up_later_posts_nothing(
    server: XServer, path: str, reply: Reply
) -> None:
    if path == "/2/media/metadata" and reply.status == 200:
        return  # its answer says nothing that is needed
    server.replies[path] = reply
    with pytest.raises(Unavailable):
        channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    assert server.attempts == 0


def test_a_picture_that_never_goes_up_is_left_out(
    server: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies["/2/media/upload"] = Reply(500, b"")
    channel = channel_of(server, pictures=True)
    with pytest.raises(Unavailable):
        channel.send(replace(NOTE, picture=PICTURE), KEY)
    monkeypatch.setattr("publisher.adapters.http.pictures.PATIENCE", 0.0)
    assert channel.send(replace(NOTE, picture=PICTURE), KEY).remark.startswith("without its")


NO = [
    Reply(400, {"detail": "Your media is too large"}),
    Reply(403, {"title": "Forbidden"}),
    Reply(403, {"detail": "Your account is suspended"}),
    Reply(404, b""),
    Reply(413, b"<html>"),
    Reply(415, b""),
]


@pytest.mark.parametrize("reply", NO)
def test_a_refused_picture_does_not_take_its_note_along(server: XServer, reply: Reply) -> None:
    server.replies["/2/media/upload"] = reply
    receipt = channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    assert f"without its picture: {server.base_url[7:]}: HTTP {reply.status}" in receipt.remark
    assert "media" not in server.requests[-1].json and server.arrived == 1


@pytest.mark.parametrize("reply", NO)
def test_a_refused_alternative_text_does_not_either(server: XServer, reply: Reply) -> None:
    server.replies["/2/media/metadata"] = reply
    receipt = channel_of(server, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
    assert receipt.remark.startswith("without its picture's alternative text: ")
    assert server.requests[-1].json["media"] == {"media_ids": ["1"]}


def test_a_picture_that_x_cannot_attach_is_left_out() -> None:
    class Picky(XServer):
        def _post(self, request: Request) -> Reply:
            if "media" in request.json:
                return Reply(400, {"detail": "Your media IDs are invalid."})
            return super()._post(request)

    with Picky() as picky:
        receipt = channel_of(picky, pictures=True).send(replace(NOTE, picture=PICTURE), KEY)
        assert "media IDs are invalid" in receipt.remark and picky.arrived == 1


def test_a_picture_that_went_up_is_not_sent_twice(server: XServer) -> None:
    channel = channel_of(server, pictures=True)
    server.replies["/2/tweets"] = Reply(503, b"")
    with pytest.raises(Unavailable):
        channel.send(replace(NOTE, picture=PICTURE), KEY)
    del server.replies["/2/tweets"]
    assert not channel.send(replace(NOTE, picture=PICTURE), KEY).remark
    assert len(server.media) == 1 and server.arrived == 1


@pytest.mark.parametrize(
    "content",
    [
        {},
        b"",
        b"<html>Forbidden</html>",
        {"title": "Forbidden", "status": 403, "detail": "Forbidden", "type": "about:blank"},
        {"detail": "You are not permitted to perform this action."},
        {"errors": [{"code": 226, "message": "This request looks like it might be automated."}]},
    ],
)
def test_a_no_without_a_reason_is_doubtful(server: XServer, channel: X, content: object) -> None:
    server.replies["/2/tweets"] = Reply(403, content)
    with pytest.raises(Doubtful):
        channel.send(NOTE, KEY)


def test_an_older_post_with_the_same_link_is_not_ours(server: XServer, channel: X) -> None:
    server.publish(NOTE.text, age=timedelta(seconds=30))
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
    post = server.publish(NOTE.text)
    found = channel.find(KEY, NOTE, datetime.now(UTC))
    assert found is not None and found.remote_id == post["id"]


@pytest.mark.parametrize("ahead", [timedelta(minutes=-4), timedelta(minutes=4)])
def test_the_servers_clock_counts(server: XServer, channel: X, ahead: timedelta) -> None:
    server.clock = ahead
    server.publish(NOTE.text, age=timedelta(minutes=1))
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
    post = server.publish(NOTE.text)
    found = channel.find(KEY, NOTE, datetime.now(UTC))
    assert found is not None and found.remote_id == post["id"]


def test_a_link_that_x_followed_counts(server: XServer, channel: X) -> None:
    urls = [{"url": "https://t.co/a", "expanded_url": "https://gzt.example/1", "unwound_url": URL}]
    server.publish("The bridge is open & safe again. t.co", entities={"urls": urls})
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is not None


def test_a_foreign_text_with_the_same_link_is_not_ours(server: XServer, channel: X) -> None:
    server.publish(f"Have you all seen what they wrote about us? {URL}")
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None


def test_who_we_are_is_asked_once(server: XServer, channel: X) -> None:
    for _ in range(3):
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
    assert sum(request.path == "/2/users/me" for request in server.requests) == 1


def test_find_turns_pages(server: XServer, channel: X) -> None:
    post = server.publish(NOTE.text)
    for number in range(150):
        server.publish(f"Other news, number {number}")
    found = channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))
    assert found is not None and found.remote_id == post["id"]
    assert server.attempts == 0


def test_find_does_not_guess_beyond_its_pages(server: XServer, channel: X) -> None:
    for number in range(510):
        server.publish(f"News, number {number}")
    with pytest.raises(Unavailable, match="too many"):
        channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))


@pytest.mark.parametrize(
    "page",
    [
        b"<html>",
        {"data": "x", "meta": {}},
        {"errors": [{"message": "no"}]},
        [],
        {"data": [{"id": "1", "text": NOTE.text}], "meta": {}},
    ],
)
def test_an_unreadable_timeline_is_no_answer(server: XServer, channel: X, page: object) -> None:
    server.replies["/2/users/42/tweets"] = Reply(200, page)
    with pytest.raises(Unavailable):
        channel.find(KEY, NOTE, datetime.now(UTC))


def test_odd_posts_are_passed_over(server: XServer, channel: X) -> None:
    odd: list[object] = [
        None,
        5,
        {"text": []},
        {"text": "x", "entities": {"urls": [3, {"expanded_url": {}}]}},
    ]
    server.replies["/2/users/42/tweets"] = Reply(200, {"data": odd, "meta": {}})
    assert channel.find(KEY, NOTE, datetime.now(UTC)) is None


def test_check_reads_the_rights(server: XServer, channel: X) -> None:
    channel.check()
    server.access = "read"
    with pytest.raises(AuthExpired, match="only read"):
        channel.check()


def test_check_of_what_is_no_x(server: XServer, channel: X) -> None:
    server.replies["/2/users/me"] = Reply(200, b"<html>Hello</html>")
    with pytest.raises(Unavailable, match="base_url"):
        channel.check()


@pytest.mark.parametrize(
    ("note", "price"),
    [
        (NOTE, "0.20"),
        (Note(text="Good morning"), "0.015"),
        (Note(text="Go to gazette.com now"), "0.20"),
        (Note(text="See https://gazette.example/a"), "0.20"),
    ],
)
def test_prices(channel: X, note: Note, price: str) -> None:
    assert isinstance(channel, Prices)
    assert channel.price(note) == Decimal(price)


def test_prices_and_budget_are_options(server: XServer) -> None:
    assert channel_of(server).budget() is None
    channel = channel_of(server, monthly_budget=12.5, price_with_link="0.1", price_without_link=0)
    assert channel.budget() == Decimal("12.5")
    assert channel.price(NOTE) == Decimal("0.1") and channel.price(Note(text="a")) == 0


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hello", 5),
        ("https://gazette.example/" + "a" * 300, 24 + 300),  # .example is no domain X knows
        ("https://example.com/" + "a" * 300, 23),
        ("example.com", 23),
        ("https://example.com, then http://example.org/", 23 + 7 + 23),
        ("日本語", 6),
        ("caf\u00e9", 4),
        ("cafe\u0301", 4),
        ("👍🏽", 2),
        ("👩‍👩‍👧‍👦🇬🇧", 4),
        ("❤️‍🔥", 2),  # joined after the parser's list was made
        ("🧑🏽‍🦼‍➡️ 🙂‍↔️", 5),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿1️⃣#⃣", 6),
        ("👩🏽‍❤️‍💋‍👨🏿", 2),
        ("🏠🏽", 4),  # a house has no skin
        ("🇬🇧🇫", 4),
        ("©™❤", 6),
        ("©️ 1 #", 6),
        ("\u2018quotes\u2019 \u2014 dash\u2026", 17),
        ("a\r\nb", 3),
        ("Привет", 6),
    ],
)
def test_weights(text: str, length: int) -> None:
    assert count_weighted(text) == length


PIECES = [
    "a",
    "Z",
    ".",
    "/",
    "?",
    "=",
    ":",
    "-",
    "_",
    "(",
    ")",
    "#",
    "$",
    "@",
    "\n",
    " ",
    "  ",
    "\r\n",
]
PIECES += [
    "https://",
    "http://t.co/",
    "x.com",
    "gazette.com/a",
    "日",
    "é",
    "e\u0301",
    "👍🏽",
    "👩‍👩‍👧‍👦",
    "🇬🇧",
    "1️⃣",
    "…",
    "—",
    "\u3000",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from([0, 60, 110]))
def test_weights_are_the_libraries_own(pieces: list[str], longer: int) -> None:
    text = "日" * longer + "".join(pieces)
    assert count_weighted(text) == parse_tweet(text).weightedLength


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://example.com/" + "a/b-c.d?e=f&" * 40 + "z", 23),
        ("https://example.com/" + "a" * 300 + ").", 25),
        ("https://example.com/" + "a" * 300 + "…", 25),
        ("日" * 120 + "https://example.com", 263),
        ("日" * 60 + "https://example.com日本" * 3, 120 + 3 * 27),
        ("日" * 120 + "example.com", 251),  # no link, for its name is too long
        ("日" * 60 + "(example.com)" + "日" * 60, 240 + 25),
        ("(" + "x" * 120 + "…https://example.com)", 123 + 23 + 1),
        ("x" * 120 + "https://example.com", 139),  # no link, for it follows a letter
        ("👩‍👩‍👧‍👦" * 30, 60),
        ("👍🏽" * 60 + "https://example.com", 143),
        ("🇬🇧🏴󠁧󠁢󠁥󠁮󠁧󠁿1️⃣" * 20, 120),
        ("日" * 990 + "https://example.com/" + "a" * 30, 1980 + 23),
        ("https://example.com/" + "a" * 1500 + "…", 25),
        ("x" * 250, 250),
        ("日" * 120, 240),
    ],
)
def test_weights_of_long_words(text: str, length: int) -> None:
    assert count_weighted(text) == length


def test_a_hostile_text_is_counted_soon() -> None:
    started = time.monotonic()
    assert count_weighted("a." * 2500 + " " + "http://a.b/日." * 300) >= 5000
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("text", ["x" * 281, "日" * 141, "👍" * 141])
def test_a_text_too_long_costs_no_request(server: XServer, channel: X, text: str) -> None:
    with pytest.raises(Rejected, match="X allows 280"):
        channel.send(Note(text=text), KEY)
    assert not server.requests


def test_quota_one_cashtag(server: XServer, channel: X) -> None:
    with pytest.raises(Rejected, match="cashtag"):
        channel.send(Note(text="$GZT up, $brk.b down"), KEY)
    assert not server.requests
    channel.send(Note(text="$GZT costs $5, $10.50 or 3$US; A$AP$ROCKY sings"), KEY)


def test_no_library_logs_a_signature(
    server: XServer, channel: X, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel.send(NOTE, KEY)
    channel.find(KEY, NOTE, datetime.now(UTC))
    signature = server.requests[0].headers["authorization"].split("oauth_signature=")[1][1:20]
    assert signature not in caplog.text
    assert not [secret for secret in KEYS.values() if secret in caplog.text]


def test_its_repr_is_safe(channel: X) -> None:
    shown = repr(channel) + repr(vars(channel))
    assert not [secret for secret in KEYS.values() if secret in shown]
