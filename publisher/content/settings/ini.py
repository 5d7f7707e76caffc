"""Settings in INI files: sections of `key = value` lines."""

from configparser import Error, RawConfigParser
from contextlib import suppress
from pathlib import Path

from publisher.content.files import beginning
from publisher.content.settings.files import MOST_BYTES

Sections = dict[str, dict[str, str]]


def read_ini(path: Path) -> Sections:
    """The sections of a file with their values; what cannot be read is left out."""
    parser = RawConfigParser(
        strict=False, delimiters=("=",), default_section="", allow_no_value=True
    )
    with suppress(Error):  # what stands above a bad line is kept
        parser.read_string(beginning(path, MOST_BYTES).removeprefix("\ufeff"))
    return {
        name: {key: _plain((value or "").strip()) for key, value in parser.items(name)}
        for name in parser.sections()
    }


def _plain(value: str) -> str:
    """The value without the quotes around it."""
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value
