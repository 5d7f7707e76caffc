"""Posts that are hard to make notes of, on every network: taken as they are, or said why not."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.adapters import discord_server, slack_server
from tests.adapters.bluesky_server import BlueskyServer
from tests.adapters.linkedin_server import LinkedInServer
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.matrix_server import MatrixServer
from tests.adapters.telegram_server import TelegramServer
from tests.adapters.webhook_server import Receiver
from tests.adapters.x_server import XServer
from tests.cli.conftest import Terminal

AT = "2026-07-05T12:00"
NETWORKS: dict[str, Any] = {
    "mastodon": MastodonServer,
    "x": XServer,
    "bluesky": BlueskyServer,
    "linkedin": LinkedInServer,
    "telegram": TelegramServer,
    "discord": discord_server.DiscordServer,
    "discord-bot": discord_server.BotServer,
    "slack": slack_server.SlackServer,
    "slack-bot": slack_server.BotServer,
    "matrix": MatrixServer,
    "webhook": Receiver,
}
TAGS = ", ".join(f"number{each}" for each in range(30))
POSTS = {
    "a title that is a link": ["title: https://gazette.example/other?a=1&b=2"],
    "a title that is the post's own link": ["title: https://gazette.example/articles/hard"],
    "thirty tags": ["title: Tags", f"tags: [{TAGS}]", f"social: {{text: '#{TAGS}'}}"],
    "thirty hashtags": [
        "title: Tags",
        f"social: {{text: '{' '.join(f'#number{each}' for each in range(30))}'}}",
    ],
    "a long word": ["title: Long", f"description: {'Donaudampfschiff' * 400}"],
    "right to left": [
        "title: 'السلام عليكم 🏴󠁧󠁢󠁳󠁣󠁴󠁿🇪🇺👩‍👩‍👧‍👦'",
        f"description: '{'שלום עולם 🇮🇱 ' * 60}'",
    ],
    "markup": [
        "title: '<b>*_~`|{[(#@</b> \\\\'",
        "description: '<!channel> @everyone &amp; %s {0}'",
    ],
}


@pytest.fixture
def networks(site: Terminal) -> Iterator[dict[str, Any]]:
    with ExitStack() as stack:
        found = {name: stack.enter_context(NETWORKS[name]()) for name in NETWORKS}
        channels = {
            name: {"adapter": name.partition("-")[0], **network.options}
            for name, network in found.items()
        }
        announcements = {"social": {"channels": [*channels], "pick": "latest"}}
        site.configure(channels, newsletters={}, announcements=announcements)
        yield found


@pytest.mark.parametrize("hard", POSTS)
def test_every_network_takes_it(site: Terminal, networks: dict[str, Any], hard: str) -> None:
    site.post("hard.md", *POSTS[hard], "date: 2026-07-05 06:00")
    done = site.run("now", "social", "--at", AT)
    rows = {row["channel"]: (row["state"], row["error"]) for row in site.json("queue", "list")}
    assert rows == dict.fromkeys(NETWORKS, ("sent", None)), done.stderr
    assert {name: network.arrived for name, network in networks.items()} == dict.fromkeys(
        NETWORKS, 1
    )
    assert done.returncode == 0
