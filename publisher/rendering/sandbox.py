"""Bounds: a template may neither run for ever nor fill the memory, whatever it says.

Loops, macros and blocks look at the clock; what multiplies (arithmetic on texts, filters that pad
or repeat) is measured before it is made.
"""

import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from functools import wraps
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    TemplateNotFound,
    filters,
    nodes,
    pass_eval_context,
)
from jinja2.compiler import CodeGenerator, Frame
from jinja2.loaders import split_template_path
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

SECONDS = 10.0  # the shipped digest takes a hundredth of one
MOST_CHARACTERS = 5_000_000  # fifty times what Gmail shows of a message
MOST_BYTES = 512 * 1024  # of one template's file
MOST_BITS = 100_000  # of one number
_LARGEST_NUMBER = 100_000  # as an argument of what pads, indents or cuts
_LOOKS = 64  # so many steps between two looks at the clock
_WIDTH = re.compile(r"\d{5}")
_PADDING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})
_SLOW = f"it runs for more than {SECONDS:.0f} seconds: is there an endless loop?"
_LARGE = "what it makes is far too large for an email: is something repeated?"
_MEASURED = ("center", "indent", "wordwrap", "batch", "slice", "tojson", "truncate", "round")


class TooMuch(Exception):
    """A template wants more time or room than any email needs."""


class _TickingCode(CodeGenerator):
    """Code that looks at the clock in every block, loop and macro, and at what `~` joins."""

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        self.writeline("environment.tick()")
        super().blockvisit(nodes, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802  Jinja's name
        self.write("environment.fitting(")
        super().visit_Concat(node, frame)
        self.write(")")


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with an end; `clock` gives seconds."""

    code_generator_class = _TickingCode
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, clock: Callable[[], float] = time.monotonic, **options: Any) -> None:
        super().__init__(**options)
        self._clock = clock
        self._running = threading.local()
        del self.globals["lipsum"]
        self.filters |= {name: _measured(self.filters[name]) for name in _MEASURED}
        self.filters |= {"format": _format, "join": _join, "replace": _replace}

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """One rendering: the time begins, and is over for all that is rendered inside."""
        outermost = getattr(self._running, "until", None) is None
        if outermost:
            self._running.until, self._running.steps = self._clock() + SECONDS, 0
        try:
            yield
        finally:
            if outermost:
                self._running.until = None

    def tick(self) -> None:
        """Called by every block of a running template.

        Raises:
            TooMuch: it has run for too long.
        """
        running = self._running
        running.steps = steps = getattr(running, "steps", 0) + 1
        until = getattr(running, "until", None)
        if steps % _LOOKS == 0 and until is not None and self._clock() > until:
            raise TooMuch(_SLOW)

    def fitting(self, value: Any) -> Any:
        """`value`, if it is not too large."""
        if isinstance(value, int):
            _at_most(MOST_BITS, value.bit_length())
        elif isinstance(value, str | bytes | list | tuple):
            _at_most(MOST_CHARACTERS, len(value))
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The operators by which little becomes much."""
        if operator in _REFUSALS:
            _REFUSALS[operator](left, right)
        return self.fitting(super().call_binop(context, operator, left, right))

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Functions and methods; those of texts that pad or repeat are measured first."""
        text, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(text, str):
            _refuse_method(text, name, args)
        elif name in {"format", "format_map"}:
            _refuse_width(str(getattr(getattr(obj, "__wrapped__", None), "__self__", "")))
        return self.fitting(super().call(context, obj, *args, **kwargs))


class BoundedFolder(FileSystemLoader):
    """A folder of templates, of which only small files are ever opened."""

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002  Jinja's signature
        template: str,
    ) -> tuple[str, str, Any]:
        """As Jinja's, but no pipe, device or giant.

        Raises:
            TemplateNotFound: there is no such file.
            OSError: it cannot be read.
            UnicodeDecodeError: it is no UTF-8.
        """
        pieces = split_template_path(template)
        for folder in self.searchpath:
            path = os.path.join(folder, *pieces)  # noqa: PTH118  as Jinja names it in tracebacks
            try:
                return _read(path), path, None
            except (FileNotFoundError, NotADirectoryError):
                continue
        raise TemplateNotFound(template)


def _read(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123  it is open already
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is not a file")
        if status.st_size > MOST_BYTES:
            raise OSError(0, f"it is larger than {MOST_BYTES // 1024} kB")
        return file.read(MOST_BYTES).decode().replace("\r\n", "\n").replace("\r", "\n")


def joined(pieces: Iterable[str]) -> str:
    """The pieces joined.

    Raises:
        TooMuch: they are too long.
    """
    size, kept = 0, []
    for piece in pieces:
        size += len(piece)
        _at_most(MOST_CHARACTERS, size)
        kept.append(piece)
    return "".join(kept)


def _at_most(most: int, size: int) -> None:
    if size > most:
        raise TooMuch(_LARGE)


def _refuse_power(base: Any, exponent: Any) -> None:
    if isinstance(base, int) and isinstance(exponent, int):
        _at_most(MOST_BITS, base.bit_length() * abs(exponent))


def _refuse_product(left: Any, right: Any) -> None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, int) and isinstance(other, Sized):
            _at_most(MOST_CHARACTERS, one * len(other))
    if isinstance(left, int) and isinstance(right, int):
        _at_most(MOST_BITS, left.bit_length() + right.bit_length())


def _refuse_width(pattern: Any, _values: Any = None) -> None:
    """`%1000000d` and `{:1000000}` pad to that width."""
    if isinstance(pattern, str) and (_WIDTH.search(pattern) or "*" in pattern):
        raise TooMuch(_LARGE)


_REFUSALS = {"**": _refuse_power, "*": _refuse_product, "%": _refuse_width}


def _refuse_numbers(values: Iterable[Any]) -> None:
    for each in values:
        if isinstance(each, int):
            _at_most(_LARGEST_NUMBER, abs(each))


def _refuse_method(text: str, name: str, args: Sequence[Any]) -> None:
    if name in _PADDING:
        _refuse_numbers(args)
    elif name in {"format", "format_map"}:
        _refuse_width(text)
    elif name == "join" and args and isinstance(args[0], Sized):
        _at_most(MOST_CHARACTERS, len(text) * len(args[0]))
    elif name == "replace" and len(args) > 1:
        _at_most(MOST_CHARACTERS, len(str(args[1])) * text.count(str(args[0])))


def _measured(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose options must be sane."""

    @wraps(function)  # which keeps what Jinja hands to it
    def measured(*args: Any, **kwargs: Any) -> Any:
        _refuse_numbers((*args[1:], *kwargs.values()))
        return function(*args, **kwargs)

    return measured


def _format(value: Any, *args: Any, **kwargs: Any) -> Any:
    _refuse_width(str(value))
    return filters.do_format(value, *args, **kwargs)


@pass_eval_context
def _join(eval_ctx: EvalContext, value: Any, d: str = "", attribute: Any = None) -> Any:
    items = list(value)
    _at_most(MOST_CHARACTERS, len(str(d)) * len(items))
    longest = max((len(item) for item in items if isinstance(item, str)), default=0)
    _at_most(10 * MOST_CHARACTERS, longest * len(items))
    return filters.do_join(eval_ctx, items, d, attribute)


@pass_eval_context
def _replace(eval_ctx: EvalContext, s: Any, old: Any, new: Any, count: int | None = None) -> Any:
    _at_most(MOST_CHARACTERS, len(str(new)) * str(s).count(str(old)))
    return filters.do_replace(eval_ctx, s, old, new, count)
