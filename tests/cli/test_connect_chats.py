"""`publish connect` with pasted secrets: asked for, tried, stored, used, forgotten."""

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from publisher.masking import holds
from publisher.testing.servers import Reply
from tests.adapters import discord_server, matrix_server, slack_server, telegram_server
from tests.cli.conftest import Terminal
from tests.cli.test_connect_bluesky import holders
from tests.cli.test_connected import CONFIG, POSTS, dump

HOOK = "https://hooks.slack.com/services/T024BE7LD/B024BE7LE/another5ecret"
BOT = "MTk4.another-token.y8"


@dataclass
class Way:
    """One way into one network: what is typed, and what of it is secret."""

    site: Terminal
    network: Any
    typed: list[str]
    secret: str
    account: str
    left: str
    monkeypatch: pytest.MonkeyPatch

    def connect(self, *typed: str) -> tuple[int, str]:
        """The exit code, and all that is shown."""
        lines = "\n".join(typed or self.typed)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(f"{lines}\n"))
        done = self.site.run("connect", "social")
        return done.returncode, done.stdout + done.stderr

    def configure(self, old: str, new: str) -> None:
        config = self.site.folder / "config.yaml"
        text = config.read_text()
        assert old in text
        config.write_text(text.replace(old, new))


Make = tuple[Callable[[], Any], str, str, Callable[[Any], list[str]], str, str]

WAYS: dict[str, Make] = {
    "telegram": (
        telegram_server.TelegramServer,
        "telegram",
        ', chat: "@gazette"',
        lambda _: [telegram_server.TOKEN],
        "social is connected as @gazette_bot; it may post in The Gazette",
        "send /revoke to @BotFather",
    ),
    "discord webhook": (
        discord_server.DiscordServer,
        "discord",
        "",
        lambda network: [network.options["webhook"]],
        "social is connected as The Gazette",
        "delete the webhook",
    ),
    "discord bot": (
        discord_server.BotServer,
        "discord",
        ", channel: 42",
        lambda _: [discord_server.BOT_TOKEN],
        "social is connected as gazette in #news; it may View Channel, Send Messages",
        "press Reset Token",
    ),
    "slack webhook": (
        slack_server.SlackServer,
        "slack",
        "",
        lambda network: [network.options["webhook"]],
        "social is connected",
        "remove the webhook",
    ),
    "slack bot": (
        slack_server.BotServer,
        "slack",
        f", channel: {slack_server.CHANNEL}",
        lambda _: [slack_server.TOKEN],
        "social is connected as gazette at The Gazette; it may chat:write",
        "its bot has left all channels",
    ),
    "matrix token": (
        matrix_server.MatrixServer,
        "matrix",
        f', room: "{matrix_server.ROOM}"',
        lambda _: ["token", matrix_server.TOKEN],
        f"social is connected as {matrix_server.ACCOUNT}",
        "sign out its session",
    ),
    "matrix password": (
        matrix_server.MatrixServer,
        "matrix",
        f', room: "{matrix_server.ROOM}"',
        lambda _: ["password", "news", matrix_server.PASSWORD],
        f"social is connected as {matrix_server.ACCOUNT}; its secret does not end",
        "its session at the server is signed out",
    ),
}


@pytest.fixture(params=WAYS)
def way(
    request: pytest.FixtureRequest, site: Terminal, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Way]:
    server, adapter, more, typed, account, left = WAYS[request.param]
    with server() as network:
        base = network.options.get("base_url", network.base_url)
        config = CONFIG.format(adapter=adapter, base=base, more=more)
        (site.folder / "config.yaml").write_text(config)
        lines = typed(network)
        yield Way(site, network, lines, lines[-1], account, left, monkeypatch)


