"""The first config.yaml of a site, for `publish init`: commented, and free of mistakes."""

import os
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


PLACEHOLDER_URL = "https://www.example.org"
_TITLE = "My site"


class Question(NamedTuple):
    """Something to ask; `default` is the answer of those who just press Enter."""

    key: str
    text: str
    default: str


def questions(found: Found | None) -> list[Question]:
    """What is not plain to read of a site, so that a person must say it."""
    known = _known(found, Path())
    return [each for each in _QUESTIONS if not known[each.key]]


_QUESTIONS = (
    Question("folder", "Folder of posts, from the site's own folder", "source/_posts"),
    Question("title", "Title of the site", _TITLE),
    Question("url", "Address of the site", PLACEHOLDER_URL),
    Question("timezone", "Time zone", "UTC"),
)


def refusal(key: str, answer: str, folder: Path) -> str:
    """Why `answer` cannot be taken for the site in `folder`; "" if it can."""
    if key == "folder" and not (folder / answer).is_dir():
        return f"there is no folder {answer} in {folder}"
    if key == "timezone" and answer not in available_timezones():
        return f"unknown time zone {answer}; write one such as Europe/London or UTC"
    if key == "url" and not answer.startswith(("https://", "http://")):
        return "write a web address such as https://gazette.example"
    return ""


def starter(found: Found | None, answers: Mapping[str, str], base: Path) -> str:
    """The text of a config.yaml that is to stand in the folder `base`.

    Args:
        found: what could be read of the site, or None.
        answers: to `questions`, by key: `folder` (relative to the site's), `title`, `url`,
            `timezone`, and optionally `language`, `path`. They win over what was found.
        base: where it is to stand; paths in it are relative to that.
    """
    values = {**_known(found, base), "language": (found and found.language) or "en"}
    values["generator"] = found.generator if found else "jigsaw"
    values |= {key: answer.strip() for key, answer in answers.items() if answer.strip()}
    open_keys = {key for key, _, _ in _QUESTIONS if not values[key]}
    values |= {key: values[key] or default for key, _, default in _QUESTIONS}
    open_keys |= {key for key in ("title", "url") if values[key] in {_TITLE, PLACEHOLDER_URL}}
    open_keys |= {"sender"} if "url" in open_keys else set()
    name = re.sub(r'[<>"\\]', "", values["title"]).strip()
    values["sender"] = f"{name} <news@{_host(values['url'])}>"
    notes = "".join(f"# {_plain(note)}\n" for note in found.notes) if found else ""
    texts = {
        key: scalar(value) + ("  # fill in" if key in open_keys else "")
        for key, value in values.items()
    }
    return _TEMPLATE.read_text(encoding="utf-8").format(notes=notes and f"#\n{notes}", **texts)


def _known(found: Found | None, base: Path) -> dict[str, str]:
    """What was found and can be used as it is."""
    if found is None:
        return dict.fromkeys(("folder", "path", "title", "url", "timezone"), "")
    source = next(iter(found.sources), None)
    return {
        "folder": os.path.relpath(source.folder, base) if source else "",
        "path": source.path if source else "",
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
