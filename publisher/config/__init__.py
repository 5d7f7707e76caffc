"""config.yaml read and checked: every mistake at once, each with its line."""

from publisher.config.load import Config, load
from publisher.config.options.sending import Announcement, Channel, Newsletter
from publisher.config.options.site import Brand, Notify

__all__ = [
    "Announcement",
    "Brand",
    "Channel",
    "Config",
    "Newsletter",
    "Notify",
    "load",
]