def test_a_whole_life(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that is printed, logged or kept elsewhere holds the secret."""
    caplog.set_level(logging.DEBUG)
    code, shown = way.connect()
    assert code == 0, shown
    assert way.account in shown
    site = way.site
    assert site.run("now", "--post", POSTS[0]).returncode == 0 and way.network.arrived == 1
    seen = [shown]
    for words in (["check"], ["status", "--json"], ["queue", "list", "--json"]):
        done = site.run(*words)
        seen.append(done.stdout + done.stderr)
    done = site.run("connect", "social", "--forget")
    seen.append(done.stdout + done.stderr)
    assert way.left in done.stdout and done.returncode == 0, seen[-1]
    assert site.run("now", "--post", POSTS[1]).returncode == 3
    assert "not connected: `publish connect social`" in site.run("status").stdout
    parts = [way.secret, way.secret.rpartition("/")[2]]
    assert not [part for part in parts if holds("\n".join(seen) + caplog.text, (part,))]
    assert holders(site, way.secret) == []


def test_it_is_kept_in_one_table(way: Way) -> None:
    way.connect()
    way.site.run("now", "--post", POSTS[0])
    kept = way.network.logins[-1] if way.typed[0] == "password" else way.secret
    tables = dump(way.site.folder)
    assert [name for name in tables if kept in tables[name]] == ["credentials"]
    assert way.secret == kept or not [name for name in tables if way.secret in tables[name]]


def test_connecting_anew_lets_it_go_on(way: Way) -> None:
    """What died pauses the channel alone; the new secret resumes it, and what waited goes out."""
    assert way.site.run("now", "--post", POSTS[0]).returncode == 3
    code, shown = way.connect()
    assert code == 0 and "social resumed" in shown
    assert way.site.run("now", "notes").returncode == 0
    assert way.network.arrived >= 1


def test_what_the_network_refuses_is_not_stored(way: Way) -> None:
    wrong = "109876543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" if ":" in way.secret else BOT
    if "://" in way.secret:
        wrong = f"{way.secret[:-5]}wrong"
    code, shown = way.connect(*way.typed[:-1], wrong)
    assert code == 2 and "nothing was stored; try again" in shown, shown
    assert wrong.rpartition("/")[2] not in shown
    assert holders(way.site, wrong) == []


@pytest.mark.parametrize("typed", ["5ecret\tnews", "sécret-5", "5ecret\x00y", "https://["])
def test_what_cannot_be_a_secret_is_not_sent(way: Way, typed: str) -> None:
    if way.typed[0] == "password":
        return  # a password may be anything
    code, shown = way.connect(*way.typed[:-1], typed)
    assert code == 2 and typed not in shown
    sent = [each.path + str(each.headers) + str(each.body) for each in way.network.requests]
    assert not [each for each in sent if "5ecret" in each]


@pytest.mark.parametrize("way", ["telegram"], indirect=True)
def test_a_good_token_is_kept_where_the_bot_may_not_post_yet(way: Way) -> None:
    way.network.member["can_post_messages"] = False
    code, shown = way.connect()
    assert code == 0 and "its secret is good, and stored; put that right" in shown
    assert "may not post in The Gazette: it lacks the right to post messages: switch it on" in shown
    way.network.member["can_post_messages"] = True
    assert way.site.run("check").returncode == 0


@pytest.mark.parametrize("way", ["telegram"], indirect=True)
def test_a_chat_is_found_after_connecting(way: Way) -> None:
    way.configure(', chat: "@gazette"', "")
    way.network.updates = [{"update_id": 1, "my_chat_member": {"chat": telegram_server.CHAT}}]
    code, shown = way.connect()
    line = 'chat: "-1001234567890"'
    assert code == 0 and f"write one of these below channels.social: {line}" in shown
    way.configure("timeout: 2", f"timeout: 2, {line}")
    assert "may post in The Gazette" in way.site.run("check").stderr


@pytest.mark.parametrize(
    ("way", "typed", "hint"),
    [
        ("discord webhook", BOT, "a bot needs `channel` in config.yaml"),
        ("discord bot", HOOK, "a webhook's address, with which no `channel` is set"),
        ("slack webhook", "xoxb-9-9", "a bot needs `channel` in config.yaml"),
        ("slack bot", HOOK, "a webhook's address, with which no `channel` is set"),
        ("slack bot", "xoxp-1-2", "a bot's begins with xoxb-"),
        ("telegram", "110201543", "not the whole token of a bot"),
    ],
    indirect=["way"],
)
def test_the_secret_of_another_way_is_told(way: Way, typed: str, hint: str) -> None:
    code, shown = way.connect(typed)
    assert code == 2 and hint in shown and f"{typed}\n" not in shown


@pytest.mark.parametrize("way", ["discord bot", "slack bot", "telegram"], indirect=True)
def test_a_secret_in_config_comes_first(way: Way) -> None:
    way.configure("timeout: 2", f'timeout: 2, token: "{way.secret}"')
    code, shown = way.connect()
    assert code == 2 and "has a token in config.yaml" in shown and "take the token" in shown


@pytest.mark.parametrize("way", ["discord webhook", "slack webhook"], indirect=True)
def test_a_webhook_in_config_comes_first(way: Way) -> None:
    way.configure("timeout: 2", f"timeout: 2, webhook: {way.secret}")
    code, shown = way.connect()
    assert code == 2 and "has a webhook in config.yaml" in shown and "take the webhook" in shown


@pytest.mark.parametrize("way", ["slack bot", "matrix token"], indirect=True)
def test_forgetting_leaves_the_secret_of_config_alone(way: Way) -> None:
    """What is ended at the network is what was stored, not what is used."""
    way.connect()
    stored, other = way.secret, "xoxb-of-config"
    way.configure("timeout: 2", f"timeout: 2, token: {other}")
    way.site.run("connect", "social", "--forget")
    revoking = [r for r in way.network.requests if r.path.endswith(("auth.revoke", "logout"))]
    assert {each.headers["authorization"] for each in revoking} <= {f"Bearer {stored}"}


@pytest.mark.parametrize("way", ["slack bot"], indirect=True)
def test_forgetting_a_dead_token(way: Way) -> None:
    way.connect()
    way.network.token = "another"
    done = way.site.run("connect", "social", "--forget")
    assert done.returncode == 0 and "did not know it any more" in done.stderr


@pytest.mark.parametrize("way", ["slack bot"], indirect=True)
def test_forgetting_while_the_network_is_down(way: Way) -> None:
    way.connect()
    way.network.replies["/api/auth.revoke"] = Reply(503, b"")
    done = way.site.run("connect", "social", "--forget")
    assert done.returncode == 0 and "may still accept it" in done.stderr
    assert holders(way.site, way.secret) == []


@pytest.mark.parametrize("way", ["matrix password"], indirect=True)
def test_signing_in_again_is_the_same_device(way: Way) -> None:
    way.connect()
    way.connect()
    first, second = way.network.logins
    assert first not in way.network.tokens and way.network.tokens[second] == "DEV0"
    way.network.life = {"expires_in_ms": 3 * 86_400_000}
    assert "connect it again before" in way.connect()[1]
    assert "its token ends on" in way.site.run("status").stdout
    way.site.run("connect", "social", "--forget")
    assert list(way.network.tokens) == [matrix_server.TOKEN]


@pytest.mark.parametrize("way", ["matrix token"], indirect=True)
def test_a_token_in_the_wrong_place_is_not_said_again(way: Way) -> None:
    code, shown = way.connect(way.secret)
    assert code == 2 and "the answer is password or token" in shown and way.secret not in shown


@pytest.mark.parametrize("way", ["matrix token"], indirect=True)
def test_a_server_without_passwords_takes_a_token(way: Way) -> None:
    way.network.flows = ["m.login.sso"]
    code, shown = way.connect(way.secret)
    assert code == 0 and "paste a token" in shown


@pytest.mark.parametrize("way", ["matrix password"], indirect=True)
@pytest.mark.parametrize("answer", [b"<html>", {}, {"access_token": 7}, {"access_token": "a b"}])
def test_an_answer_of_another_shape_stores_nothing(way: Way, answer: object) -> None:
    login = f"{matrix_server.CLIENT}/login"
    flows = {"flows": [{"type": "m.login.password"}]}
    whole = {**flows, **answer} if isinstance(answer, dict) else answer
    way.network.replies[login] = Reply(200, whole)
    code, shown = way.connect()
    assert code == 2 and "nothing was stored; try again" in shown
    assert dump(way.site.folder)["credentials"] == "[]"
