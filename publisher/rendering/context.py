"""What templates see: posts, the site and its colours as clean text and checked addresses.

Every string that a template gets passes `clean` or `safe_url` here, whoever wrote it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from publisher.model.posts import Pick
from publisher.rendering.brand import Site
from publisher.rendering.images.emails import UNKNOWN, ImageFacts, fitted
from publisher.rendering.text.clean import clean, isolated, label
from publisher.rendering.text.links import safe_url, with_parameters
from publisher.rendering.text.truncate import shorten

PREHEADER_LENGTH = 140
AUTHOR_LENGTH = 80
Take = Callable[[str, str], tuple[str, ImageFacts]]
"""Decides about the picture at an address (see `EmailImages.take`)."""
_FILE = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|svg|avif|heic|bmp|tiff?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Story:
    """A post as a digest shows it; `date` is in the site's zone, empty texts are absent ones.

    `image` is empty where readers would not see it; `alt` is the text that stands in for it.
    `byline` holds what the newsletter shows of author and date. `language` is that of the post's
    words where the edition speaks another.
    """

    title: str
    description: str
    url: str
    image: str
    category: str
    categories: tuple[str, ...]
    date: datetime | None
    role: str
    alt: str = ""
    author: str = ""
    byline: str = ""
    facts: ImageFacts = UNKNOWN
    language: str = ""

    def fit(self, width: int, height: int) -> int:
        """How wide the picture stands in a place of that many pixels; 0: its size is not known."""
        return fitted(self.facts, width, height)


@dataclass(frozen=True, slots=True)
class Section:
    """The stories that stand under a name of their own, which is as people read it."""

    name: str
    stories: tuple[Story, ...]


def site_context(site: Site, take: Take | None = None) -> Site:
    """`site` with clean words and checked addresses; `take` decides about the logos."""
    logo, logo_dark = safe_url(site.brand.logo), safe_url(site.brand.logo_dark)
    if take:
        logo = take(logo, "brand.logo")[0]
        logo_dark = take(logo_dark, "brand.logo_dark")[0]
    return replace(
        site,
        title=clean(site.title),
        url=safe_url(site.url),
        language=clean(site.language) or "en",
        address=clean(site.address.replace("\n", ", ")),
        description=clean(site.description),
        brand=replace(site.brand, logo=logo, logo_dark=logo_dark),
    )


def story_context(
    pick: Pick,
    site: Site,
    utm: Mapping[str, str],
    ignored: Collection[str],
    show: Collection[str],
    take: Take,
) -> Story:
    """One post as a digest shows it."""
    post = pick.post
    categories = _categories(post.categories, ignored)
    image, facts = take(safe_url(post.image), post.path)
    date = post.date.astimezone(site.zone) if post.date else None
    author = shorten(clean(post.author), AUTHOR_LENGTH)
    title = clean(post.title) or clean(post.description) or post.path
    return Story(
        title=title,
        description=clean(post.description),
        url=with_parameters(safe_url(post.shared_url), {} if post.link else utm),
        image=image,
        category=categories[0] if categories else "",
        categories=categories,
        date=date,
        role=pick.role,
        alt=_alt(clean(post.image_alt), title) if image else "",
        author=author,
        byline=_byline(author, date, site, show),
        facts=facts,
        language=_foreign(clean(post.language), site.language),
    )


def _foreign(language: str, shown: str) -> str:
    """The language of a post's words where it is not the one that is shown."""
    same = language.partition("-")[0].casefold() == shown.partition("-")[0].casefold()
    return "" if same else language


def _alt(text: str, title: str) -> str:
    """A picture's text; the title, which stands beside it, and a file's name are none."""
    says_nothing = text.casefold() == title.casefold() or _FILE.fullmatch(text)
    return "" if says_nothing else text


def _byline(author: str, date: datetime | None, site: Site, show: Collection[str]) -> str:
    parts = (
        author if "author" in show else "",
        site.words.date(date) if date and "date" in show else "",
    )
    return " · ".join(isolated(filter(None, parts)))


def _categories(categories: Iterable[str], ignored: Collection[str]) -> tuple[str, ...]:
    unwanted = {name.casefold() for name in ignored}
    labels = [label(name) for name in categories if name.casefold() not in unwanted]
    return tuple(dict.fromkeys(name for name in labels if name))


def edition_context(
    stories: Sequence[Story], site: Site, newsletter: str, slot: datetime, take: Take
) -> dict[str, Any]:
    """What a digest's templates see, but for the subject and the merge fields."""
    named = [story.role for story in stories if story.role not in ("lead", "latest")]
    shown = site_context(site, take)
    return {
        "site": shown,
        "brand": shown.brand,
        "newsletter": clean(newsletter),
        "date": slot.astimezone(site.zone),
        "stories": tuple(stories),
        "lead": _in_role(stories, "lead"),
        "latest": _in_role(stories, "latest"),
        "sections": tuple(
            Section(label(name), _in_role(stories, name)) for name in dict.fromkeys(named)
        ),
        "preheader": _preheader(stories),
    }


def _in_role(stories: Sequence[Story], role: str) -> tuple[Story, ...]:
    return tuple(story for story in stories if story.role == role)


def _preheader(stories: Sequence[Story]) -> str:
    """What an inbox shows beside the subject: the first story's description, or more titles."""
    first = stories[0].description if stories else ""
    return shorten(first or " · ".join(story.title for story in stories[1:]), PREHEADER_LENGTH)
