"""Words, dates and directions as templates write them: Jinja's i18n extension, and filters."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from jinja2 import Environment, pass_context, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup, escape

from publisher.rendering.merge_fields import MergeField
from publisher.rendering.text.clean import turns
from publisher.rendering.text.dates import Style
from publisher.rendering.words import Words

Speaking = Callable[[], Words]


def install(environment: Environment, speaking: Speaking) -> None:
    """Make the templates of `environment` say things in the words of `speaking()`.

    Translations are text, never markup: what stands in one is escaped where its template is.
    """
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the extension adds it
        pass_eval_context(lambda told, *args: _safe(told, speaking().text(*args))),
        pass_eval_context(lambda told, *args: _safe(told, speaking().plural(*args))),
        newstyle=True,
        pgettext=pass_eval_context(
            lambda told, context, message: _safe(told, speaking().text(message, context))
        ),
        npgettext=pass_eval_context(
            lambda told, context, one, many, number: _safe(
                told, speaking().plural(one, many, number, context)
            )
        ),
    )
    environment.filters |= _filters(speaking)


def _filters(speaking: Speaking) -> dict[str, Callable[..., Any]]:
    """Each asks for the context, or Jinja would keep what it makes of a constant for good."""

    @pass_context
    def day(_: Context, moment: datetime) -> str:
        return speaking().date(moment, "full")

    @pass_context
    def date(_: Context, moment: datetime, style: Style = "long") -> str:
        return speaking().date(moment, style)

    @pass_context
    def moment(_: Context, moment: datetime) -> str:
        return speaking().moment(moment)

    @pass_context
    def clock(_: Context, moment: time | datetime) -> str:
        return speaking().clock(moment)

    @pass_context
    def number(_: Context, value: int) -> str:
        return speaking().number(value)

    @pass_context
    def bdi(context: Context, value: object) -> str:
        """A text of its own direction inside a sentence; it turns nothing around it."""
        return _isolated(value, speaking(), markup=bool(context.eval_ctx.autoescape))

    @pass_context
    def direction(_: Context, text: str) -> str:
        """For `dir`: a title from the right may begin with a Latin word where all else is so."""
        return "rtl" if speaking().direction == "rtl" and turns(text) else "auto"

    return {each.__name__: each for each in (day, date, moment, clock, number, bdi, direction)}


def _safe(told: EvalContext, text: str) -> str:
    return escape(text) if told.autoescape else text


def _isolated(value: object, words: Words, *, markup: bool) -> str:
    turned = words.direction == "rtl"
    if markup:
        needed = turned or isinstance(value, MergeField) or turns(str(value))
        return Markup("<bdi>{}</bdi>").format(value) if needed else escape(value)
    return f"\u2068{value}\u2069" if turned or turns(str(value)) else str(value)
