"""The pages of the archive: its newsletters, the editions of each, an edition, a feed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from publisher.archive.links import Links
from publisher.config import Config, Newsletter
from publisher.config.archive import archived
from publisher.durations import EPOCH
from publisher.model.deliveries import Archived
from publisher.outbox.outbox import Outbox
from publisher.rendering.edition_page import EditionBody, edition_body
from publisher.rendering.pages import Pages
from publisher.rendering.text.clean import label

ON_A_PAGE: Final = 30
SLOW_SECONDS: Final = 0.25
REST: Final = 20
HTML: Final = "text/html"
ATOM: Final = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class Document:
    """A page; `policy` is its Content-Security-Policy, `listed` whether search engines may."""

    text: str = field(repr=False)
    language: str
    policy: str = ""
    listed: bool = True
    kind: str = HTML


@dataclass(frozen=True, slots=True)
class View:
    """How pages are looked at.

    `links` leads from the page to others, `home` are the addresses where the pages are at home;
    `subscribe` is the page where one subscribes, empty where there is none. `more` is what the
    templates are told besides.
    """

    links: Links
    home: Links
    language: str
    subscribe: str = ""
    more: dict[str, Any] = field(default_factory=dict)


class Library:
    """Makes the pages; each is None where everybody is not to see it."""

    def __init__(self, config: Config, outbox: Outbox, pages: Pages) -> None:
        self.config = config
        self.pages = pages
        self._outbox = outbox
        self._bodies = lru_cache(maxsize=32)(self._body)
        self._again = 0.0

    def index(self, view: View) -> Document:
        """The newsletters that have an archive."""
        self._refresh()
        found = [(each, self._newest(each)) for each in archived(self.config)]
        indexed = any(each.archive is True for each, _ in found)
        return self._document("archive", view, view.home.index, newsletters=found, listed=indexed)

    def home(self, view: View) -> Document:
        """Every newsletter, with a form to subscribe, and what of it everybody may read."""
        self._refresh()
        newsletters = self.config.newsletters.values()
        found = [(each, self._newest(each) if each.archive else None) for each in newsletters]
        return self._document("home", view, "", newsletters=found)

    def newsletter(self, name: str, number: int, view: View) -> Document | None:
        """The editions of a newsletter: page `number` of them, the newest first."""
        newsletter = self.find(name)
        if newsletter is None:
            return None
        self._refresh()
        skip = (number - 1) * ON_A_PAGE
        found = self._outbox.archive.listed(name, ON_A_PAGE + 1, skip)
        if number > 1 and not found:
            return None
        editions, is_last = found[:ON_A_PAGE], len(found) <= ON_A_PAGE
        return self._document(
            "editions",
            view,
            view.home.newsletter(name, number),
            listed=newsletter.archive is True,
            newsletter=newsletter,
            years=self._by_year(editions),
            number=number,
            is_last=is_last,
        )

    def edition(self, name: str, slug: str, view: View) -> Document | None:
        """An edition as its readers got it, without anything that is one reader's own."""
        newsletter = self.find(name)
        if newsletter is None:
            return None
        self._refresh()
        found = self._outbox.archive.find(name, slug)
        return self._edition(newsletter, found, view) if found else None

    def feed(self, name: str, view: View) -> Document | None:
        """The newest editions as an Atom feed (RFC 4287)."""
        newsletter = self.find(name)
        if newsletter is None:
            return None
        self._refresh()
        editions = self._outbox.archive.listed(name, ON_A_PAGE)
        made = self._document(
            "feed",
            replace(view, links=view.home),
            view.home.feed(name),
            ending=".xml",
            newsletter=newsletter,
            editions=editions,
            host=urlsplit(self.config.site.url).hostname or "",
            unsent=EPOCH,
        )
        return replace(made, kind=ATOM)

    def find(self, name: str) -> Newsletter | None:
        """The newsletter of that name, if everybody may read it."""
        return next((each for each in archived(self.config) if each.name == name), None)

    def _refresh(self) -> None:
        """Ask what was sent by now; not at every request where a huge mailing makes that slow."""
        begun = monotonic()
        if begun >= self._again:
            self._outbox.archive.refresh()
            took = monotonic() - begun
            self._again = begun + REST * took if took > SLOW_SECONDS else 0.0

    def _by_year(self, editions: Sequence[Archived]) -> dict[int, list[Archived]]:
        """By the year that it was where the site is."""
        zone = self.config.site.zone
        groups = groupby(editions, lambda each: each.slot.astimezone(zone).year)
        return {year: list(ones) for year, ones in groups}

    def _newest(self, newsletter: Newsletter) -> Archived | None:
        return next(iter(self._outbox.archive.listed(newsletter.name, 1)), None)

    def _edition(self, newsletter: Newsletter, found: Archived, view: View) -> Document:
        body = self._bodies(found.id)
        older, newer = self._outbox.archive.neighbours(found)
        main = self._outbox.archive.main_of(found) if found.segment else found
        home = view.home.newsletter(found.owner)
        if main:
            home = view.home.edition(main.owner, main.slug)
        policy = _edition_policy(self.config)
        return self._document(
            "edition",
            replace(view, language=self._spoken(body.language)),
            home,
            policy=policy,
            listed=newsletter.archive is True and not found.segment,
            newsletter=newsletter,
            edition=found,
            body=body,
            older=older,
            newer=newer,
        )

    def _spoken(self, language: str) -> str:
        """The language of what stands around an edition: its own, where there are words for it."""
        site = self.pages.site
        return language if language and site.speaks(language) else site.language

    def _body(self, number: int) -> EditionBody:
        return edition_body(self._outbox.editions.get(number).rendered)

    def _document(
        self,
        template: str,
        view: View,
        canonical: str,
        *,
        policy: str = "",
        listed: bool = True,
        ending: str = ".html",
        **facts: Any,
    ) -> Document:
        policy = policy or self.pages.policy
        shared = {
            "links": view.links,
            "home": view.home,
            "canonical": canonical,
            "subscribe": view.subscribe,
            "file_policy": _in_a_file(policy),
            "listed": listed,
            "name_of": name_of,
            "zone": self.config.site.zone,
        }
        context = {**shared, **view.more, **facts}
        text = self.pages.page(template, view.language, context, ending)
        return Document(text, view.language, policy, listed)


def name_of(newsletter: Newsletter) -> str:
    """A newsletter's name as readers see it."""
    return newsletter.title or label(newsletter.name)


def _in_a_file(policy: str) -> str:
    """What of a policy a file can say of itself: the rest is said by a server only (CSP 3 §3.3)."""
    parts = (part.strip() for part in policy.split(";"))
    return "; ".join(part for part in parts if not part.startswith(("frame-ancestors", "sandbox")))


def _edition_policy(config: Config) -> str:
    """The Content-Security-Policy of an edition's page: its own styles, the site's own pictures.

    What an email brings along in attributes is style; the page has no script, form or frame, and
    an origin that is nobody's.
    """
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {' '.join(_origins(config))}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups "
        "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    )


def _origins(config: Config) -> list[str]:
    """The site's own hosts, those below its name, and that of Publisher's pages."""
    site = urlsplit(config.site.url)
    name = (site.hostname or "").removeprefix("www.")
    is_name = "." in name and not name.replace(".", "").isdigit()
    found = [f"{site.scheme}://{site.netloc}"]
    found += [f"{site.scheme}://*.{name}"] if is_name else []
    if config.web.url:
        web = urlsplit(config.web.url)
        found.append(f"{web.scheme}://{web.netloc}")
    return list(dict.fromkeys(found))
