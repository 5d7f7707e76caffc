"""The first config.yaml of a site, for `publish init`: commented, and free of mistakes."""

import re
from collections.abc import Mapping
from email.utils import quote
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from publisher.content.generators.base import Found
from publisher.mime.addresses import AddressError, a_labels

_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9 ./_{}|,-]*")
_WORDS_OF_YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_TEMPLATE = Path(__file__).with_name("starter.yaml.in")


class Question(NamedTuple):
    """Something to ask; `default` is the answer of those who just press Enter."""

    key: str
    text: str
    default: str


def questions(found: Found | None) -> list[Question]:
    """What is not plain to read of a site, so that a person must say it."""
    known = _known(found)
    return [each for each in _QUESTIONS if not known[each.key]]


_QUESTIONS = (
    Question("folder", "Folder of posts, from the site's own folder", "source/_posts"),
    Question("title", "Title of the site", "My site"),
    Question("url", "Address of the site", "https://www.example.org"),
    Question("timezone", "Time zone", "UTC"),
)


def starter(found: Found | None, answers: Mapping[str, str]) -> str:
    """The text of a config.yaml in the site's folder.

    Args:
        found: what could be read of the site, or None.
        answers: to `questions`, by key: `folder` (relative to the site's), `title`, `url`,
            `timezone`, and optionally `language`, `path`. They win over what was found.
    """
    values = {**_known(found), "language": "en"}
    values |= {key: answer.strip() for key, answer in answers.items() if answer.strip()}
    values |= {key: values[key] or default for key, _, default in _QUESTIONS}
    name = re.sub(r'[<>"\\]', "", values["title"]).strip()
    values["sender"] = f"{name} <news@{_host(values['url'])}>"
    notes = "".join(f"# {_plain(note)}\n" for note in found.notes) if found else ""
    texts = {key: scalar(value) for key, value in values.items()}
    return _TEMPLATE.read_text(encoding="utf-8").format(notes=notes and f"#\n{notes}", **texts)


def _known(found: Found | None) -> dict[str, str]:
    """What was found and can be used as it is."""
    if found is None:
        return dict.fromkeys(("folder", "path", "title", "url", "timezone"), "")
    posts = [each for each in found.collections if each.name == "posts"]
    collection = next(iter([*posts, *found.collections]), None)  # the first has the most files
    return {
        "folder": f"source/{collection.folder.name}" if collection else "",
        "path": collection.path if collection else "",
        "title": _plain(found.title),
        "url": found.base_url,
        "timezone": found.timezone if found.timezone in available_timezones() else "",
    }


def _plain(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def scalar(text: str) -> str:
    """`text` as YAML, in quotes where it needs them; a `$` is kept from naming a variable."""
    text = _plain(text).replace("$", "$$")
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML:
        return text
    return f'"{quote(text)}"'


def _host(url: str) -> str:
    """The site's domain as email knows it: without www, in ASCII."""
    try:
        return a_labels((urlsplit(url).hostname or "").removeprefix("www."))
    except (ValueError, AddressError):
        return "example.org"
