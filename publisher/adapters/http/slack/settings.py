"""What a channel on Slack is told in config.yaml, and which secrets fit it."""

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, SecretStr, model_validator

from publisher.adapters.http.options import (
    BaseUrl,
    Token,
    Webhook,
    bot_token,
    id_copied,
)
from publisher.adapters.http.pictures import PictureSettings

_CHANNEL_ID = re.compile("[CDG][A-Z0-9]+", re.ASCII)
_ADDRESS = re.compile(r"https://\S+/archives/([CDG][A-Z0-9]+)(?:/p\d+)?/?")


def _channel(given: object) -> str:
    """The id of a channel, with which its address ends as Slack copies it."""
    otherwise = "must be the id of a channel (C…), or a link to it: Copy link in its menu"
    return id_copied(given, _ADDRESS, _CHANNEL_ID, otherwise)


def own_token(secret: SecretStr) -> SecretStr:
    """`secret` if it may be a bot's token, else a ValueError."""
    token = bot_token(secret)
    if token.get_secret_value().startswith(("xoxp-", "xapp-", "xoxa-")):
        raise ValueError("that is another token of the app: a bot's begins with xoxb-")
    return token


class SlackSettings(PictureSettings):
    """A webhook's address, or a bot's token and its channel; `publish connect` stores secrets.

    `channel` says that a bot posts.
    """

    base_url: BaseUrl = "https://slack.com/api"
    webhook: Webhook | None = None
    token: Token | None = None
    channel: Annotated[str, BeforeValidator(_channel)] = ""
    unfurl: bool = True

    @model_validator(mode="after")
    def _is_one_way_in(self) -> Self:
        if self.webhook and (self.token or self.channel):
            raise ValueError("give webhook, or token and channel: a webhook has its own channel")
        if self.token and not self.channel:
            raise ValueError("give the id of the channel, too")
        return self

    def channel_defaults(self) -> dict[str, str]:
        """A channel takes about one message a second."""
        return {"min_interval": "1 second"}
