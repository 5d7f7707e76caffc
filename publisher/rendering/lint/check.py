"""Templates checked before anyone is mailed: Jinja, MJML, and what sample content makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from publisher.errors import Problem, PublisherError, TemplateError
from publisher.model.posts import Post
from publisher.rendering.brand import Look, SiteCard
from publisher.rendering.lint.mjml import check_source
from publisher.rendering.templates import HTML, TEXT, Templates

_MOMENT = datetime(2020, 9, 24, 7, tzinfo=UTC)
_SITE = "https://site.example"
_IN_NOTE = frozenset({"lead", "post", "site", "url", "hashtags"})
_IN_PREVIEW = frozenset({"title", "digests", "notes"})
_IN_DIGEST = frozenset(
    {"site", "look", "newsletter", "date", "stories", "lead", "latest", "sections"}
    | {"preheader", "subject", "reader"}
)


@dataclass(frozen=True, slots=True)
class _Pick:
    post: Post
    role: str


def lint_all(templates: Templates) -> list[Problem]:
    """Every mistake in every template that would be used, each told once."""
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


def lint_mjml(templates: Templates, name: str) -> list[Problem]:
    """The mistakes that can be seen in MJML template `name` and in what it includes."""
    return [problem for each in _family(templates, name) for problem in _lint_one(templates, each)]


def _family(templates: Templates, name: str) -> list[str]:
    from jinja2 import TemplateSyntaxError, meta

    found, waiting = [name], [name]
    while waiting:
        try:
            tree = templates.environment.parse(templates.source(waiting.pop()))
        except TemplateSyntaxError:
            continue
        new = [each for each in meta.find_referenced_templates(tree) if each]
        waiting += [each for each in new if each not in found]
        found += [each for each in new if each not in found]
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
    for attempt in () if found else _attempts(templates, name):
        try:
            attempt()
        except TemplateError as error:
            found += error.problems
        except PublisherError as error:
            found.append(Problem(templates.shown(name), None, "", error.message, error.hint))
    return found


def _undeclared(templates: Templates, name: str) -> list[Problem]:
    """Names that no template of its kind is given, also where sample content never comes."""
    from jinja2 import meta, nodes

    tree = templates.environment.parse(templates.source(name), name)
    wrong = meta.find_undeclared_variables(tree) - _given(templates, name)
    lines = {each.name: each.lineno for each in reversed(list(tree.find_all(nodes.Name)))}
    return [
        Problem(templates.shown(name), lines.get(each), each, "there is no such name", _hint(each))
        for each in sorted(wrong)
    ]


def _given(templates: Templates, name: str) -> frozenset[str]:
    if not _is_entry(name):
        return _IN_PREVIEW
    return _IN_NOTE if _is_note(templates, name) else _IN_DIGEST


def _hint(name: str) -> str:
    near = get_close_matches(name, sorted(_IN_DIGEST | _IN_NOTE), n=1)
    return f"did you mean {near[0]}?" if near else ""


def _is_entry(name: str) -> bool:
    return name.endswith((HTML, TEXT))


def _is_note(templates: Templates, name: str) -> bool:
    return name.endswith(TEXT) and name.removesuffix(TEXT) + HTML not in templates.names()


def _attempts(templates: Templates, name: str) -> "Iterator[_Attempt]":
    if _is_entry(name):
        stem, note = name.removesuffix(HTML).removesuffix(TEXT), _is_note(templates, name)
        yield from (_Attempt(templates, stem, full=full, note=note) for full in (True, False))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One rendering with sample content: `full` has everything, else only what must be there."""

    templates: Templates
    stem: str
    full: bool
    note: bool

    def __call__(self) -> None:
        card = _card(full=self.full)
        picks = [_Pick(_post(full=self.full), role) for role in self._roles()]
        if self.note:
            self._note(card, picks[0].post)
            return
        from publisher.rendering.digest import render_digest

        render_digest(
            self.templates, card, picks, newsletter="sample", template=self.stem, slot=_MOMENT
        )

    def _roles(self) -> tuple[str, ...]:
        return ("lead", "latest", "culture") if self.full else ("latest",)

    def _note(self, card: SiteCard, post: Post) -> None:
        from publisher.rendering.note import NoteStyle, render_note

        style = NoteStyle(template=self.stem, hashtags=3 if self.full else 0)
        render_note(self.templates, card, post, None, style)


def _card(*, full: bool) -> SiteCard:
    if not full:
        return SiteCard("Sample", _SITE)
    look = Look(logo=f"{_SITE}/logo.png", logo_dark=f"{_SITE}/dark.png")
    return SiteCard("Sample", _SITE, address="1 Sample Street", description="A site", look=look)


def _post(*, full: bool) -> Post:
    if not full:
        return Post("sample.md", f"{_SITE}/sample", "Sample")
    return Post(
        "sample.md",
        f"{_SITE}/sample",
        "Sample",
        "A description",
        f"{_SITE}/sample.jpg",
        _MOMENT,
        categories=("culture",),
        language="en",
    )
