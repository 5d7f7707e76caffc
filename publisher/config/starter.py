"""The first config.yaml of a site, for `publish init`: commented, and free of mistakes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.utils import quote
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from publisher.config.site_facts import (
    PLACEHOLDER_URL,
    TITLE,
    Fact,
    SiteFacts,
    is_usable,
    plain,
    relative,
    source_names,
)
from publisher.content.accounts import is_on_bluesky, is_on_x, server_of
from publisher.content.addresses import rules_of
from publisher.content.generators import generators
from publisher.content.generators.base import Found, FoundSource
from publisher.mime.addresses import AddressError, a_labels

_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9 ./_{}|,-]*")
_BARE_ADDRESS = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?:/\S*)?")
_WORDS_OF_YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_TEMPLATE = Path(__file__).with_name("starter.yaml.in")
_FILL_IN = "  # fill in"
_SERVER = "https://mastodon.example"
_PATTERN = "# How addresses are made, in the generator's own syntax."
_LEARNT = "# Learnt from the site's own output: the first rule that gives an address counts."
_MAX_AGE = """\
    max_age: {} days  # so that the first digest has the newest posts; take it out after that
"""
_WAIT = """\
# Wait until the site is built, or ask whether a post's page is there.
# min_age: 30 minutes
# live_check: true
"""


class Choice(NamedTuple):
    """The language of newsletters ("": all), and how many days the first one looks back (0: 7)."""

    language: str = ""
    days: int = 0


NO_CHOICE = Choice()


class Question(NamedTuple):
    """Something to ask; `default` is the answer of those who just press Enter."""

    key: str
    text: str
    default: str


_QUESTIONS = {
    "folder": "Folder of your posts, such as content/posts",
    "title": "Title of the site",
    "url": "Address of the site",
    "timezone": "Time zone",
}


def questions(found: Found | None, known: SiteFacts, base: Path) -> list[Question]:
    """What is not plain to read of a site, so that a person must say it."""
    folder = relative(known.sources[0].folder, base)
    asked = [] if found and found.sources else [Question("folder", _QUESTIONS["folder"], folder)]
    for key, fact in known.named().items():
        if key in _QUESTIONS and (
            fact.is_open or (key == "url" and fact.origin.startswith("a guess"))
        ):
            asked.append(Question(key, _QUESTIONS[key], fact.value))
    return asked


def completed(key: str, answer: str) -> str:
    """`answer` as it is meant: most people write no `https://` before an address."""
    answer = answer.strip()
    return f"https://{answer}" if key == "url" and _BARE_ADDRESS.fullmatch(answer) else answer


def refusal(key: str, answer: str, folder: Path) -> str:
    """Why `answer` cannot be taken for the site in `folder`; "" if it can."""
    if key == "folder" and not (folder / answer).is_dir():
        return f"there is no folder {answer} in {folder}"
    if key == "timezone" and answer not in available_timezones():
        return f"unknown time zone {answer}; write one such as Europe/London or UTC"
    if key == "url" and not is_usable(answer):
        return "write a web address such as https://gazette.example"
    return ""


def starter(
    found: Found | None,
    known: SiteFacts,
    answers: Mapping[str, str],
    base: Path,
    choice: Choice = NO_CHOICE,
) -> str:
    """The text of a config.yaml that is to stand in the folder `base`.

    Args:
        found: the site, or None where no generator knows it.
        known: what is known of it.
        answers: to `questions`, by key; they win over what was found.
        base: where it is to stand; paths in it are relative to that.
        choice: which posts newsletters and announcements take.
    """
    given = {key: Fact(text.strip()) for key, text in answers.items() if text.strip()}
    values = {**known.named(), **given}
    sources = known.sources
    if folder := given.get("folder"):
        sources = (replace(sources[0], folder=base / folder.value, path=""), *sources[1:])
    parts = {
        "notes": _notes(known),
        "site": "".join(_site(values)),
        "content": _indented(_content(found, known, sources, base)),
        "fediverse": _fediverse(found),
        "bluesky": _bluesky(found),
        "x": _x(found),
        "only": f"    only: {{languages: [{choice.language}]}}\n" if choice.language else "",
        "max_age": _MAX_AGE.format(choice.days) if choice.days else "",
        "sender": scalar(_sender(values)) + (_FILL_IN if values["url"].is_open else ""),
    }
    return _TEMPLATE.read_text(encoding="utf-8").format(**parts)


def _notes(known: SiteFacts) -> str:
    notes = "".join(f"# {plain(note)}\n" for note in known.remarks)
    return notes and f"#\n{notes}"


def _site(values: Mapping[str, Fact]) -> Iterator[str]:
    for key in ("title", "url", "description", "timezone", "language"):
        fact = values[key]
        if key == "timezone":
            yield "  # The zone of dates that name none, and of every schedule below.\n"
        if fact.value:
            is_open = fact.is_open or fact.value in {TITLE, PLACEHOLDER_URL}
            yield f"  {key}: {scalar(fact.value)}{_FILL_IN if is_open else _remark(fact)}\n"


def _remark(fact: Fact) -> str:
    """Said of what stands in none of the site's own settings."""
    return (
        f"  # {plain(fact.origin)}" if fact.origin.startswith(("a guess", "this machine")) else ""
    )


