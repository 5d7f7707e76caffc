"""What a channel on Discord is told in config.yaml, and which secrets fit it."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from publisher.adapters.http.options import BaseUrl, Token, hook_address, id_copied
from publisher.adapters.http.pictures import PictureSettings
from publisher.adapters.http.replies import web_url

HOOK = re.compile(r"(?:/api(?:/v\d+)?)?/webhooks/(\d+)/([\w-]+)/?")
_NUMBER = re.compile("[0-9]+")
_ADDRESS = re.compile(r"https://\S+/channels/\d+/(\d+)(?:/\d+)?/?")


def hook(secret: SecretStr) -> SecretStr:
    """`secret` if it is a webhook's address, else a ValueError."""
    address = hook_address(secret)
    if not HOOK.fullmatch(urlsplit(address.get_secret_value()).path):
        raise ValueError("must end in /api/webhooks/NUMBER/TOKEN, as Discord copies it")
    return address


def _channel(given: object) -> str:
    """The number of a channel, with which its address ends as Discord copies it."""
    otherwise = "must be the number of a channel, or a link to it: Copy Link in its menu"
    return id_copied(given, _ADDRESS, _NUMBER, otherwise)


class DiscordSettings(PictureSettings):
    """A webhook's address, or a bot's token and its channel; `publish connect` stores secrets.

    `channel` says that a bot posts.
    """

    base_url: BaseUrl = "https://discord.com/api/v10"
    webhook: Annotated[SecretStr, AfterValidator(hook)] | None = None
    token: Token | None = None
    channel: Annotated[str, BeforeValidator(_channel)] = ""
    thread: str = Field("", pattern=r"^\d*$", coerce_numbers_to_str=True)
    username: str = Field("", max_length=80)
    avatar: str = ""
    card: bool = True

    @field_validator("avatar")
    @classmethod
    def _is_public(cls, url: str) -> str:
        if url and not web_url(url):
            raise ValueError("must be the address of a picture on the web")
        return url

    @model_validator(mode="after")
    def _is_one_way_in(self) -> Self:
        if self.webhook and (self.token or self.channel):
            raise ValueError("give webhook, or token and channel: a webhook has its own channel")
        if self.token and not self.channel:
            raise ValueError("give the number of the channel, too")
        if self.channel and (self.thread or self.username or self.avatar):
            raise ValueError("thread, username and avatar are for a webhook; a bot has its own")
        return self

    def channel_defaults(self) -> dict[str, str]:
        """A webhook takes five messages in two seconds, and thirty a minute."""
        return {"min_interval": "2 seconds"}
