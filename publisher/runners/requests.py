"""Ties requests by email to the rest: what may be chosen, and what they are answered with."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from publisher.errors import PublisherError
from publisher.events.requests.acting import Requests
from publisher.model.contacts import Choices
from publisher.plan.choices import Offered, fitting, fitting_language, offered
from publisher.wiring import Publisher

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SiteOffers:
    """What readers may choose, by the posts that the site has; see Offers."""

    publisher: Publisher

    def topics(self, newsletter: str) -> Mapping[str, str]:
        """See Offers."""
        found = self._offered(newsletter).topics
        return {topic.key: topic.key for topic in found} | {
            topic.label: topic.key for topic in found
        }

    def fitting(self, newsletter: str, asked: Choices, before: Choices) -> Choices:
        """See Offers."""
        return fitting(self._offered(newsletter), asked, before)

    def language(self, newsletter: str, asked: str, before: str) -> str:
        """See Offers."""
        return fitting_language(self._offered(newsletter), asked, before)

    def _offered(self, newsletter: str) -> Offered:
        publisher = self.publisher
        wishes, now = publisher.config.newsletters[newsletter], publisher.clock()
        if isinstance(wishes.offer.topics, dict):
            return offered(wishes, (), now)
        try:
            posts = publisher.planner.read(None, None).posts
        except PublisherError as error:
            _log.warning("no topics are offered: %s", error.message)
            posts = []
        return offered(wishes, posts, now)


def requests_of(publisher: Publisher) -> Requests:
    """Reads the mailbox of `publisher` for what readers ask for."""
    return Requests(
        publisher.config,
        publisher.outbox,
        publisher.system_mails.get,
        SiteOffers(publisher),
        publisher.clock,
    )