def _content(
    found: Found | None, known: SiteFacts, sources: tuple[FoundSource, ...], base: Path
) -> str:
    blocks = [
        "".join(_source(found, known, source, base, name if sources[1:] else ""))
        for source, name in zip(sources, source_names(sources), strict=True)
    ]
    blocks[0] += _WAIT
    if not sources[1:]:
        return blocks[0]
    return "".join(f"- {_indented(block).lstrip()}" for block in blocks)


def _source(
    found: Found | None, known: SiteFacts, source: FoundSource, base: Path, name: str
) -> Iterator[str]:
    if name:
        yield f"name: {scalar(name)}\n"
    is_open = not (found and found.sources) and not source.folder.is_dir()
    yield f"folder: {scalar(relative(source.folder, base))}{_FILL_IN if is_open else ''}\n"
    yield f"generator: {found.generator if found else _fallback()}\n"
    if found and relative(found.root, base) != ".":
        yield f"site: {scalar(relative(found.root, base))}\n"
    if source.language and source.language != known.language.value:
        yield f"language: {scalar(source.language)}\n"
    if source.path:
        yield f"{_PATTERN}\npath: {scalar(source.path)}\n"
    yield from _urls(source)


def _urls(source: FoundSource) -> Iterator[str]:
    """The rules that were learnt: one word or pattern, or a list."""
    if not source.urls:
        return
    yield f"{_LEARNT}\n"
    last = source.urls[-1].text
    if source.urls == rules_of(last):
        yield f"urls: {scalar(last)}\n"
    else:
        yield "urls:\n"
        for folder, text in source.urls:
            yield f"  - {scalar(folder)}: {scalar(text)}\n" if folder else f"  - {scalar(text)}\n"
    if source.sitemap:
        yield f"sitemap: {scalar(source.sitemap)}\n"


def _fallback() -> str:
    """For a site that no generator knows."""
    return "plain" if "plain" in generators() else "jigsaw"


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def _fediverse(found: Found | None) -> str:
    accounts = found.accounts if found else ()
    account = next((each for each in accounts if server_of(each)), "")
    server = server_of(account) if account else _SERVER
    return _connected("fediverse", account, "mastodon", f"base_url: {server}")


def _bluesky(found: Found | None) -> str:
    account = next(filter(is_on_bluesky, found.accounts if found else ()), "")
    handle = account.rpartition("/")[2] or "example.bsky.social"
    return _connected("bluesky", account, "bluesky", f"handle: {handle}")


def _connected(name: str, account: str, adapter: str, option: str) -> str:
    """A channel in comments that needs no secret in the file."""
    stands = f"  # {account}" if account else ""
    lines = (f"adapter: {adapter}", f"{option}  # then: publish connect {name}")
    return f"  # {name}:{stands}\n" + "".join(f"  #   {line}\n" for line in lines)


def _x(found: Found | None) -> str:
    account = next(filter(is_on_x, found.accounts if found else ()), "")
    return f"  # x:  # {account}\n" if account else "  # x:\n"


def scalar(text: str) -> str:
    """`text` as YAML, in quotes where it needs them; a `$` is kept from naming a variable."""
    text = plain(text).replace("$", "$$")
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML:
        return text
    return f'"{quote(text)}"'


def _sender(values: Mapping[str, Fact]) -> str:
    name = re.sub(r'[<>"\\]', "", values["title"].value).strip()
    return f"{name} <news@{_host(values['url'].value)}>"


def _host(url: str) -> str:
    """The site's domain as email knows it: without www, in ASCII."""
    try:
        host = a_labels((urlsplit(url).hostname or "").removeprefix("www."))
    except (ValueError, AddressError):
        return "example.org"
    return host if re.search(r"\.[^.\d]+$", host) else "example.org"
