"""What readers may choose, by the posts that the site has now."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from publisher.config import Config
from publisher.errors import PublisherError
from publisher.model.contacts import Choices
from publisher.model.posts import Post
from publisher.plan.choices import Offered, fitting, fitting_language, offered

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SiteOffers:
    """What the newsletters offer; no topics where the site cannot be read here."""

    config: Config
    read: Callable[[], list[Post]]
    clock: Callable[[], datetime]

    def offered(self, newsletter: str) -> Offered:
        """What a newsletter offers now; the site is read only where its topics come from there."""
        wishes, posts = self.config.newsletters[newsletter], list[Post]()
        if not isinstance(wishes.offer.topics, dict):
            try:
                posts = self.read()
            except PublisherError as error:
                _log.warning("no topics are offered: %s", error.message)
        return offered(wishes, posts, self.clock())

    def topics(self, newsletter: str) -> Mapping[str, str]:
        """What is stored of each topic that is offered, by all that readers may call it."""
        found = self.offered(newsletter).topics
        return {name: topic.key for topic in found for name in (topic.key, topic.label)}

    def fitting(self, newsletter: str, asked: Choices, before: Choices) -> Choices:
        """What of the choices asked for, whose topics may be called as above, may be stored."""
        offer, topics = self.offered(newsletter), self.topics(newsletter)
        keys = tuple(topics.get(topic, topic) for topic in asked.topics)
        return fitting(offer, Choices(keys, asked.cadence, asked.day, asked.hour), before)

    def language(self, newsletter: str, asked: str, before: str) -> str:
        """The language that may be stored where one is asked for."""
        spoken = fitting_language(self.offered(newsletter), asked, before)
        return self.config.site.kept_language(spoken)
