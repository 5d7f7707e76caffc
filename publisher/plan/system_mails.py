"""Emails of the system, frozen in time: what asks, welcomes and says goodbye in a language."""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from publisher.config import Config
from publisher.config.archive import edition_address
from publisher.config.leaving import links_in_emails
from publisher.model.contacts import Cadence, Segment
from publisher.model.deliveries import SystemDraft
from publisher.model.messages import Email
from publisher.model.system_mails import SystemKind
from publisher.outbox.outbox import Outbox
from publisher.plan.render import letterhead

if TYPE_CHECKING:
    from publisher.model.deliveries import Rendered
    from publisher.rendering.brand import Site
    from publisher.rendering.system import LastEdition
    from publisher.rendering.templates import Templates

MOST_STORIES = 10
MOST_TOPICS = 3
CADENCES = {
    Cadence.WEEKLY: "weekly friday 18:00",
    Cadence.DAILY: "daily 7:00",
    Cadence.EACH: "each edition",
}
_ABOUT_CHOICES = {SystemKind.CHOICES, SystemKind.CHOICES_SAVED}
LOOK_SECONDS = 60.0
SAMPLE = "sample-token"
_Key = tuple[SystemKind, str, str, int]


@dataclass(slots=True)
class SystemMails:
    """Freezes each such email once; may be used from several threads.

    What somebody does on a page then costs the one transaction in which it is written down.
    """

    config: Config
    outbox: Outbox
    templates: "Templates"
    site: "Site"
    _frozen: dict[_Key, int] = field(default_factory=dict)
    _newest: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, kind: SystemKind, newsletter: str, language: str = "") -> int:
        """The frozen email of `kind`, for `Readers` to queue in the transaction that it tells of.

        Args:
            kind: what it tells.
            newsletter: a newsletter of config.yaml.
            language: the reader's, a BCP 47 tag; one that has no words counts as the site's.

        Raises:
            KeyError: there is no such newsletter.
            TemplateError: a template is wrong.
            StorageError: the database cannot be read or written.
        """
        language = self.site.in_language(language).language
        edition = self._last(newsletter, language) if kind is SystemKind.WELCOME else 0
        key = (kind, newsletter, language, edition)
        with self._lock:
            if key not in self._frozen:
                self._frozen[key] = self._freeze(*key)
            return self._frozen[key]

    def render(
        self, kind: SystemKind, newsletter: str, language: str = "", edition: int | None = None
    ) -> "Rendered":
        """Such an email as it would be frozen now.

        Raises:
            TemplateError: a template is wrong.
        """
        from publisher.plan.site_files import SiteFiles
        from publisher.rendering.system import render_system

        site = self.site.in_language(language)
        if edition is None and kind is SystemKind.WELCOME:
            edition = self._last(newsletter, site.language)
        return render_system(
            self.templates,
            site,
            kind,
            title=title_of(self.config, newsletter),
            last=self._stories(newsletter, edition or 0),
            examples=self._examples(newsletter) if kind in _ABOUT_CHOICES else (),
            answered=self._by_email,
            leaves_after=self._leaves_after(newsletter),
            links=links_in_emails(self.config, newsletter) | {"confirm"},
            pictures=SiteFiles(self.config).facts,
        )

    def email(
        self,
        kind: SystemKind,
        newsletter: str,
        address: str,
        name: str,
        date: datetime,
        language: str = "",
    ) -> tuple["Rendered", Email]:
        """Such an email for a person who wants to see it; its links do nothing.

        Raises:
            TemplateError: a template is wrong.
        """
        from publisher.rendering.email import render_email

        head = replace(
            letterhead(self.config, self.config.newsletters[newsletter]),
            list_id="",
            listed=kind.tells_how_to_leave,
        )
        rendered = self.render(kind, newsletter, language)
        return rendered, render_email(rendered, head, address, name, SAMPLE, date, SAMPLE)

    @property
    def _by_email(self) -> bool:
        """Whether a mailbox is read and no page is served."""
        return bool(self.config.mailbox and not self.config.web.url)

    def _examples(self, newsletter: str) -> list[str]:
        """What readers may answer with, where a mailbox is read and no page is served."""
        if not self._by_email:
            return []
        offer = self.config.newsletters[newsletter].offer
        topics = list(offer.topics)[:MOST_TOPICS] if isinstance(offer.topics, dict) else []
        cadences = [line for cadence, line in CADENCES.items() if cadence in offer.cadences]
        return [*([f"topics: {', '.join(topics)}"] if topics else []), *cadences]

    def _freeze(self, kind: SystemKind, newsletter: str, language: str, edition: int) -> int:
        wishes = self.config.newsletters[newsletter]
        draft = SystemDraft(
            owner=newsletter,
            kind=kind,
            channel=wishes.channel,
            rendered=self.render(kind, newsletter, language, edition),
            sender=wishes.sender,
        )
        return self.outbox.editions.freeze_system(draft)

    def _leaves_after(self, newsletter: str) -> int:
        """Days until a silent reader is unsubscribed; 0: never."""
        allowed = self.config.newsletters[newsletter].drop_silent
        return allowed.days if allowed else 0

    def _last(self, newsletter: str, language: str) -> int:
        """The last edition in a language, or else the last one; 0 where there is none.

        It is looked for once a minute.
        """
        key, now = (newsletter, language), time.monotonic()
        if key not in self._newest or now - self._newest[key][0] > LOOK_SECONDS:
            spoken = Segment(language="" if language == self.site.language else language)
            self.outbox.archive.refresh()
            segments = dict.fromkeys([spoken.key, ""])
            found = (self.outbox.archive.newest(newsletter, segment) for segment in segments)
            edition = next(filter(None, found), None)
            self._newest[key] = (now, edition.id if edition else 0)
        return self._newest[key][1]

    def _stories(self, newsletter: str, edition: int) -> "LastEdition":
        from publisher.rendering.system import LastEdition

        if not edition:
            return LastEdition(())
        stories = self.outbox.editions.stories(edition, MOST_STORIES)
        slug = self.outbox.editions.get(edition).slug
        return LastEdition(stories, edition_address(self.config, newsletter, slug))


def title_of(config: Config, newsletter: str) -> str:
    """What readers know a newsletter as: its title, or the site's with its name if it has none.

    The name of the only newsletter says nothing.
    """
    wishes, title = config.newsletters.get(newsletter), config.site.title
    if wishes and wishes.title:
        return wishes.title
    return title if len(config.newsletters) == 1 else f"{title} ({newsletter})"
