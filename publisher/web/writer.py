"""One thread writes for all requests, many in one transaction: SQLite has one writer at a time.

A commit costs as much for fifty readers as for one, and while the pages write, a mailing waits. So
what comes within a tenth of a second, or of a longer rest where the disk is busy, is committed
together, and nobody is answered before that: what a reader was told is so, is so after a power cut.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from publisher.errors import StorageError
from publisher.outbox.outbox import Outbox

T = TypeVar("T")

MOST_TOGETHER: Final = 500
LINGER: Final = 0.1
"""So many seconds a transaction waits for company after the one before it."""

RESTS: Final = 15
MOST_LINGER: Final = 0.5
"""Or so many times as long as that one took: a mailing has the database nearly all the time."""

MOST_WAITING: Final = 2_000
"""Requests beyond this are refused at once: they would be answered after their readers left."""


Together = Callable[[list[Any]], Sequence[Any]]
"""Writes many things of one sort in few statements, and gives what became of each."""


class _Wish:
    """What is to be written, and who waits for it; of a sort, it is written with its like."""

    def __init__(
        self, change: Callable[[], Any], sort: Together | None = None, thing: Any = None
    ) -> None:
        self.change = change
        self.sort = sort
        self.thing = thing
        self.future: Future[Any] = Future()
        self.value: Any = None
        self.error: BaseException | None = None

    def settle(self, failed: BaseException | None) -> None:
        """Tell who waits, after the commit or what came instead of it."""
        error = failed or self.error
        with suppress(InvalidStateError):  # who waited has given up
            if error is not None:
                self.future.set_exception(error)
            else:
                self.future.set_result(self.value)


class Writer:
    """Writes what requests want, in groups; `start` before, `stop` after."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._wishes: SimpleQueue[_Wish | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name="web-writer")
        self._thread.start()

    def stop(self) -> None:
        """Write what was wished for until now, and end."""
        self._stopping.set()
        self._wishes.put(None)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    async def write(self, change: Callable[[], T]) -> T:
        """What `change` gives, which may write by any method of the outbox; once it is committed.

        Raises:
            StorageError: nothing of it was written, or too many wait.
        """
        result: T = await self._wait_for(_Wish(change))
        return result

    async def write_with(self, sort: Together, thing: Any) -> Any:
        """What becomes of `thing`, which `sort` writes with others of its sort; as `write`."""
        return await self._wait_for(_Wish(lambda: sort([thing])[0], sort, thing))

    async def _wait_for(self, wish: _Wish) -> Any:
        if self._thread is None or self._wishes.qsize() >= MOST_WAITING:
            raise StorageError("too much is waiting to be written")
        self._wishes.put(wish)
        return await asyncio.wrap_future(wish.future)

    def _work(self) -> None:
        while (first := self._wishes.get()) is not None:
            group = [first, *self._others()]
            begun = time.monotonic()
            self._commit(group)
            took = time.monotonic() - begun
            self._stopping.wait(min(max(LINGER, RESTS * took), MOST_LINGER))

    def _others(self) -> list[_Wish]:
        """Who waits as well."""
        found: list[_Wish] = []
        with suppress(Empty):
            while len(found) < MOST_TOGETHER - 1:
                wish = self._wishes.get_nowait()
                if wish is None:
                    self._wishes.put(None)
                    break
                found.append(wish)
        return found

    def _commit(self, group: list[_Wish]) -> None:
        failed: BaseException | None = None
        try:
            with self._outbox.database.together():
                for sort in {wish.sort for wish in group}:
                    same = [wish for wish in group if wish.sort is sort]
                    if sort is None or not _fulfilled_together(sort, same):
                        for wish in same:
                            _fulfil(wish)
        except Exception as error:  # noqa: BLE001 - whoever waits has to hear of it
            failed = error
        for wish in group:
            wish.settle(failed)


def _fulfilled_together(sort: Together, wishes: list[_Wish]) -> bool:
    """Do what many want; False, and nothing, if that fails because of one of them."""
    try:
        values = sort([wish.thing for wish in wishes])
    except Exception:  # noqa: BLE001 - each is tried by itself then, and hears of it
        return False
    for wish, value in zip(wishes, values, strict=True):
        wish.value = value
    return True


def _fulfil(wish: _Wish) -> None:
    """Do what one wants; that it fails harms none of the others."""
    try:
        wish.value = wish.change()
    except Exception as error:  # noqa: BLE001 - it is theirs who wait for it
        wish.error = error
