"""The files of an import: lists themselves, and lists in the ZIP archives that other tools make."""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from publisher.errors import UsageError

BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a damaged archive may raise."""

_LISTS: Final = frozenset({".csv", ".tsv"})
_MOST: Final = 4 * 1024**3  # bytes of all lists of an archive, unpacked
_ACTIVITY: Final = "granular_activity"  # in Mailchimp's: who opened what, who may have left since
_MAGIC: Final = b"PK\x03\x04"
_WORKBOOK: Final = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Source:
    """A list of subscribers; `name` is how people know it, `file_name` what its own tool called it.

    `archive` is where it lies, among files that may be anything; empty: it lies in none.
    """

    name: str
    file_name: str
    open: Callable[[], BinaryIO]
    archive: str = ""


@contextmanager
def sources(files: Iterable[Path]) -> Iterator[list[Source]]:
    """The lists that `files` are or contain.

    Raises:
        UsageError: a file cannot be read, or is an archive without lists.
    """
    found: list[Source] = []
    archives: list[zipfile.ZipFile] = []
    try:
        for file in files:
            archive = _archive(file)
            if archive is None:
                found.append(plain(file))
            else:
                archives.append(archive)
                found += _packed(file, archive)
        yield found
    finally:
        for archive in archives:
            archive.close()


def plain(file: Path) -> Source:
    """A list that is no archive."""
    return Source(str(file), file.name, lambda: _opened(file))


def _archive(file: Path) -> zipfile.ZipFile | None:
    try:
        return zipfile.ZipFile(file) if file.is_file() and _is_zip(file) else None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except BROKEN:
        raise UsageError(f"{file}: is a damaged archive", "export it again") from None


def _is_zip(file: Path) -> bool:
    """Whether it is an archive; one that ends too early begins as one, too."""
    with file.open("rb") as opened:
        begins = opened.read(len(_MAGIC)) == _MAGIC
    return begins or zipfile.is_zipfile(file)


def _packed(file: Path, archive: zipfile.ZipFile) -> Iterator[Source]:
    members = archive.infolist()
    if any(each.filename == _WORKBOOK for each in members):
        raise UsageError(f"{file}: is a spreadsheet", "save it as CSV in UTF-8")
    lists = [each for each in members if _is_list(each)]
    if not lists:
        raise UsageError(f"{file}: contains no CSV file", "unpack it, and import the lists")
    if any(each.flag_bits & 1 for each in lists):
        raise UsageError(f"{file}: is protected by a password", "unpack it, and import the lists")
    if sum(each.file_size for each in lists) > _MOST:
        raise UsageError(f"{file}: unpacks to more than 4 GB", "import its lists one by one")
    for each in lists:
        name = PurePosixPath(each.filename).name
        yield Source(f"{file}/{each.filename}", name, _opener(archive, each), archive=str(file))


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast("BinaryIO", archive.open(member))


def _is_list(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    other = any(part.startswith((".", "__MACOSX", _ACTIVITY)) for part in path.parts)
    return not member.is_dir() and not other and path.suffix.lower() in _LISTS


def _opened(file: Path) -> BinaryIO:
    """The open file; what comes through a pipe is put by first."""
    try:
        opened = file.open("rb")
        if opened.seekable():
            opened.peek(1)  # a folder can be opened, but not read
            return opened
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
        with opened:
            shutil.copyfileobj(opened, copy)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    copy.seek(0)
    return copy
