"""Emails of the system: frozen like an edition, with merge fields for what is one reader's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.mime.lines import one_line
from publisher.model.deliveries import Rendered
from publisher.model.posts import Included
from publisher.model.system_mails import SystemKind
from publisher.rendering.brand import Site
from publisher.rendering.context import Story, site_context
from publisher.rendering.digest import SUBJECT_LENGTH, frozen_part, to_html, to_text
from publisher.rendering.images.emails import EmailImages, LookUp, unknown
from publisher.rendering.lint.check import check_mjml
from publisher.rendering.templates import HTML, TEXT, Templates
from publisher.rendering.text.clean import clean
from publisher.rendering.text.links import safe_url
from publisher.rendering.text.truncate import shorten
from publisher.signing import CONFIRM_WITHIN

SUBJECT = "parts/subject.txt.j2"
PREHEADER = "parts/preheader.txt.j2"
LINKS = frozenset({"preferences", "confirm"})
LEAVE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class LastEdition:
    """What a welcome shows: the stories of an edition, and its page if it has one."""

    stories: Sequence[Included]
    url: str = ""


NO_EDITION = LastEdition(())


def render_system(  # noqa: PLR0913  each kind of email needs some of them
    templates: Templates,
    site: Site,
    kind: SystemKind,
    *,
    title: str,
    last: LastEdition = NO_EDITION,
    leaves_after: int = 0,
    examples: Sequence[str] = (),
    answered: bool = False,
    links: Collection[str] = LINKS,
    pictures: LookUp = unknown,
) -> Rendered:
    """Render an email of the system once, for all who get it in the language of `site`.

    Args:
        templates: where `<kind>.mjml.j2` and `<kind>.txt.j2` are looked for.
        site: the site as the readers know it, in their language.
        kind: what it tells.
        title: what the newsletter is called.
        last: the newsletter's last edition.
        leaves_after: days without an answer after which a silent reader is unsubscribed; 0: never.
        examples: lines that readers may answer with to choose, where there is no page for that.
        answered: whether an answer by email does what the link does.
        links: which of the merge fields `preferences` and `confirm` there are.
        pictures: what is known of the picture at an address.

    Raises:
        TemplateError: a template is missing or wrong; each problem has its file and line.
    """
    shots = EmailImages(pictures, secure=site.url.startswith("https:"))
    shown = site_context(site, shots.take)
    context: dict[str, Any] = {
        "site": shown,
        "brand": shown.brand,
        "kind": kind.value,
        "title": clean(title),
        "stories": tuple(map(_story, last.stories)),
        "edition_url": safe_url(last.url),
        "days": CONFIRM_WITHIN.days,
        "leaves_after": leaves_after,
        "examples": tuple(map(clean, examples)),
        "answered": answered,
        "leave": LEAVE,
        "leaving": kind.tells_how_to_leave,
        "date": None,
    }
    context["subject"] = _line(templates, SUBJECT, context) or shown.title
    context["preheader"] = _line(templates, PREHEADER, context)
    check_mjml(templates, kind + HTML)
    html = frozen_part(templates, kind + HTML, context, to_html, links)
    text = frozen_part(templates, kind + TEXT, context, to_text, links)
    warnings = tuple(shots.warnings())
    return Rendered(context["subject"], html, text, context["preheader"], warnings)


def _line(templates: Templates, name: str, context: dict[str, Any]) -> str:
    line = one_line(clean(" ".join(templates.render_text(name, context).split())))
    return shorten(line, SUBJECT_LENGTH)


def _story(post: Included) -> Story:
    title = clean(post.title) or clean(post.description) or clean(post.path)
    return Story(
        title=title,
        description=clean(post.description),
        url=safe_url(post.url),
        image="",
        category="",
        categories=(),
        date=None,
        role="latest",
    )
