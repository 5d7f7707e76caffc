import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from publisher.adapters.base import Prices, send_whole
from publisher.adapters.http.text.weights import count_weighted, parser
from publisher.adapters.x import SEGMENT, X
from publisher.errors import (
    AuthExpired,
    Doubtful,
    RateLimited,
    Rejected,
    Unavailable,
)
from publisher.model.credentials import CredentialStore, Standing
from publisher.model.messages import Later, Note, Picture, Receipt
from publisher.testing import (
    KEY,
    NOTE,
    OTHER_KEY,
    PICTURE,
    URL,
    WITH_PICTURE,
    ChangesSuite,
    Kept,
    OwnNotesSuite,
    PicturesSuite,
)
from publisher.testing.servers import Reply, Request
from tests.adapters.x_server import KEYS, ConnectedX, XServer

parse_tweet = parser().parse_tweet


GARBLED = [
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


NO = [
    Reply(400, {"detail": "Your media is too large"}),
    Reply(403, {"title": "Forbidden"}),
    Reply(403, {"detail": "Your account is suspended"}),
    Reply(404, b""),
    Reply(413, b"<html>"),
    Reply(415, b""),
]


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


class Picky(XServer):
    def _post(self, request: Request) -> Reply:
        if "media" in request.json:
            return Reply(400, {"detail": "Your media IDs are invalid."})
        return super()._post(request)


class TestX(OwnNotesSuite, PicturesSuite, ChangesSuite):
    adapter = X
    server = XServer
    garbled = GARBLED
    ahead = timedelta(minutes=4)
    unreadable: ClassVar[Sequence[object]] = (
        b"<html>",
        {"data": "x", "meta": {}},
        {"errors": [{"message": "no"}]},
        [],
        {"data": [{"id": "1", "text": NOTE.text}], "meta": {}},
    )
    odd: ClassVar[Sequence[object]] = (
        {"data": [None, 5, {"text": []}], "meta": {}},
        {"data": [{"text": "x", "entities": {"urls": [3, {"expanded_url": {}}]}}], "meta": {}},
    )

    def test_what_is_posted(self, network: XServer, channel: X) -> None:
        receipt = send_whole(channel, NOTE, KEY)
        request = network.requests[-1]
        assert request.json == {"text": NOTE.text}
        assert request.headers["authorization"].startswith("OAuth ")
        assert request.headers["user-agent"].startswith("Publisher/")
        assert receipt.remote_url == f"https://x.com/i/web/status/{receipt.remote_id}"
        assert receipt.remote_id == network.posts[0]["id"]

    def test_a_wrong_key_is_a_refused_account(self, network: XServer) -> None:
        channel = self.build(network, access_token_secret="another")
        with pytest.raises(AuthExpired, match="publish resume example"):
            channel.send(NOTE, KEY)
        assert network.arrived == 0

    @pytest.mark.parametrize(
        "options",
        [
            {"monthly_budget": -1},
            {"price_with_link": "free"},
            {"consumer_key": ""},
            {"base_url": "http://api.x.com"},
        ],
    )
    def test_wrong_options(self, network: XServer, options: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            self.build(network, **options)

    @pytest.mark.parametrize(
        "content",
        [
            [{"message": "Too long", "code": 186}],
            {"errors": [{"message": "Too long"}]},
            ["Too long"],
        ],
    )
    def test_an_error_of_any_shape_is_a_no(
        self, network: XServer, channel: X, content: object
    ) -> None:
        network.replies["/2/tweets"] = Reply(400, content)
        with pytest.raises(Rejected, match="HTTP 400: Too long"):
            channel.send(NOTE, KEY)

    def test_a_copy_is_rejected(self, network: XServer, channel: X) -> None:
        channel.send(NOTE, KEY)
        with pytest.raises(Rejected, match="duplicate content") as caught:
            channel.send(NOTE, OTHER_KEY)
        assert caught.value.status == "HTTP 403"
        assert network.arrived == 1

    @pytest.mark.parametrize(("status", "content"), ACCOUNT_TROUBLES)
    def test_what_is_about_the_account_pauses_the_channel(
        self, network: XServer, channel: X, status: int, content: object
    ) -> None:
        spent = {
            "x-rate-limit-remaining": "39999",
            "x-rate-limit-reset": str(int(time.time()) + 60),
        }
        network.replies["/2/tweets"] = Reply(status, content, spent)
        with pytest.raises(AuthExpired, match="publish resume example"):
            channel.send(NOTE, KEY)

    def test_a_limit_without_headers_is_no_loop(self, network: XServer, channel: X) -> None:
        network.replies["/2/tweets"] = Reply(429, {"title": "Too Many Requests"})
        with pytest.raises(RateLimited) as caught:
            channel.send(NOTE, KEY)
        assert caught.value.retry_at is None
        assert network.attempts == 1

    def test_a_picture_goes_up_first(self, network: XServer) -> None:
        self.build(network, pictures=True).send(WITH_PICTURE, KEY)
        [body] = network.media
        assert PICTURE.content in body and b"tweet_image" in body and b"image/png" in body
        assert b"media_type" not in body  # X's OpenAPI knows no such part
        assert network.alts == [{"id": "1", "metadata": {"alt_text": {"text": "A bridge in fog"}}}]
        assert network.requests[-1].json["media"] == {"media_ids": ["1"]}

    def with_pictures(self, network: Any) -> X:
        channel = super().with_pictures(network)
        assert isinstance(channel, X)
        return channel

    def test_an_animation_goes_up_in_segments_and_is_waited_for(self, network: XServer) -> None:
        network.works = [
            {"state": "pending", "check_after_secs": 90},
            {"state": "in_progress", "check_after_secs": 1},
            {"state": "succeeded"},
        ]
        moving = Picture(b"GIF89a" + bytes(2 * SEGMENT), "image/gif", "A ferry lands", moving=True)
        note, channel = replace(NOTE, picture=moving), self.with_pictures(network)
        first = channel.send(note, KEY)
        assert isinstance(first, Later) and first.at and network.arrived == 0
        assert 80 < (first.at - datetime.now(UTC)).total_seconds() <= 90
        other = self.with_pictures(network)  # another process
        second = other.go_on(note, KEY, first.state)
        assert isinstance(second, Later) and not network.alts
        receipt = other.go_on(note, KEY, second.state)
        assert isinstance(receipt, Receipt) and receipt.remark == ""
        [(number, session)] = network.sessions.items()
        assert b"".join(session["parts"]) == moving.content and len(session["parts"]) == 3
        assert (session["media_category"], session["media_type"]) == ("tweet_gif", "image/gif")
        assert network.alts == [{"id": number, "metadata": {"alt_text": {"text": "A ferry lands"}}}]
        assert network.requests[-1].json["media"] == {"media_ids": [number]}

    def test_an_animation_that_x_cannot_work_on_is_left_out(self, network: XServer) -> None:
        error = {"code": 1, "name": "InvalidMedia", "message": "Too many frames"}
        network.works = [{"state": "in_progress"}, {"state": "failed", "error": error}]
        moving = Picture(b"GIF89a", "image/gif", "A ferry lands", moving=True)
        channel = self.with_pictures(network)
        channel.media_waits = (0.0,)
        receipt = send_whole(channel, replace(NOTE, picture=moving), KEY)
        assert receipt.remark.startswith("without its picture: ")
        assert "Too many frames" in receipt.remark
        assert network.arrived == 1 and "media" not in network.requests[-1].json

    def test_an_animation_that_never_ends_is_left_out(self, network: XServer) -> None:
        network.works = [{"state": "in_progress"}] * 9
        moving = Picture(b"GIF89a", "image/gif", "A ferry lands", moving=True)
        channel = self.with_pictures(network)
        channel.patience = 0.0
        receipt = send_whole(channel, replace(NOTE, picture=moving), KEY)
        assert "still works on the picture" in receipt.remark and network.arrived == 1

    def test_a_post_is_deleted_once_and_for_all(self, channel: X, network: XServer) -> None:
        receipt = send_whole(channel, self.message(), KEY)
        channel.delete(receipt)
        channel.delete(receipt)
        assert network.arrived == 0

    @pytest.mark.parametrize("reply", NO)
    def test_a_refused_alternative_text_does_not_either(
        self, network: XServer, reply: Reply
    ) -> None:
        network.replies["/2/media/metadata"] = reply
        receipt = send_whole(self.build(network, pictures=True), WITH_PICTURE, KEY)
        assert receipt.remark.startswith("without its picture's alternative text: ")
        assert network.requests[-1].json["media"] == {"media_ids": ["1"]}

    @pytest.mark.parametrize(
        "content",
        [
            {},
            b"",
            b"<html>Forbidden</html>",
            {"title": "Forbidden", "status": 403, "detail": "Forbidden", "type": "about:blank"},
            {"detail": "You are not permitted to perform this action."},
            {
                "errors": [
                    {"code": 226, "message": "This request looks like it might be automated."}
                ]
            },
        ],
    )
    def test_a_no_without_a_reason_is_doubtful(
        self, network: XServer, channel: X, content: object
    ) -> None:
        network.replies["/2/tweets"] = Reply(403, content)
        with pytest.raises(Doubtful):
            channel.send(NOTE, KEY)

    def test_a_picture_that_x_cannot_attach_is_left_out(self) -> None:
        with Picky() as picky:
            receipt = send_whole(self.build(picky, pictures=True), WITH_PICTURE, KEY)
            assert "media IDs are invalid" in receipt.remark and picky.arrived == 1

    @pytest.mark.parametrize("status", [500, 503])
    def test_an_alternative_text_that_may_be_taken_later_posts_nothing(
        self, network: XServer, status: int
    ) -> None:
        network.replies["/2/media/metadata"] = Reply(status, b"")
        with pytest.raises(Unavailable):
            self.build(network, pictures=True).send(WITH_PICTURE, KEY)
        assert network.attempts == 0

    def test_a_link_that_x_followed_counts(self, network: XServer, channel: X) -> None:
        urls = [
            {"url": "https://t.co/a", "expanded_url": "https://gzt.example/1", "unwound_url": URL}
        ]
        network.publish("The bridge is open & safe again. t.co", entities={"urls": urls})
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is not None

    @pytest.mark.parametrize("fields", ["post.fields", "tweet.fields"])
    def test_posts_are_listed_by_either_name_of_the_fields(
        self, network: XServer, channel: X, fields: str
    ) -> None:
        network.fields = fields
        network.publish(NOTE.text)
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is not None

    def test_check_reads_the_rights(self, network: XServer, channel: X) -> None:
        channel.check()
        network.access = "read"
        with pytest.raises(AuthExpired, match="only read"):
            channel.check()

    def test_check_of_what_is_no_x(self, network: XServer, channel: X) -> None:
        network.replies["/2/users/me"] = Reply(200, b"<html>Hello</html>")
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
    def test_prices(self, channel: X, note: Note, price: str) -> None:
        assert isinstance(channel, Prices) and channel.budget() is None
        assert channel.price(note) == Decimal(price)

    def test_prices_and_budget_are_options(self, network: XServer) -> None:
        options = {"monthly_budget": 12.5, "price_with_link": "0.1", "price_without_link": 0}
        channel = self.build(network, **options)
        assert isinstance(channel, Prices)
        assert channel.budget() == Decimal("12.5")
        assert channel.price(NOTE) == Decimal("0.1") and channel.price(Note(text="a")) == 0

    @pytest.mark.parametrize("text", ["x" * 281, "日" * 141, "👍" * 141])
    def test_a_text_too_long_costs_no_request(
        self, network: XServer, channel: X, text: str
    ) -> None:
        with pytest.raises(Rejected, match="280 are allowed on X"):
            channel.send(Note(text=text), KEY)
        assert not network.requests

    def test_quota_one_cashtag(self, network: XServer, channel: X) -> None:
        with pytest.raises(Rejected, match="cashtag"):
            channel.send(Note(text="$GZT up, $brk.b down"), KEY)
        assert not network.requests
        channel.send(Note(text="$GZT costs $5, $10.50 or 3$US; A$AP$ROCKY sings"), KEY)

    def test_no_library_logs_a_signature(
        self, network: XServer, channel: X, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        channel.send(NOTE, KEY)
        channel.find(KEY, NOTE, datetime.now(UTC))
        signature = network.requests[0].headers["authorization"].split("oauth_signature=")[1][1:20]
        assert signature not in caplog.text
        assert not [secret for secret in KEYS.values() if secret in caplog.text]


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
        ("🧑🏽‍🦼‍➡️ 🙂‍↔️", 5 + 1 + 5),  # X may be older than these: their parts count
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿1️⃣#⃣", 6),
        ("👩🏽‍❤️‍💋‍👨🏿", 2),
        ("🏠🏽", 4),  # a house has no skin
        ("👦\ufe0f", 4),  # what is an emoji anyway needs no selector
        ("🇬🇧🇫", 4),
        ("©™❤", 5),
        ("©️ 1 #", 6),
        ("\u2018quotes\u2019 \u2014 dash\u2026", 17),
        ("a\r\nb", 4),
        ("Привет", 6),
    ],
)
def test_weights(text: str, length: int) -> None:
    assert count_weighted(text) == length


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from([0, 60, 110]))
def test_weights_are_the_libraries_own(pieces: list[str], longer: int) -> None:
    text = "日" * longer + "".join(pieces)
    library = parse_tweet(text.replace("\r", "\n")).weightedLength  # it takes CRLF for one
    assert count_weighted(text) == library


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


class TestConnectedX(PicturesSuite):
    """The same by OAuth 2, with tokens that `publish connect` has stored."""

    adapter = X
    server = ConnectedX

    def store(self, network: Any) -> CredentialStore:
        kept = Kept()
        kept.stored = network.stored
        return kept

    def test_check_tells_what_it_may(self, channel: X) -> None:
        assert channel.check() == Standing("@gazette", ("tweet.read", "tweet.write"))


BOTH = {"client_id": "app-1", **KEYS}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "lacks consumer_key; give client_id and run publish connect"),
        (BOTH, "has client_id and consumer_key: keep one"),
        ({**KEYS, "access_token": None}, "lacks access_token;"),
        ({"client_id": "two words"}, "client_id"),
    ],
)
def test_there_is_one_way_in(options: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        X.settings.model_validate(options)
