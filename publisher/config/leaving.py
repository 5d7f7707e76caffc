"""How readers leave: by Publisher's pages, an endpoint of one's own, a mailbox, or not at all."""

from enum import StrEnum
from typing import TYPE_CHECKING

from publisher.config.archive import edition_address

if TYPE_CHECKING:
    from publisher.config.load import Config


class Way(StrEnum):
    """One way to leave, as `publish check` calls it."""

    PAGES = "Publisher's pages"
    ENDPOINT = "your endpoint"
    MAILBOX = "the mailbox"


def ways_to_leave(config: "Config") -> list[Way]:
    """The ways that are in force; the links in emails lead to the first."""
    ways = []
    if config.web.endpoint:
        ways.append(Way.ENDPOINT)
    elif config.web.url:
        ways.append(Way.PAGES)
    if reading_mailbox(config):
        ways.append(Way.MAILBOX)
    return ways


def leaving_page(config: "Config") -> str:
    """The start of https links by which readers leave, which a token ends; "" if there are none."""
    own = f"{config.web.url}/unsubscribe/" if config.web.url else ""
    return config.web.endpoint or own


def reading_mailbox(config: "Config") -> str:
    """The address whose mailbox is read for unsubscribe emails; "" if there is none."""
    return config.mailbox.address if config.mailbox else ""


def links_in_emails(config: "Config", newsletter: str) -> frozenset[str]:
    """Which of the merge fields `archive` and `preferences` the emails of all readers have."""
    archive = {"archive"} if edition_address(config, newsletter, "any") else set[str]()
    return frozenset(archive | ({"preferences"} if config.web.url or config.mailbox else set()))
