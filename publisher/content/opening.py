"""Opening files: each becomes an entry, or an entry that says why it cannot be read, or nothing."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from publisher.content.builder import Builder
from publisher.content.files import File, reason
from publisher.content.frontmatter.fences import read_raw
from publisher.content.frontmatter.parse import read_metadata
from publisher.content.index import Entry
from publisher.content.payload import Codec
from publisher.content.source import Source
from publisher.model.posts import Post

_STEP = 250
_UNREAD = "!"


class Opened(NamedTuple):
    """A file that was there as an entry, and whether it could be opened at all."""

    entry: Entry
    readable: bool


class Opener:
    """Reads the files of one source."""

    def __init__(self, source: Source, codec: Codec) -> None:
        self._builder = Builder(source)
        self._codec = codec

    def refused(self, name: str, problem: str) -> Post:
        """The post of what could not even be listed."""
        return self._builder.unreadable(name, problem)

    def open_all(
        self,
        files: Sequence[File],
        progress: Callable[[int, int], None],
        meanwhile: Callable[[], None],
    ) -> list[Opened]:
        """Every file that is still there.

        `progress` is told how many of how many are done; `meanwhile` is called once, while another
        processor may still be at work.
        """
        from publisher.content.sharing import shared

        with shared(self.payloads, files) as (own, others):
            payloads = self.payloads(own, lambda done, _: progress(done, len(files)))
            meanwhile()
            payloads += others()
        return [
            _opened(file, payload) for file, payload in zip(files, payloads, strict=True) if payload
        ]

    def payloads(self, files: Sequence[File], progress: Callable[[int, int], None]) -> list[str]:
        """The payload of each file, after `!` if it could not be read; "" if it is gone."""
        made = []
        for number, file in enumerate(files):
            if number % _STEP == 0:
                progress(number, len(files))
            made.append(self._payload(file))
        return made

    def _payload(self, file: File) -> str:
        try:
            raw = read_raw(file.path)
        except FileNotFoundError:
            return ""
        except OSError as error:
            problem = f"the file cannot be read: {reason(error)}; give the right to read it"
            return _UNREAD + self._codec.encode(self._builder.unreadable(file.name, problem))
        try:
            payload = self._codec.encode(self._builder.build(file.name, read_metadata(raw)))
            return payload if payload.isascii() else _storable(payload)
        except Exception as error:  # noqa: BLE001  one file must never stop the others
            problem = f"it cannot be read ({type(error).__name__}); simplify its front matter"
            return self._codec.encode(self._builder.unreadable(file.name, problem, 1))


def _storable(payload: str) -> str:
    """The payload, which a database must be able to keep.

    Raises:
        UnicodeEncodeError: half a character stands in it.
    """
    payload.encode()
    return payload


def _opened(file: File, payload: str) -> Opened:
    readable = not payload.startswith(_UNREAD)
    kept = payload if readable else payload.removeprefix(_UNREAD)
    return Opened(Entry(file.name, file.size, file.mtime_ns, None, kept), readable)
