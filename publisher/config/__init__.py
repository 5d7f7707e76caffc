"""config.yaml read and checked: every mistake at once, each with its line."""

from publisher.config.loading import load
from publisher.config.model import (
    Announcement,
    Brand,
    Channel,
    Config,
    Content,
    Newsletter,
    Site,
    Web,
)

__all__ = [
    "Announcement",
    "Brand",
    "Channel",
    "Config",
    "Content",
    "Newsletter",
    "Site",
    "Web",
    "load",
]
