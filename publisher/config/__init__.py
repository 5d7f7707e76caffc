"""config.yaml read and checked: every mistake at once, each with its line."""

from publisher.config.blocks import Brand, Content, Notify, Site, Web
from publisher.config.loading import load
from publisher.config.model import Config
from publisher.config.sending import Announcement, Channel, Newsletter

__all__ = [
    "Announcement",
    "Brand",
    "Channel",
    "Config",
    "Content",
    "Newsletter",
    "Notify",
    "Site",
    "Web",
    "load",
]
