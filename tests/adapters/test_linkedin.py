"""LinkedIn: texts arrive whole, copies tell of their original, the token says when it ends."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from publisher.adapters.linkedin import LinkedIn, LinkedInSettings, count, little_text, plain_text
from publisher.errors import AuthExpired, DeliveryError, OutcomeUnknown, RateLimited, Rejected
from publisher.model.credentials import CredentialStore
from publisher.model.messages import Note
from publisher.testing import (
    KEY,
    NOTE,
    OTHER_KEY,
    PICTURE,
    URL,
    USUAL,
    WITH_PICTURE,
    Behaviour,
    ChangesSuite,
    Kept,
    OwnNotesSuite,
    PicturesSuite,
)
from publisher.testing.servers import Reply
from tests.adapters.linkedin_server import (
    PAGE,
    RESERVED,
    ConnectedLinkedIn,
    LinkedInServer,
    MemberServer,
    shown_of,
)

CARD = replace(NOTE, title="The bridge", description="At last (after 2 years).", link=URL)
NO_BODY = Reply(201, b"")
# its answers have no body that could be cut, and what has no moment ends with the day
BEHAVIOURS = USUAL - {Behaviour.CUTS, Behaviour.LIMITS_MUTELY}


class TestOrganisation(PicturesSuite, OwnNotesSuite, ChangesSuite):
    adapter = LinkedIn
    server = LinkedInServer
    behaviours = BEHAVIOURS
    garbled = (
        NO_BODY,
        Reply(201, b"<html>"),
        Reply(201, b"", {"x-restli-id": "urn:li:person:1"}),
        Reply(201, b"", {"x-restli-id": "x"}),
        Reply(502, b"<html>"),
    )
    unreadable: ClassVar[Sequence[object]] = ([], {}, {"elements": {}}, "text", None)
    odd: ClassVar[Sequence[object]] = (
        {"elements": []},
        {"elements": [None, 7, [], {}, {"commentary": 7}, {"content": {"article": []}}]},
    )
    test_who_we_are_is_asked_once = None  # type: ignore[assignment] # `author` says it
    test_a_failure_before_acting_leaves_nothing = None  # type: ignore[assignment] # one path for both

    def test_check_tells_who_posts(self, channel: LinkedIn) -> None:
        assert channel.check().account == PAGE

    def test_a_picture_goes_with_its_words(self, network: LinkedInServer) -> None:
        self.with_pictures(network).send(WITH_PICTURE, KEY)
        assert network.media == [PICTURE.content]
        image = {"id": "urn:li:image:C0", "altText": PICTURE.alt}
        assert network.posts[0]["content"] == {"media": image}


class TestMember(PicturesSuite):
    adapter = LinkedIn
    server = MemberServer
    behaviours = BEHAVIOURS
    test_a_lost_answer_is_found = None  # type: ignore[assignment] # told by the copy, see below
    test_what_was_never_sent_is_not_found = None  # type: ignore[assignment]

    def test_a_lost_answer_is_told_by_the_copy(
        self, channel: LinkedIn, network: MemberServer, vague: Behaviour
    ) -> None:
        since = datetime.now(UTC)
        self.provoke(channel, network, vague)
        network.behave(Behaviour.WORKS)
        assert channel.find(KEY, self.message(), since) is None
        with pytest.raises(Rejected, match=r"it is at https://www\.linkedin\.com/feed/update/urn"):
            channel.send(self.message(), KEY)
        found = channel.find(KEY, self.message(), since)
        assert found is not None and found.remote_id == network.posts[0]["id"]
        assert network.arrived == 1

    def test_a_copy_of_anothers_is_refused_with_its_link(self, channel: LinkedIn) -> None:
        first = channel.send(NOTE, OTHER_KEY)
        with pytest.raises(Rejected, match=re.escape(first.remote_url)):
            channel.send(NOTE, KEY)

    def test_a_copy_with_a_picture_is_not_posted_bare(self, network: MemberServer) -> None:
        channel = self.with_pictures(network)
        channel.send(WITH_PICTURE, KEY)
        said = f"Content is a duplicate of {network.posts[0]['id']}"
        network.replies[network.publishes] = Reply(422, {"message": said})
        with pytest.raises(Rejected):
            channel.send(WITH_PICTURE, OTHER_KEY)
        assert network.attempts == 2

    def test_the_card_has_its_picture(self, channel: LinkedIn, network: MemberServer) -> None:
        receipt = channel.send(replace(CARD, thumbnail=PICTURE), KEY)
        article = network.posts[0]["content"]["article"]
        assert article == {
            "source": URL,
            "title": "The bridge",
            "description": "At last (after 2 years).",
            "thumbnail": "urn:li:image:C0",
        }
        assert network.media == [PICTURE.content] and not receipt.remark
        assert receipt.remote_url.startswith("https://www.linkedin.com/feed/update/urn:li:share:")

    def test_a_card_without_its_picture(self, channel: LinkedIn, network: MemberServer) -> None:
        network.replies[network.uploads] = Reply(422, {"message": "no"})
        receipt = channel.send(replace(CARD, thumbnail=PICTURE), KEY)
        assert receipt.remark.startswith("without its card's picture")
        assert "thumbnail" not in network.posts[0]["content"]["article"]

    def test_the_token_goes_nowhere_else(self, network: MemberServer) -> None:
        value = {"uploadUrl": "https://evil.example/up", "image": "urn:li:image:X"}
        network.replies[network.uploads] = Reply(200, {"value": value})
        with pytest.raises(DeliveryError, match="cannot be read"):
            self.with_pictures(network).send(WITH_PICTURE, KEY)

    def test_a_limit_without_a_moment_ends_with_the_day(
        self, channel: LinkedIn, network: MemberServer
    ) -> None:
        network.replies[network.publishes] = Reply(429, {"message": "throttled"})
        with pytest.raises(RateLimited) as caught:
            channel.send(NOTE, KEY)
        until = caught.value.retry_at
        assert until is not None and (until.hour, until.minute) == (0, 1)
        assert timedelta(0) < until - datetime.now(UTC) <= timedelta(hours=24, minutes=1)

    def test_a_month_that_is_over_names_the_option(
        self, channel: LinkedIn, network: MemberServer
    ) -> None:
        network.versions = {"203001"}
        with pytest.raises(AuthExpired, match="set `version`"):
            channel.send(NOTE, KEY)

    def test_a_missing_right_pauses(self, channel: LinkedIn, network: MemberServer) -> None:
        said = {
            "code": "ACCESS_DENIED",
            "message": "Not enough permissions to access: posts.CREATE",
        }
        network.replies[network.publishes] = Reply(403, said)
        with pytest.raises(AuthExpired, match="product or the page role"):
            channel.send(NOTE, KEY)

    @pytest.mark.parametrize(
        "text", [f"We (really) like [{c}] marks {c} to the end" for c in RESERVED]
    )
    def test_every_mark_arrives(self, channel: LinkedIn, network: MemberServer, text: str) -> None:
        channel.send(Note(text=text), KEY)
        assert network.posts[0]["shown"] == text


def test_a_members_name_is_one_line() -> None:
    with MemberServer() as network:
        network.replies["/v2/userinfo"] = Reply(200, {"sub": "1", "name": "Ann\n\x1b[31mGazette"})
        settings = LinkedInSettings.model_validate(network.options)
        standing = LinkedIn(settings, name="linkedin").check()
        assert standing.account == "Ann [31mGazette"


class TestConnected(PicturesSuite):
    adapter = LinkedIn
    server = ConnectedLinkedIn
    behaviours = BEHAVIOURS
    test_a_lost_answer_is_found = None  # type: ignore[assignment]
    test_what_was_never_sent_is_not_found = None  # type: ignore[assignment]

    def store(self, network: Any) -> CredentialStore:
        kept = Kept()
        kept.stored = network.stored
        return kept

    def test_check_tells_all(self, channel: LinkedIn, network: ConnectedLinkedIn) -> None:
        standing = channel.check()
        assert standing.account == "Ann Gazette"
        assert standing.may == ("openid", "profile", "w_member_social")
        assert standing.ends_at is not None
        assert standing.ends_at - datetime.now(UTC) > timedelta(days=59)
        assert channel.expires() == network.stored.ends_at

    def test_a_token_that_was_taken_back(
        self, channel: LinkedIn, network: ConnectedLinkedIn
    ) -> None:
        network.oauth.good.clear()
        with pytest.raises(AuthExpired, match="token is revoked; connect it anew"):
            channel.check()
        with pytest.raises(AuthExpired, match="`publish connect example`"):
            channel.send(NOTE, KEY)

    def test_it_is_not_renewed(self, channel: LinkedIn, network: ConnectedLinkedIn) -> None:
        channel.refresh()
        assert network.oauth.refreshed == 0

    def test_deleted_is_deleted(self, channel: LinkedIn, network: ConnectedLinkedIn) -> None:
        receipt = channel.send(NOTE, KEY)
        channel.delete(receipt)
        channel.delete(receipt)
        assert network.arrived == 0


def test_tags_of_the_note_become_links_and_no_others() -> None:
    sent = little_text("Fog #bridge #bridges #other", ("bridge",))
    assert sent == r"Fog {hashtag|\#|bridge} \#bridges \#other"
    assert plain_text(sent) == "Fog #bridge #bridges #other"


@given(st.text(alphabet=st.sampled_from([*RESERVED, "\\", "a", "é", "😀", " ", "\n"])))
def test_whatever_is_written_is_shown(text: str) -> None:
    tags = re.findall(r"#(\w+)", text)
    for chosen in ((), tags):
        sent = little_text(text, chosen)
        assert shown_of(sent) == text
        assert len(sent.encode("utf-16-le")) // 2 <= count(text)


@pytest.mark.parametrize(
    "options",
    [
        {"author": "urn:li:company:4"},
        {"author": "ann"},
        {"version": "2026"},
        {"version": "202613"},
        {"visibility": "friends"},
        {"client_id": "a b"},
    ],
)
def test_odd_options_are_mistakes(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        LinkedIn.settings.model_validate(options)


def test_a_lost_answer_is_unknown() -> None:
    with MemberServer() as network:
        network.replies[network.publishes] = Reply(500, b"")
        channel = LinkedIn(LinkedIn.settings.model_validate(network.options), name="linkedin")
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
