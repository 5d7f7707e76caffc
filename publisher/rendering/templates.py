"""Templates: the site's own win over the shipped ones, name by name."""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import publisher
from publisher.errors import Problem, TemplateError
from publisher.rendering.text.links import safe_url
from publisher.rendering.text.truncate import shorten
from publisher.rendering.text.wrap import wrapped
from publisher.rendering.words import ENGLISH, Words

if TYPE_CHECKING:
    from jinja2 import Template

    from publisher.rendering.sandbox import BoundedEnvironment

HTML = ".mjml.j2"
TEXT = ".txt.j2"
_EMPTY_LINES = re.compile(r"\n{3,}")
_speaking: ContextVar[Words] = ContextVar("_speaking", default=ENGLISH)


class Templates:
    """Finds, renders and checks templates; `own` is the site's folder of them, if it has one.

    Templates run in Jinja's sandbox, with undefined names as errors and with bounds for time and
    size; what ends in `.txt.j2` is plain text, all else is escaped for HTML. `checked` holds the
    MJML templates in which no mistake was found.

    What is rendered speaks the language of the `site` in its context (or of `words`): texts by
    gettext's functions (`{{ _("Unsubscribe") }}`, `{% trans %}`), dates and numbers by filters.
    Filters: `day`, `date`, `moment`, `clock`, `number`, `bdi`, `direction`, `shorten(n)`,
    `safe_url`, `wrapped(indent)`.
    """

    def __init__(self, own: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.own = own
        self.checked: set[str] = set()
        self._clock = clock
        self._folders = [folder for folder in (own, shipped_folder()) if folder is not None]

    @cached_property
    def environment(self) -> "BoundedEnvironment":
        """The Jinja environment, made at first use."""
        return _environment(self._folders, self._clock)

    def names(self) -> list[str]:
        """Every template's name, such as `digest.mjml.j2` or `parts/footer.mjml.j2`.

        Raises:
            TemplateError: the site's folder of templates cannot be read.
        """
        if self.own is not None:
            try:
                os.scandir(self.own).close()
            except OSError as error:
                problem = Problem(self.own.name, None, "", *_unreadable(error))
                raise TemplateError([problem]) from None
        return [name for name in self.environment.list_templates() if name.endswith(".j2")]

    def shown(self, name: str) -> str:
        """The file behind `name` as a person knows it."""
        if self.own is not None and os.path.lexists(self.own / name):
            return f"{self.own.name}/{name}"
        return f"{name} (shipped with Publisher)"

    def wrong(
        self, name: str, problem: str, hint: str = "", *, line: int | None = None, where: str = ""
    ) -> TemplateError:
        """The error that says what is wrong with template `name`; the arguments are Problem's."""
        return TemplateError([Problem(self.shown(name), line, where, problem, hint)])

    def source(self, name: str) -> str:
        """The text of a template.

        Raises:
            TemplateError: there is none of that name, it cannot be read, or it is no UTF-8.
        """
        from jinja2 import TemplateNotFound

        loader = self.environment.loader
        assert loader is not None  # noqa: S101 - _environment always sets one
        try:
            return loader.get_source(self.environment, name)[0]
        except TemplateNotFound:
            raise self._missing(name) from None
        except UnicodeDecodeError:
            raise self.wrong(name, "not UTF-8 text") from None
        except OSError as error:
            raise self.wrong(name, *_unreadable(error)) from None

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """The text that template `name` makes of `context`.

        Raises:
            TemplateError: it is missing, wrong, or asks for what is not there; with its line.
        """
        self.source(name)
        try:
            return self._rendered(self.environment.get_template(name), context)
        except Exception as error:  # noqa: BLE001 - a template's filters may raise anything
            place, line = _place(error, name, self._folders)
            raise self.wrong(place, _reason(error), line=line) from None

    def render_text(self, name: str, context: Mapping[str, Any]) -> str:
        """`render` for plain text: no blanks at the ends of lines, one empty line between them."""
        lines = self.render(name, context).strip().splitlines()
        return _EMPTY_LINES.sub("\n\n", "\n".join(map(str.rstrip, lines)))

    def render_line(self, where: str, line: str, context: Mapping[str, Any]) -> str:
        """A short template out of config.yaml, such as a subject; plain text.

        Raises:
            TemplateError: it is wrong; `where` names it.
        """
        try:
            return self._rendered(self.environment.from_string(line), context)
        except Exception as error:  # noqa: BLE001 - a template's filters may raise anything
            raise TemplateError([Problem("config.yaml", None, where, _reason(error))]) from None

    def _rendered(self, template: "Template", context: Mapping[str, Any]) -> str:
        from publisher.rendering.sandbox import joined

        with self.environment.bounded(), _in_the_words_of(context):
            return joined(template.generate(context))

    def _missing(self, name: str) -> TemplateError:
        names = self.names()
        hint = did_you_mean(name, names) or f"there are: {', '.join(names)}"
        return TemplateError([Problem(name, None, "", "there is no such template", hint)])


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean x?` of the one of `known` that is most like `name`; '' if none is."""
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""


def shipped_folder() -> Path:
    """Where the shipped templates are: inside the wheel, or beside the package in a checkout."""
    package = Path(publisher.__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def _environment(folders: Sequence[Path], clock: Callable[[], float]) -> "BoundedEnvironment":
    from jinja2 import ChoiceLoader, StrictUndefined

    from publisher.rendering.i18n import install
    from publisher.rendering.sandbox import BoundedEnvironment, BoundedFolder

    environment = BoundedEnvironment(
        clock,
        loader=ChoiceLoader([BoundedFolder(folder) for folder in folders]),
        extensions=["jinja2.ext.i18n"],
        autoescape=lambda name: name is not None and not name.endswith(TEXT),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"shorten": shorten, "safe_url": safe_url, "wrapped": wrapped}
    install(environment, _speaking.get)
    return environment


@contextmanager
def _in_the_words_of(context: Mapping[str, Any]) -> Iterator[None]:
    """Included and imported templates speak as the one that is rendered."""
    site = context.get("site")
    token = _speaking.set(context.get("words") or (site.words if site else ENGLISH))
    try:
        yield
    finally:
        _speaking.reset(token)


def _unreadable(error: OSError) -> tuple[str, str]:
    reason = (error.strerror or type(error).__name__).lower()
    return f"cannot be read ({reason})", "make it a file that Publisher may read"


def _reason(error: Exception) -> str:
    from jinja2 import TemplateNotFound

    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    if isinstance(error, RecursionError):
        return "it calls itself without end"
    return " ".join(str(error).split()) or type(error).__name__


def _place(error: Exception, name: str, folders: Sequence[Path]) -> tuple[str, int | None]:
    """The template and line that raised: Jinja writes both into the traceback it rewrites."""
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return error.name or name, error.lineno
    place, line, trace = name, None, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        folder = next((each for each in folders if file.startswith(f"{each}/")), None)
        if folder is not None and file.endswith(".j2"):
            place, line = file[len(str(folder)) + 1 :], trace.tb_lineno
        trace = trace.tb_next
    return place, line
