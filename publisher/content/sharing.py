"""A large first reading is shared with a copy of this process, on another processor."""

import marshal
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, TypeVar

Item = TypeVar("Item")
Progress = Callable[[int, int], None]
Work = Callable[[Sequence[Item], Progress], list[str]]

_FEWEST = 4_000
_OWN = 0.4
"""What is read here of a large site: the rest of the time goes into opening the database."""


@contextmanager
def shared(
    work: "Work[Item]", items: Sequence[Item]
) -> Iterator[tuple[Sequence[Item], Callable[[], list[str]]]]:
    """The items to work on here, and a function that gives what became of the others.

    A copy of this process works on the others meanwhile, where there is a second processor and no
    thread that a copy would miss. Should it fail, they are worked on here after all.
    """
    if not _worth_it(len(items)):
        yield items, list
        return
    middle = int(len(items) * _OWN)
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if child == 0:
            _answer(work, items[middle:], answer)

        def others() -> list[str]:
            _, status = os.waitpid(child, 0)
            return _read(answer) if status == 0 else work(items[middle:], _silent)

        yield items[:middle], others


def _worth_it(count: int) -> bool:
    affinity = getattr(os, "sched_getaffinity", None)
    return (
        count >= _FEWEST
        and affinity is not None
        and len(affinity(0)) > 1
        and threading.active_count() == 1
    )


def _answer(work: "Work[Item]", items: Sequence[Item], answer: BinaryIO) -> None:
    """The copy's whole life; it leaves without a word whatever happens."""
    code = 1
    try:
        marshal.dump(work(items, _silent), answer)
        answer.flush()
        code = 0
    finally:
        os._exit(code)


def _read(answer: BinaryIO) -> list[str]:
    answer.seek(0)
    made: list[str] = marshal.load(answer)  # noqa: S302  our own copy wrote it
    return made


def _silent(_done: int, _total: int) -> None:
    """A copy shows no progress."""
