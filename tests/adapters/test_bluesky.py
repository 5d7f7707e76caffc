import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pydantic import ValidationError

from publisher.adapters.base import send_whole
from publisher.adapters.bluesky import Bluesky
from publisher.adapters.http.atproto.keys import record_key
from publisher.adapters.http.atproto.richtext import marked, shown
from publisher.errors import AuthExpired, OutcomeUnknown, RateLimited, Rejected, Unavailable
from publisher.model.messages import Note, Picture, Receipt
from publisher.testing import (
    KEY,
    NOTE,
    OTHER_KEY,
    PICTURE,
    URL,
    WITH_PICTURE,
    Behaviour,
    ChangesSuite,
    Network,
    PicturesSuite,
)
from publisher.testing.servers import Reply
from tests.adapters.bluesky_server import (
    DID,
    HANDLE,
    WHOLE_ACCOUNT,
    XRPC,
    BlueskyServer,
    refused,
)

AT = datetime(2026, 3, 1, 7, 0, 0, 123456, tzinfo=UTC)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
CARD = replace(NOTE, link=URL, title="The bridge", description="It is open.", created_at=AT)
THUMBNAIL = Picture(b"\xff\xd8 thumbnail", "image/jpeg", "A bridge")
RENEWED = f"{XRPC}server.refreshSession"


