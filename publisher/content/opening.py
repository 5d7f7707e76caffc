"""Opening: files become payloads, in two processes where there are many."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from publisher.content.files import File, reason
from publisher.content.index import Codec
from publisher.durations import Progress

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from publisher.content.builder import Builder
    from publisher.content.feeds.feed import FeedBuilder

    Builds = Builder | FeedBuilder

_STEP = 250
_OWN_SHARE = 0.4


class Opened(NamedTuple):
    """What became of one file: its payload, and whether it could be opened at all."""

    payload: str
    readable: bool = True


def open_all(
    builders: "Sequence[Builds]", codec: Codec, files: Sequence[File], progress: Progress
) -> list[Opened]:
    """What became of each; `progress` hears now and then how many are done."""
    opened = []
    for number, file in enumerate(files):
        if number % _STEP == 0:
            progress(number, len(files))
        opened.append(_open(builders[file.source], codec, file))
    return opened


def _open(builder: "Builds", codec: Codec, file: File) -> Opened:
    """The payload of a file; "" for one that is gone."""
    try:
        raw = builder.read(file)
    except FileNotFoundError:
        return Opened("")
    except OSError as error:
        problem = f"the file cannot be read: {reason(error)}; give the right to read it"
        return Opened(codec.encode(builder.unreadable(file.name, problem)), readable=False)
    try:
        return Opened(codec.encode(builder.build(file, raw)))
    except Exception as error:  # noqa: BLE001  one file must never stop the others
        problem = f"it cannot be read ({type(error).__name__}); simplify its front matter"
        return Opened(codec.encode(builder.unreadable(file.name, problem, 1)))


def can_fork() -> bool:
    """Whether there is a second processor, and no thread that a copy of this process would miss."""
    affinity = getattr(os, "sched_getaffinity", None)
    return affinity is not None and len(affinity(0)) > 1 and threading.active_count() == 1


def in_two_processes(
    work: Callable[[Sequence[File], Progress], list[Opened]],
    files: Sequence[File],
    progress: Progress,
    meanwhile: Callable[[], None],
) -> list[Opened]:
    """What `work` makes of the files, the latter ones in a copy of this process.

    `meanwhile` is called here while the copy may still be at work. Should the copy fail, all is
    done here. A cold `publish posts` of 25,000 posts takes a third less time so.
    """
    from multiprocessing import get_context

    fork = get_context("fork")
    middle = int(len(files) * _OWN_SHARE)
    receiver, sender = fork.Pipe(duplex=False)
    copy = fork.Process(target=_send, args=(sender, work, files[middle:]), daemon=True)
    copy.start()
    sender.close()
    own = work(files[:middle], lambda done, _: progress(done, len(files)))
    meanwhile()
    try:
        others: list[Opened] = receiver.recv()
    except (EOFError, OSError):
        others = work(files[middle:], silent)
    copy.join()
    return own + others


def _send(
    sender: "Connection",
    work: Callable[[Sequence[File], Progress], list[Opened]],
    files: list[File],
) -> None:
    """The copy's whole life; it ends without a word whatever happens."""
    try:
        sender.send(work(files, silent))
    except BaseException:  # noqa: BLE001  the other process does it then
        sender.close()


def silent(*_: int) -> None:
    """Nobody wants to know, and there is nothing to prepare."""
