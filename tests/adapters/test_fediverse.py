"""Servers that speak Mastodon's API and keep rules of their own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from publisher.adapters.http.fediverse.software import software_of
from publisher.adapters.mastodon import Mastodon, MastodonSettings
from publisher.errors import AuthExpired, OutcomeUnknown, Rejected, Unavailable
from publisher.model.messages import Note
from publisher.model.posts import Post
from publisher.rendering.brand import Site
from publisher.rendering.note import NoteStyle, render_note
from publisher.rendering.templates import Templates
from publisher.testing import KEY, NOTE, Behaviour
from publisher.testing.servers import Reply
from tests.adapters.fediverse_servers import ForgetfulServer, GoToSocialServer, TakaheServer

OTHERS = [GoToSocialServer, TakaheServer]
LONG_LINK = "https://gazette.example/articles/" + "the-bridge-is-open-" * 4


@pytest.fixture(params=OTHERS)
def network(request: pytest.FixtureRequest) -> Iterator[ForgetfulServer]:
    with request.param() as network:
        yield network


@pytest.fixture
def channel(network: ForgetfulServer) -> Mastodon:
    return Mastodon(MastodonSettings.model_validate(network.options), name="example")


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG_LINK} {'word ' * 200}",
        "@ann@social.example " * 60,
        "👨‍👩‍👧‍👦 " * 200,
        "é\u0301日" * 300,
    ],
)
def test_what_fits_is_taken(channel: Mastodon, text: str) -> None:
    limits, style = channel.current_limits(), NoteStyle(content_warning="A warning")
    post = Post("a.md", LONG_LINK, "Title", text)
    note = render_note(Templates(None), Site("Gazette", LONG_LINK), post, limits, style)
    assert channel.send(note, KEY).remote_id  # type: ignore[union-attr] # no picture, one step
    assert limits.length - 30 < limits.length_of(note.text, note.content_warning)


def test_one_character_too_many_is_told_before(network: ForgetfulServer, channel: Mastodon) -> None:
    fits = Note(text=LONG_LINK + "y" * (500 - len(LONG_LINK)))
    limits = channel.current_limits()
    assert not limits.excess(fits.text) and limits.excess(f"{fits.text}y")
    channel.send(fits, KEY)
    with pytest.raises(Rejected, match=network.too_long[:10]):
        channel.send(replace(fits, text=f"{fits.text}y"), KEY)


def test_a_key_that_is_forgotten_is_not_relied_on(
    network: ForgetfulServer, channel: Mastodon
) -> None:
    assert channel.repeatable_for == timedelta(0)
    begun = datetime.now(UTC)
    network.behave(Behaviour.CUTS)
    with pytest.raises(OutcomeUnknown):
        channel.send(NOTE, KEY)
    network.behave(Behaviour.WORKS)
    assert channel.find(KEY, NOTE, begun)


def test_a_language_that_a_server_does_not_know_stops_no_note(
    network: ForgetfulServer, channel: Mastodon
) -> None:
    receipt = channel.send(replace(NOTE, language="jp"), KEY)
    channel.edit(receipt, replace(NOTE, text="Mended", language="jp"))  # type: ignore[arg-type] # one step
    assert network.arrived == 1 and "Mended" in network.statuses[0]["content"]
    assert network.requests[-1].json["sensitive"] is False


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_a_server_does_not_list_is_not_surely_missing(
    network: ForgetfulServer, visibility: str
) -> None:
    options = {**network.options, "visibility": visibility}
    channel = Mastodon(MastodonSettings.model_validate(options), name="example")
    begun = datetime.now(UTC)
    receipt = channel.send(NOTE, KEY)
    if isinstance(network, GoToSocialServer):
        assert channel.find(KEY, NOTE, begun) == receipt
        return
    with pytest.raises(Unavailable, match=f"does not list {visibility} notes"):
        channel.find(KEY, NOTE, begun)


def test_a_change_keeps_what_is_hidden_hidden(network: ForgetfulServer, channel: Mastodon) -> None:
    receipt = channel.send(replace(NOTE, content_warning="Spoiler"), KEY)
    network.statuses[0]["sensitive"] = True
    channel.edit(receipt, replace(NOTE, text="Mended", content_warning="Spoiler"))  # type: ignore[arg-type] # one step
    assert network.statuses[0]["sensitive"] is True


def test_a_dead_token_pauses_the_channel(network: ForgetfulServer, channel: Mastodon) -> None:
    network.oauth.good.clear()
    with pytest.raises(AuthExpired, match="publish resume example"):
        channel.send(NOTE, KEY)


@pytest.mark.parametrize(
    "words", ["token has insufficient scope permission", "out_of_scope_for_token"]
)
def test_a_token_that_may_not_post_pauses_the_channel(
    network: ForgetfulServer, channel: Mastodon, words: str
) -> None:
    network.replies[network.publishes] = Reply(403, {"error": f"Forbidden: {words}"})
    with pytest.raises(AuthExpired, match=words):
        channel.send(NOTE, KEY)


def test_check_passes_where_the_scopes_are_not_told(channel: Mastodon) -> None:
    assert channel.check().account.startswith("@gazette")


@pytest.mark.parametrize(
    ("instance", "remembers", "counted"),
    [
        ({"version": "4.5.0"}, 50, 23),
        ({"version": "4.4.0-alpha.1+glitch"}, 50, 23),
        ({"version": "3.5.3+0.20.0", "source_url": GoToSocialServer.source}, 0, 24),
        ({"version": "2.7.2 (compatible; Pleroma 2.9.0)"}, 50, 24),
        ({"version": "2.8.0 (compatible; Sharkey 2025.2)"}, 0, 24),
        ({"version": "0.1.0"}, 0, 24),
        ({"version": 4}, 0, 23),
        (None, 0, 23),
    ],
)
def test_what_a_server_says_it_is(instance: object, remembers: int, counted: int) -> None:
    software = software_of(instance)
    assert software.remembers == timedelta(minutes=remembers)
    assert (software.whole or (lambda _: 23))("https://gazette.example/") == counted