def features(note: Note, network: BlueskyServer, channel: Bluesky) -> list[tuple[str, Any]]:
    """What is marked in the record of a note: the marked bytes, and as what."""
    channel.send(note, KEY)
    value = network.record()["value"]
    text = value["text"].encode()
    return [
        (
            text[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(),
            next(value for name, value in facet["features"][0].items() if name != "$type"),
        )
        for facet in value.get("facets", ())
    ]


class TestBluesky(PicturesSuite, ChangesSuite):
    adapter = Bluesky
    server = BlueskyServer

    def message(self) -> Note:
        return replace(super().message(), created_at=AT)

    def build(self, network: Network, **options: Any) -> Bluesky:
        channel = super().build(network, **options)
        assert isinstance(channel, Bluesky)
        return channel

    def test_what_is_posted(self, network: BlueskyServer, channel: Bluesky) -> None:
        receipt = send_whole(channel, CARD, KEY)
        key = record_key(KEY, AT)
        wish = network.requests[-1].json
        assert wish["repo"] == DID and wish["rkey"] == key and wish["swapRecord"] is None
        words = "The bridge is open & safe <again>.\n\n"
        label = "gazette.example/articles/bri…"
        start = len(words)
        assert wish["record"] == {
            "$type": "app.bsky.feed.post",
            "text": f"{words}{label}\n#bridge",
            "createdAt": "2026-03-01T07:00:00.123Z",
            "langs": ["en"],
            "facets": [
                {
                    "index": {"byteStart": start, "byteEnd": start + len(label.encode())},
                    "features": [{"$type": "app.bsky.richtext.facet#link", "uri": URL}],
                },
                {
                    "index": {
                        "byteStart": start + len(label.encode()) + 1,
                        "byteEnd": start + len(label.encode()) + 8,
                    },
                    "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "bridge"}],
                },
            ],
            "embed": {
                "$type": "app.bsky.embed.external",
                "external": {"uri": URL, "title": "The bridge", "description": "It is open."},
            },
        }
        uri = f"at://{DID}/app.bsky.feed.post/{key}"
        assert receipt.remote_id == uri and receipt.handle == {"cid": network.record()["cid"]}
        assert receipt.remote_url == f"https://bsky.app/profile/{DID}/post/{key}"

    def test_a_card_has_the_posts_picture(self, network: BlueskyServer, channel: Bluesky) -> None:
        channel.send(replace(CARD, thumbnail=THUMBNAIL), KEY)
        external = network.record()["value"]["embed"]["external"]
        assert external["thumb"]["size"] == len(THUMBNAIL.content)
        assert external["thumb"]["mimeType"] == "image/jpeg"
        assert network.media[0]["content"] == THUMBNAIL.content

    def test_a_picture_takes_the_place_of_the_card(self, network: BlueskyServer) -> None:
        picture = replace(PICTURE, width=640, height=480)
        note = replace(CARD, picture=picture, thumbnail=THUMBNAIL)
        self.build(network, pictures=True).send(note, KEY)
        embed = network.record()["value"]["embed"]
        assert embed["$type"] == "app.bsky.embed.images"
        [image] = embed["images"]
        assert image["alt"] == "A bridge in fog" and len(network.media) == 1
        assert image["aspectRatio"] == {"width": 640, "height": 480}

    @pytest.mark.parametrize("pictures", [True, False])
    def test_what_is_refused_with_its_record_is_left_out(
        self,
        network: BlueskyServer,
        pictures: bool,  # noqa: FBT001 - a table
    ) -> None:
        large = Picture(b"\x89PNG" + b"x" * 2_000_001, "image/png", "")
        note = replace(CARD, picture=large if pictures else None, thumbnail=large)
        receipt = send_whole(self.build(network, pictures=pictures, timeout=5), note, KEY)
        assert "without its picture" in receipt.remark and "too big" in receipt.remark
        embed = network.record()["value"]["embed"]
        assert "thumb" not in embed["external"] and network.arrived == 1

    def test_the_server_says_what_a_picture_is(self, network: BlueskyServer) -> None:
        odd = Picture(b"GIF89a", "image/png", "")
        note = replace(NOTE, picture=odd)
        assert not send_whole(self.build(network, pictures=True), note, KEY).remark
        assert network.record()["value"]["embed"]["images"][0]["image"]["mimeType"] == "image/gif"

    def test_a_picture_that_nobody_showed_for_long_goes_up_again(
        self, network: BlueskyServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel = self.build(network, pictures=True)
        network.replies[network.publishes] = Reply(503, b"")
        with pytest.raises(Unavailable):
            channel.send(WITH_PICTURE, KEY)
        network.replies.clear()
        network.media.clear()
        monkeypatch.setattr("publisher.adapters.bluesky.UNUSED_BLOBS_LIVE", 0.0)
        assert not send_whole(channel, WITH_PICTURE, KEY).remark
        assert len(network.media) == 1

    def test_its_limits(self, network: BlueskyServer) -> None:
        limits = self.build(network, pictures=True, picture_bytes=900_000).current_limits()
        assert (limits.pictures, limits.picture.size) == (1, 900_000)
        assert limits.thumbnail is not None and limits.thumbnail.size == 1_000_000
        assert not limits.excess("👨‍👩‍👧‍👦" * 120)
        assert limits.excess("👨‍👩‍👧‍👦" * 121) == "counts 3025 bytes, 3000 are allowed"
        assert not limits.excess("y" * 270 + " https://gazette.example/" + "z" * 500)
        assert limits.excess("y" * 272 + " https://gazette.example/" + "z" * 500)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Read https://a.example/b.", [("a.example/b", "https://a.example/b")]),
            ("(https://a.example/x_(y))", [("a.example/x_(y)", "https://a.example/x_(y)")]),
            ("日本 https://a.example 🎉", [("a.example", "https://a.example")]),
            (
                "https://a.example/ https://b.example?q=1",
                [("a.example", "https://a.example/"), ("b.example?q=1", "https://b.example?q=1")],
            ),
            ("HTTPS://A.example/x", [("A.example/x", "HTTPS://A.example/x")]),
            ("https://u:p@a.example/x", [("a.example/x", "https://u:p@a.example/x")]),
            ("https:///x http:// https://… https://[", []),
            (
                "#One #two, #3rd (#no) a#b #2026 #🎉!",
                [("#One", "One"), ("#two", "two"), ("#3rd", "3rd"), ("#🎉", "🎉")],
            ),
            ("#" + "x" * 65 + " #" + "y" * 64, [("#" + "y" * 64, "y" * 64)]),
            ("# #, ## #7? #\ufe0f\u20e3x #\u200bx", []),
            (
                "##x #a#b, ＃#\ufe0f\u20e3c #d\u200be #\u0667",  # noqa: RUF001 - another way to write #
                [
                    ("##x", "#x"),
                    ("#a#b", "a#b"),
                    ("＃#\ufe0f\u20e3c", "#\ufe0f\u20e3c"),  # noqa: RUF001
                    ("#d", "d"),
                    ("#\u0667", "\u0667"),
                ],
            ),
            (
                "$GZT, ($gzt9) $a.",
                [("$GZT", "$GZT"), ("$gzt9", "$GZT9"), ("$a", "$A")],
            ),
            ("$5 $GAZETTE a$GZT $ GZT $\u2060GZT $GZT…", []),
            (
                "news.example.com, (example.com/a_(b)?c=d#e) readme.md: example.com:80/",
                [
                    ("news.example.com", "https://news.example.com"),
                    ("example.com/a_(b)?c=d#e", "https://example.com/a_(b)?c=d#e"),
                    ("readme.md", "https://readme.md"),
                    ("example.com:80/", "https://example.com:80/"),
                ],
            ),
            ("e.g. e.g./a picture.jpg example.com.jpg/a ASP.NET 3.com a..com example.com橋", []),
            (
                "Für @ann.example, @bob.example und ann@mail.example",
                [("@ann.example", "did:plc:ann")],
            ),
            ("@\u2060ann.example @ann @ann@ann.example .@ann.example", []),
            ("(@Ann.Example)", [("@Ann.Example", "did:plc:ann")]),
        ],
    )
    def test_what_is_marked(
        self,
        network: BlueskyServer,
        channel: Bluesky,
        text: str,
        expected: list[tuple[str, str]],
    ) -> None:
        network.handles["ann.example"] = "did:plc:ann"
        assert features(Note(text), network, channel) == expected

    def test_a_link_that_ends_with_a_stop_is_whole(
        self, network: BlueskyServer, channel: Bluesky
    ) -> None:
        url = "https://gazette.example/why?"
        note = Note(f"Read {url}. And https://gazette.example/why? too", url=url)
        assert [each for _, each in features(note, network, channel)] == [url, url]

    def test_few_are_asked_for(self, network: BlueskyServer, channel: Bluesky) -> None:
        text = " ".join(f"@a{number}.example" for number in range(15))
        channel.send(Note(text), KEY)
        assert sum("resolveHandle" in request.path for request in network.requests) == 5

    @pytest.mark.parametrize(
        "answer", [Reply(502, b"<html>"), Reply(200, {"did": "x"}), Reply(200, [])]
    )
    def test_a_mention_that_cannot_be_resolved_is_text(
        self, network: BlueskyServer, channel: Bluesky, answer: Reply
    ) -> None:
        network.replies[f"{XRPC}identity.resolveHandle"] = answer
        assert features(Note("Hello @ann.example"), network, channel) == []

    @pytest.mark.parametrize(
        ("language", "langs"),
        [
            ("en", ["en"]),
            ("pt_BR", ["pt-BR"]),
            ("zh-Hans", ["zh-Hans"]),
            ("English!", None),
            ("", None),
        ],
    )
    def test_languages(
        self, network: BlueskyServer, channel: Bluesky, language: str, langs: list[str] | None
    ) -> None:
        channel.send(Note("Hello", language=language), KEY)
        assert network.record()["value"].get("langs") == langs

    def test_an_unpaired_surrogate_is_replaced(
        self, network: BlueskyServer, channel: Bluesky
    ) -> None:
        channel.send(Note("a\ud800b"), KEY)
        assert network.record()["value"]["text"] == "a?b"

    @pytest.mark.parametrize(
        "options",
        [
            {"handle": "gazette"},
            {"handle": "a b.example"},
            {"handle": "me@mail.example"},
            {"handle": "x" * 300 + ".example"},
            {"app_password": ""},
            {"picture_bytes": 5},
            {"base_url": "http://bsky.social"},
        ],
    )
    def test_wrong_options(self, network: BlueskyServer, options: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            self.build(network, **options)

    @pytest.mark.parametrize("handle", [f"@{HANDLE.upper()}", f" {HANDLE}"])
    def test_a_handle_as_people_write_it(self, network: BlueskyServer, handle: str) -> None:
        assert self.build(network, handle=handle).check().account == f"@{HANDLE}"
        assert self.build(network, handle=DID).options.handle == DID


class TestOnce:
    """A note is posted once, whatever the network answers."""

    def test_a_repeat_with_other_content_is_the_first_note(
        self, network: BlueskyServer, channel: Bluesky
    ) -> None:
        first = channel.send(CARD, KEY)
        again = channel.send(replace(CARD, title="Changed"), KEY)
        assert again == first and network.arrived == 1
        assert network.record()["value"]["embed"]["external"]["title"] == "The bridge"

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(200, b""),
            Reply(200, {"uri": "at://did:plc:x/app.bsky.feed.post/3k", "cid": "b"}),
            Reply(200, {"uri": 5, "cid": "b"}),
            Reply(200, {"uri": f"at://{DID}/app.bsky.feed.post/3jzfcijpj2z2a"}),
            Reply(200, []),
            Reply(204, b""),
            Reply(502, b"<html>"),
            Reply(500, {"error": "InternalServerError"}),
        ],
    )
    def test_an_unreadable_success_is_found(
        self, network: BlueskyServer, channel: Bluesky, reply: Reply
    ) -> None:
        network.garbled = reply
        network.behave(Behaviour.GARBLES)
        with pytest.raises(OutcomeUnknown):
            channel.send(CARD, KEY)
        network.behave(Behaviour.WORKS)
        found = channel.find(KEY, CARD, SINCE)
        assert found is not None and channel.send(CARD, KEY) == found
        assert network.arrived == 1

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(503, b""),
            refused(400, "RecordNotFound"),
            refused(401, "AccountTakedown"),
            Reply(200, b"<html>"),
        ],
    )
    def test_what_is_there_but_not_shown_is_unknown(
        self, network: BlueskyServer, channel: Bluesky, reply: Reply
    ) -> None:
        channel.send(CARD, KEY)
        network.replies[f"{XRPC}repo.getRecord"] = reply
        with pytest.raises(OutcomeUnknown):
            channel.send(replace(CARD, title="Changed"), KEY)

    @pytest.mark.parametrize(
        "reply",
        [Reply(200, b"<html>"), Reply(200, {}), Reply(404, b""), refused(400, "RepoNotFound")],
    )
    def test_an_unclear_answer_is_none(
        self, network: BlueskyServer, channel: Bluesky, reply: Reply
    ) -> None:
        network.replies[f"{XRPC}repo.getRecord"] = reply
        with pytest.raises((Unavailable, Rejected)):
            channel.find(KEY, CARD, SINCE)

    def test_it_is_deleted(self, network: BlueskyServer, channel: Bluesky) -> None:
        receipt = send_whole(channel, CARD, KEY)
        channel.delete(receipt)
        channel.delete(receipt)
        assert network.arrived == 0
        for foreign in ("at://did:plc:other/app.bsky.feed.post/3jzfcijpj2z2a", "12", ""):
            with pytest.raises(Rejected, match="no post of this account"):
                channel.delete(Receipt(foreign))


