"""Templates checked before anyone is mailed: Jinja, MJML, and what sample content makes of them."""

from dataclasses import replace
from datetime import UTC, datetime

from jinja2 import TemplateSyntaxError, meta, nodes

from publisher.errors import Problem, PublisherError, TemplateError
from publisher.model.posts import Included, Pick, Post
from publisher.model.system_mails import SystemKind
from publisher.rendering.brand import Brand, Site
from publisher.rendering.lint.mjml import check_source
from publisher.rendering.templates import HTML, TEXT, Templates, did_you_mean

_MOMENT = datetime(2020, 9, 24, 7, tzinfo=UTC)
_URL = "https://site.example"
_BARE_SITE = Site("Sample", _URL)
_FULL_SITE = replace(
    _BARE_SITE,
    address="1 Sample Street",
    description="A site",
    brand=Brand(logo=f"{_URL}/logo.png", logo_dark=f"{_URL}/dark.png"),
)
_BARE_POST = Post("sample.md", f"{_URL}/sample", "Sample")
_FULL_POST = replace(
    _BARE_POST,
    description="A description",
    image=f"{_URL}/sample.jpg",
    date=_MOMENT,
    categories=("culture",),
    language="en",
)
CHANNEL_DIGEST = "channel-digest"
_IN_CHANNEL_DIGEST = frozenset({"site", "slot", "posts", "left_out"})
_IN_NOTE = frozenset({"lead", "post", "site", "url", "hashtags"})
_IN_SYSTEM = frozenset(
    {"site", "brand", "kind", "title", "stories", "edition_url", "days", "leaves_after", "leaving"}
    | {"answered", "examples", "leave"}
    | {"date", "preheader", "subject", "reader"}
)
_SYSTEM = frozenset(kind.value for kind in SystemKind)
_IN_PREVIEW = frozenset({"title", "digests", "notes"})
_IN_DIGEST = frozenset(
    {"site", "brand", "newsletter", "date", "stories", "lead", "latest", "sections"}
    | {"preheader", "subject", "reader", "counting"}
)


def lint(templates: Templates) -> list[Problem]:
    """Every mistake in every template that would be used, each reported once."""
    try:
        names = templates.names()
    except TemplateError as error:
        return list(error.problems)
    found = [problem for name in names for problem in _lint_one(templates, name)]
    broken = {problem.file for problem in found}
    for name in names:
        if templates.shown(name) not in broken:
            found += [problem for problem in _sampled(templates, name) if problem not in found]
    return list(dict.fromkeys(found))


def check_mjml(templates: Templates, name: str) -> None:
    """Lint MJML template `name` and all that it includes, once for each Templates.

    Raises:
        TemplateError: with every mistake in them.
    """
    if name in templates.checked:
        return
    problems = [found for each in _family(templates, name) for found in _lint_one(templates, each)]
    if problems:
        raise TemplateError(problems)
    templates.checked.add(name)


def _family(templates: Templates, name: str) -> list[str]:
    """`name` and the templates that it includes."""
    found = [name]
    for each in found:  # which grows meanwhile
        try:
            tree = templates.environment.parse(templates.source(each))
        except TemplateSyntaxError:
            continue
        found += [new for new in meta.find_referenced_templates(tree) if new and new not in found]
    return found


def _lint_one(templates: Templates, name: str) -> list[Problem]:
    try:
        source = templates.source(name)
        templates.environment.parse(source, name)
        templates.environment.compile(source, name)
    except TemplateError as error:
        return list(error.problems)
    except Exception as error:  # noqa: BLE001 - Jinja raises its own and Python's on broken source
        line = getattr(error, "lineno", None)
        words = " ".join(str(error).split()) or type(error).__name__
        return [Problem(templates.shown(name), line, "", words)]
    return check_source(templates.shown(name), source) if name.endswith(HTML) else []


def _sampled(templates: Templates, name: str) -> list[Problem]:
    """What goes wrong when sample content meets an entry template; parts come with their whole."""
    if "/" in name or name.startswith("_"):
        return []
    try:
        found = _undeclared(templates, name)
    except RecursionError:
        return [Problem(templates.shown(name), None, "", "it is nested too deeply")]
    if found or not _is_entry(name):
        return found
    for full in (True, False):
        try:
            _render_sample(templates, name, full=full)
        except TemplateError as error:
            found += error.problems
        except PublisherError as error:
            found.append(Problem(templates.shown(name), None, "", error.message, error.hint))
    return found


def _undeclared(templates: Templates, name: str) -> list[Problem]:
    """Names that no template of its kind is given, also where sample content never comes."""
    tree = templates.environment.parse(templates.source(name), name)
    entry = _IN_NOTE if _is_note(templates, name) else _IN_DIGEST
    entry = _IN_SYSTEM if _stem(name) in _SYSTEM else entry
    entry = _IN_CHANNEL_DIGEST if _stem(name) == CHANNEL_DIGEST else entry
    wrong = meta.find_undeclared_variables(tree) - (entry if _is_entry(name) else _IN_PREVIEW)
    lines = {each.name: each.lineno for each in reversed(list(tree.find_all(nodes.Name)))}
    file, known = (
        templates.shown(name),
        sorted(_IN_SYSTEM if entry is _IN_SYSTEM else entry | _IN_DIGEST | _IN_NOTE),
    )
    return [
        Problem(file, lines.get(each), each, "there is no such name", did_you_mean(each, known))
        for each in sorted(wrong)
    ]


def _is_entry(name: str) -> bool:
    return name.endswith((HTML, TEXT))


def _stem(name: str) -> str:
    return name.removesuffix(HTML).removesuffix(TEXT)


def _is_note(templates: Templates, name: str) -> bool:
    return name.endswith(TEXT) and name.removesuffix(TEXT) + HTML not in templates.names()


def _render_sample(templates: Templates, name: str, *, full: bool) -> None:
    """Render entry template `name`: `full` has everything, else only what must be there."""
    from publisher.rendering.channel_digest import render_channel_digest
    from publisher.rendering.digest import render_digest
    from publisher.rendering.note import NoteStyle, render_note

    stem = _stem(name)
    site, post = (_FULL_SITE, _FULL_POST) if full else (_BARE_SITE, _BARE_POST)
    if stem in _SYSTEM:
        _render_system(templates, site, SystemKind(stem), full=full)
        return
    if stem == CHANNEL_DIGEST:
        posts = [post] * (3 if full else 1)
        render_channel_digest(templates, site, posts, None, _MOMENT, {})
        return
    if _is_note(templates, name):
        style = NoteStyle(template=stem, hashtags=3 if full else 0)
        render_note(templates, site, post, None, style)
        return
    roles = ("lead", "latest", "culture") if full else ("latest",)
    picks = [Pick(post, role) for role in roles]
    render_digest(templates, site, picks, newsletter="sample", template=stem, slot=_MOMENT)


def _render_system(templates: Templates, site: Site, kind: SystemKind, *, full: bool) -> None:
    from publisher.rendering.system import NO_EDITION, LastEdition, render_system

    story = Included(_FULL_POST.url, "a.md", "Sample", "A description", _MOMENT)
    last = LastEdition([story], f"{_URL}/edition") if full else NO_EDITION
    examples = ("daily 7:00",) if full else ()
    render_system(
        templates,
        site,
        kind,
        title="Sample",
        last=last,
        leaves_after=int(full),
        examples=examples,
        answered=full,
    )
