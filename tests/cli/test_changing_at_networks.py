"""`publish edit` and `publish undo` at each network that can do it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from publisher.model.deliveries import State
from publisher.testing.servers import Reply
from tests.adapters import discord_server, slack_server
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.matrix_server import MatrixServer
from tests.adapters.matrix_server import no as matrix_no
from tests.adapters.telegram_server import TOKEN, TelegramServer
from tests.adapters.telegram_server import no as telegram_no
from tests.cli.conftest import Terminal

AT = "2026-07-05T12:00"
NETWORKS: dict[str, Any] = {
    "mastodon": MastodonServer,
    "discord": discord_server.DiscordServer,
    "discord-bot": discord_server.BotServer,
    "telegram": TelegramServer,
    "slack": slack_server.BotServer,
    "matrix": MatrixServer,
}
WINDOW_CLOSED = {
    "mastodon": Reply(403, {"error": "This action is not allowed"}),
    "discord": Reply(403, {"message": "Cannot edit this message", "code": 50005}),
    "discord-bot": Reply(403, {"message": "Cannot edit this message", "code": 50005}),
    "telegram": telegram_no(400, "Bad Request: message can't be edited"),
    "slack": slack_server.no("edit_window_closed"),
    "matrix": matrix_no(403, "M_FORBIDDEN", "You cannot edit this"),
}


class Posted(NamedTuple):
    """A site whose note stands at a network."""

    site: Terminal
    network: Any
    name: str

    def refusing(self, reply: Reply) -> None:
        """From now on, the network answers so to whatever changes something."""
        answer = self.network.answer

        def refuse(request: Any) -> Reply:
            changes = request.method in {"PUT", "PATCH", "DELETE"}
            named = any(word in request.path for word in ("edit", "delete", "chat.update"))
            return reply if changes or named else answer(request)

        self.network.answer = refuse


def shown(network: Any) -> str:
    [text] = getattr(network, "shown", None) or [each["content"] for each in network.statuses]
    return str(text)


@pytest.fixture(params=NETWORKS)
def posted(request: pytest.FixtureRequest, site: Terminal) -> Iterator[Posted]:
    name = request.param
    with NETWORKS[name]() as network:
        channel = {"adapter": name.partition("-")[0], **network.options}
        site.configure(
            {"there": channel},
            newsletters={},
            announcements={"social": {"channels": ["there"], "pick": "latest"}},
            syndication={"file": "data/links.json"},
        )
        site.post("harbour.md", "title: Harbor opens", "date: 2026-07-05 06:00")
        site.publish("now", "social", "--at", AT)
        yield Posted(site, network, name)


def test_other_words_stand_in_the_same_place(posted: Posted) -> None:
    site, network, _ = posted
    site.post("harbour.md", "title: Harbour opens", "date: 2026-07-05 06:00")
    [before] = site.json("queue", "show", "1")
    told = site.publish("edit", "1", "--yes")
    assert "- Harbor opens" in told and "1 there: changed" in told
    assert "harbour-opens" in shown(network)
    assert (network.attempts, network.arrived) == (1, 1)
    [after] = site.json("queue", "show", "1")
    assert after == before
    assert "there is nothing to change" in site.refused("edit", "1", "--yes")


def test_what_is_too_long_is_asked_of_nobody(posted: Posted) -> None:
    site, network, _ = posted
    before = len(network.requests)
    told = site.refused("edit", "1", "--yes", "--text", "long " * 2000)
    assert "1: the text counts " in told and "make it shorter" in told
    assert all(request.method == "GET" for request in network.requests[before:])


def test_an_edit_that_is_refused_changes_nothing(posted: Posted) -> None:
    site = posted.site
    posted.refusing(WINDOW_CLOSED[posted.name])
    done = site.run("edit", "1", "--yes", "--text", "Other words")
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("1 there: 127.0.0.1:")
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    again = site.run("edit", "1", "--yes", "--text", "Other words")
    assert "nothing to change" not in again.stderr
    assert not any(each["paused"] for each in site.json("status")[0]["channels"].values())


@pytest.mark.parametrize("command", [["undo", "1"], ["edit", "1", "--yes", "--text", "Other"]])
def test_an_account_that_is_refused_pauses_nothing_and_no_pause_is_named(
    posted: Posted, command: list[str]
) -> None:
    posted.refusing(Reply(403, {"error": "Your login is currently disabled"}))
    told = posted.site.run(*command).stderr
    assert told.startswith("1 there: 127.0.0.1:") and "publish resume" not in told
    if posted.name == "mastodon":
        assert "fix the account or its secret, then repeat this command" in told


def test_undo_without_rights_leaves_it_there(posted: Posted) -> None:
    site = posted.site
    posted.refusing(WINDOW_CLOSED[posted.name])
    told = site.refused("undo", "1", code=1)
    assert told.startswith("1 there: 127.0.0.1:")
    assert len(told.strip().splitlines()) == 1, told
    assert posted.network.arrived == 1
    assert site.json("queue", "show", "1")[0]["undone_at"] is None


def test_what_its_network_has_deleted_is_deleted(posted: Posted) -> None:
    site = posted.site
    site.publish("undo", "1")
    assert posted.network.arrived == 0
    assert (site.folder / "data" / "links.json").read_text("utf-8") == "{}\n"
    assert "1: it was deleted already" in site.refused("undo", "1", code=1)


@pytest.mark.parametrize("command", ["edit", "undo"])
def test_what_nobody_knows_the_outcome_of_is_resolved_first(posted: Posted, command: str) -> None:
    posted.site.make(State.UNKNOWN, 1)
    told = posted.site.run(command, "1").stderr
    assert "1: it is unknown, not sent" in told and "publish resolve 1" in told


@pytest.fixture
def telegram(site: Terminal) -> Iterator[Posted]:
    with TelegramServer() as network:
        announcements = {"social": {"channels": ["there"], "as": "digest"}}
        channel = {"adapter": "telegram", **network.options}
        site.configure({"there": channel}, newsletters={}, announcements=announcements)
        site.post("harbour.md", "title: Harbor opens", "date: 2026-07-05 06:00")
        site.publish("now", "social", "--at", AT)
        yield Posted(site, network, "telegram")


def test_a_digest_is_edited_and_undone(telegram: Posted) -> None:
    site, network, _ = telegram
    assert "a digest can only be changed by --text" in site.refused("edit", "1", "--yes")
    site.publish("edit", "1", "--yes", "--text", "Today: nothing")
    assert network.shown == ["Today: nothing"]
    site.publish("undo", "1")
    assert network.arrived == 0


def test_each_of_several_is_undone_by_itself(telegram: Posted) -> None:
    site, network, _ = telegram
    site.post("mill.md", "title: A mill turns", "date: 2026-07-05 12:30")
    post = ("--post", "source/_posts/mill.md")
    site.publish("now", "social", *post, "--at", "2026-07-05T13:00")
    site.publish("undo", "1")
    done = site.run("undo", "1", "2")
    assert done.returncode == 1 and done.stderr == "1: it was deleted already\n"
    assert "2 there digest: deleted" in done.stdout and network.arrived == 0
    assert "99" in site.refused("undo", "99")


def test_an_answer_that_was_lost_may_be_asked_for_again(telegram: Posted) -> None:
    site, network, _ = telegram
    path = f"/bot{TOKEN}/editMessageText"
    network.replies[path] = Reply(500, b"")
    told = site.run("edit", "1", "--yes", "--text", "Today: nothing").stderr
    assert told.endswith("it may be done; the same command again does no harm\n")
    del network.replies[path]
    site.publish("edit", "1", "--yes", "--text", "Today: nothing")
    assert network.shown == ["Today: nothing"]