class TestSession:
    """One session for all processes: opened seldom, renewed in time."""

    def test_it_is_opened_once(self, network: BlueskyServer, channel: Bluesky) -> None:
        channel.send(CARD, KEY)
        suite = TestBluesky()
        suite.build(network).send(Note("Other"), OTHER_KEY)
        assert (network.logins, network.refreshes) == (1, 0)

    def test_other_options_open_another(self, network: BlueskyServer, channel: Bluesky) -> None:
        channel.send(CARD, KEY)
        network.password = "wxyz-wxyz-wxyz-wxyz"
        TestBluesky().build(network, app_password=network.password).send(Note("Other"), OTHER_KEY)
        assert network.logins == 2

    def test_it_is_renewed_before_it_ends(self, network: BlueskyServer, channel: Bluesky) -> None:
        channel.send(CARD, KEY)
        for minutes, refreshes in ((100, 0), (109, 1)):
            with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
                channel.refresh()
                assert (network.logins, network.refreshes) == (1, refreshes)

    def test_a_good_one_serves_while_none_can_be_had(
        self, network: BlueskyServer, channel: Bluesky
    ) -> None:
        channel.send(CARD, KEY)
        network.replies[RENEWED] = Reply(503, b"")
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=115), tick=True):
            channel.send(Note("Other"), OTHER_KEY)
        assert network.arrived == 2

    def test_an_ended_one_does_not(self, network: BlueskyServer, channel: Bluesky) -> None:
        network.life = timedelta(minutes=-5)
        channel._sessions.current()
        network.replies[RENEWED] = Reply(503, b"")
        with pytest.raises(Unavailable):
            channel.send(CARD, KEY)
        assert network.attempts == 0

    @pytest.mark.parametrize("revoked", [True, False])
    def test_an_ended_token_is_renewed_within_the_attempt(
        self,
        network: BlueskyServer,
        channel: Bluesky,
        revoked: bool,  # noqa: FBT001 - a table
    ) -> None:
        channel.send(CARD, KEY)
        network.end_tokens(all_of_them=revoked)
        assert send_whole(channel, Note("Other"), OTHER_KEY).remote_id
        assert network.arrived == 2 and network.logins == 1 + revoked

    def test_a_new_token_that_is_refused_is_the_accounts(
        self, network: BlueskyServer, channel: Bluesky
    ) -> None:
        network.replies[network.publishes] = refused(400, "InvalidToken", "Malformed token")
        with pytest.raises(AuthExpired, match="InvalidToken"):
            channel.send(CARD, KEY)
        assert network.attempts == 2 and network.arrived == 0

    @pytest.mark.parametrize("status", ["takedown", "deactivated", "suspended"])
    def test_an_account_that_may_not_post(
        self, network: BlueskyServer, channel: Bluesky, status: str
    ) -> None:
        channel.check()
        network.status = status
        for attempt in (lambda: channel.send(CARD, KEY), channel.check):
            with pytest.raises(AuthExpired, match=r"see to the account.*publish resume example"):
                attempt()
        assert network.arrived == 0

    def test_an_account_that_is_not_active_opens_no_session(
        self, network: BlueskyServer, channel: Bluesky
    ) -> None:
        network.status = "deactivated"
        with pytest.raises(AuthExpired, match="not active"):
            channel.send(CARD, KEY)

    @pytest.mark.parametrize(
        ("reply", "words"),
        [
            (
                refused(401, "AuthenticationRequired", "Invalid identifier"),
                "make a new app password",
            ),
            (refused(401, "AuthFactorTokenRequired", "A code was sent"), "use an app password"),
            (refused(401, "AccountTakedown", "Taken down"), "see to the account"),
        ],
    )
    def test_what_a_person_must_do(
        self, network: BlueskyServer, channel: Bluesky, reply: Reply, words: str
    ) -> None:
        network.replies[f"{XRPC}server.createSession"] = reply
        with pytest.raises(AuthExpired, match=words):
            channel.send(CARD, KEY)

    def test_the_accounts_own_password_is_refused(
        self, network: BlueskyServer, channel: Bluesky
    ) -> None:
        network.scope = WHOLE_ACCOUNT
        with pytest.raises(AuthExpired, match="make an app password"):
            channel.send(CARD, KEY)
        assert network.arrived == 0

    def test_too_many_logins_pause(self, network: BlueskyServer, channel: Bluesky) -> None:
        network.replies[f"{XRPC}server.createSession"] = network.limited
        with pytest.raises(RateLimited) as caught:
            channel.send(CARD, KEY)
        assert caught.value.retry_at is not None

    @pytest.mark.parametrize(
        "content",
        [b"<html>", {}, [], {"did": DID, "accessJwt": "a b", "refreshJwt": "c"}, {"did": 5}],
    )
    def test_a_session_that_cannot_be_read(
        self, network: BlueskyServer, channel: Bluesky, content: object
    ) -> None:
        network.replies[f"{XRPC}server.createSession"] = Reply(200, content)
        with pytest.raises(Unavailable, match="base_url"):
            channel.send(CARD, KEY)

    @pytest.mark.parametrize("access", ["opaque", "a.b.c", "a.W10.c", "a.eyJleHAiOjFlOTl9.c"])
    def test_a_token_that_does_not_say_when_it_ends(
        self, network: BlueskyServer, channel: Bluesky, access: str
    ) -> None:
        network.access.add(access)
        content = {"did": DID, "accessJwt": access, "refreshJwt": "r"}
        network.replies[f"{XRPC}server.createSession"] = Reply(200, content)
        assert send_whole(channel, CARD, KEY).remote_id

    def test_an_echoed_token_shows_nowhere(self, network: BlueskyServer, channel: Bluesky) -> None:
        channel.check()
        for secret in network.known:
            network.replies[network.publishes] = refused(400, "InvalidRequest", f"bad {secret}")
            with pytest.raises(Rejected, match=r"bad \*\*\*"):
                channel.send(CARD, KEY)

    def test_four_at_once_share_it(self, network: BlueskyServer, channel: Bluesky) -> None:
        channel.check()
        threads = [
            threading.Thread(target=channel.send, args=(Note(f"Note {number}"), f"{number:032x}"))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (network.arrived, network.logins) == (4, 1)


@pytest.fixture
def network() -> Any:
    with BlueskyServer() as server:
        yield server


@pytest.fixture
def channel(network: BlueskyServer) -> Bluesky:
    return TestBluesky().build(network)


def test_a_record_key_is_a_tid_of_its_own() -> None:
    keys = {record_key(f"{number:032x}", AT) for number in range(2000)}
    assert len(keys) == 2000 and all(len(key) == 13 for key in keys)
    assert all(key.startswith("3") for key in keys)
    later = record_key(KEY, AT + timedelta(seconds=1))
    assert max(keys) < max(later, record_key(KEY, AT + timedelta(seconds=2)))
    assert record_key(KEY, None) == record_key(KEY, None) != record_key(OTHER_KEY, None)


def test_hostile_texts_take_no_time() -> None:
    for text in ("https://a.b/" + "(" * 50_000 + ")" * 50_000, "#" * 100_000, "@a." * 50_000):
        assert marked(text, (), lambda _: "").text and shown(text)
