"""A digest becomes a frozen edition: subject, HTML and a text part written for people."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from publisher.mime.lines import one_line
from publisher.model.deliveries import Rendered
from publisher.model.posts import Pick
from publisher.rendering.brand import Site
from publisher.rendering.context import Story, edition_context, story_context
from publisher.rendering.images.emails import EmailImages, LookUp, unknown
from publisher.rendering.lint.check import check_mjml
from publisher.rendering.lint.mjml import VOID
from publisher.rendering.lint.remote_content import foreign_urls, host
from publisher.rendering.merge_fields import freeze, variants
from publisher.rendering.templates import HTML, TEXT, Templates
from publisher.rendering.text.clean import clean
from publisher.rendering.text.truncate import shorten

SUBJECT_LENGTH = 150
# Gmail hides what comes after about 102 kB of HTML behind a link.
CLIPPED_AT = 102_000
IGNORED = frozenset({"latest"})
DEEPEST = 250

Counting = Literal["", "total", "month"]

_NOT_ASCII = re.compile(r"[^\x00-\x7f]|\\")
_ESCAPED = re.compile("&#x([0-9a-f]{8});")
_NESTING = re.compile(r"<(/?)([A-Za-z][\w:-]*)(?:\"[^\"]*\"|'[^']*'|[^<>\"'/]|/(?!>))*+(/?)>")


def render_digest(  # noqa: PLR0913 - facts of one edition, named by keyword
    templates: Templates,
    site: Site,
    picks: Sequence[Pick],
    *,
    newsletter: str,
    template: str,
    slot: datetime,
    subject: str = "",
    utm: Mapping[str, str] | None = None,
    ignored: Collection[str] = IGNORED,
    show: Collection[str] = (),
    pictures: LookUp = unknown,
    language: str = "",
    links: Collection[str] | None = None,
    counting: Counting = "",
) -> Rendered:
    """Render an edition once, for all its recipients; `merge` fills in what is each one's own.

    Args:
        templates: where `<template>.mjml.j2` and `<template>.txt.j2` are looked for; a template
            without a text part of its own gets the shipped one.
        site: the site as readers know it.
        picks: the chosen posts with their roles, in the order in which they stand.
        newsletter: the newsletter's name, for the footer.
        template: the template's name without its ending.
        slot: the aware moment that the edition belongs to; its day is the edition's date.
        subject: a line of Jinja such as `{{ lead[0].title }}`; empty: the first story's title.
        utm: query parameters added to every story's link.
        ignored: categories that are never shown as a label.
        show: `author` and `date`, where a story is to tell them.
        pictures: what is known of the picture at an address.
        language: the readers' own, a BCP 47 tag; empty or one that has no words: the site's.
        links: which of the merge fields `archive` and `preferences` every reader has (None: each
            has or has not).
        counting: whether openings are counted in `total`, or also the `month` of each reader's
            last one is kept: the footer says so.

    Raises:
        TemplateError: a template is missing or wrong; each problem has its file and line.
    """
    site = site.in_language(language)
    shots = EmailImages(pictures, secure=site.url.startswith("https:"))
    stories = [story_context(pick, site, utm or {}, ignored, show, shots.take) for pick in picks]
    context = edition_context(stories, site, newsletter, slot, shots.take)
    context["counting"] = counting
    context["subject"] = _subject(templates, subject, context)
    check_mjml(templates, template + HTML)
    html = frozen_part(templates, template + HTML, context, to_html, links)
    plain = template if template + TEXT in templates.names() else "digest"
    text = frozen_part(templates, plain + TEXT, context, to_text, links)
    warnings = (*_too_large(html), *shots.warnings(), *_foreign(html, site, stories))
    return Rendered(context["subject"], html, text, context["preheader"], warnings)


def _subject(templates: Templates, subject: str, context: Mapping[str, Any]) -> str:
    """One line of sane length: a title's line breaks and turns never reach a header."""
    title = context["stories"][0].title if context["stories"] else ""
    line = templates.render_line("subject", subject, context) if subject else title
    return shorten(one_line(clean(line)) or context["site"].title, SUBJECT_LENGTH)


def frozen_part(
    templates: Templates,
    name: str,
    context: Mapping[str, Any],
    render: Callable[[Templates, str, Mapping[str, Any]], str],
    links: Collection[str] | None,
) -> str:
    """What `render` makes of template `name`, with merge fields; see `freeze` for `links`.

    Raises:
        TemplateError: the template is wrong.
    """
    try:
        return freeze(lambda fields: render(templates, name, {**context, "reader": fields}), links)
    except ValueError as error:
        raise templates.wrong(name, str(error), where="reader") from None


def to_text(templates: Templates, name: str, context: Mapping[str, Any]) -> str:
    """The text of template `name`.

    Raises:
        TemplateError: the template is wrong.
    """
    return templates.render_text(name, context) + "\n"


def to_html(templates: Templates, name: str, context: Mapping[str, Any]) -> str:
    """The HTML of MJML template `name`.

    Raises:
        TemplateError: the template is wrong, or what it makes is no MJML.
    """
    from mjml import mjml2html

    source = templates.render(name, context)
    if nests_too_deeply(source):
        raise templates.wrong(name, f"what it makes nests more than {DEEPEST} tags")
    # mrml writes some characters of attributes beyond ASCII as Rust escapes.
    escaped = _NOT_ASCII.sub(lambda match: f"&#x{ord(match[0]):08x};", source)
    try:
        # MJML would fetch the fonts that it knows by name from Google.
        html = mjml2html(escaped, fonts={})
    except ValueError as error:
        raise templates.wrong(name, f"its output is not valid MJML: {error}") from None
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), html)


def nests_too_deeply(source: str) -> bool:
    """Whether more tags are open at once than mrml can hold: it would take the process down."""
    depth = 0
    for match in _NESTING.finditer(source):
        closes, tag, ended = match.groups()
        if closes:
            depth = max(depth - 1, 0)
        elif not ended and tag.lower() not in VOID:
            depth += 1
            if depth > DEEPEST:
                return True
    return False


def _too_large(html: str) -> tuple[str, ...]:
    size = max(len(body.encode()) for body in variants(html))
    text = f"The HTML is {size / 1000:.0f} kB; Gmail cuts off what is above 102 kB"
    return (f"{text}: take fewer posts or shorter descriptions",) if size > CLIPPED_AT else ()


def _foreign(html: str, site: Site, stories: Sequence[Story]) -> tuple[str, ...]:
    """What a template makes email programs fetch from elsewhere."""
    pictures = [story.image for story in stories]
    own = {host(url) for url in (site.url, site.brand.logo, site.brand.logo_dark, *pictures)}
    return tuple(
        f"The template fetches {url}, so {host(url)} learns who reads when: "
        "put the file on your own site"
        for url in foreign_urls(variants(html)[0], own)
    )
