"""Building: a file and its metadata become a Post."""

import re
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple

from publisher.content.frontmatter import fields
from publisher.content.frontmatter.dates import PostDate, end_of_day, without_file_date
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import Fields, Values
from publisher.content.frontmatter.parse import Metadata
from publisher.content.frontmatter.text import for_people, plain
from publisher.content.generators.base import Generator
from publisher.content.post_options import read_options
from publisher.content.urls import permalink
from publisher.model.posts import NOTHING_ASKED, Post, Social, Status

_HEADING = re.compile(r"^#[ \t].*$", re.MULTILINE)
_LONGEST_TITLE = 500
_LONGEST_DESCRIPTION = 5_000


class _Trouble(NamedTuple):
    """What is wrong with one field: a sentence, and the field's key for its line."""

    problem: str = ""
    key: str = ""


_NONE = _Trouble()
_UNDATED = _Trouble("no date; add a line such as `date: 2020-09-07 20:19:33`")
_UNTITLED = _Trouble("no title; add a line `title: …` (the file's name stands in for it)")
_LISTED = _Trouble("the title is a list, so it is shown as written; write one text", "title")


class Builder:
    """Makes the posts of one site."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._source = generator.source

    def build(self, name: str, raw: Raw) -> Post:
        """The post of the file that is shown as `name` and begins with `raw`."""
        metadata = self._generator.head(raw)
        if metadata.status is Status.UNREADABLE:
            return self.unreadable(name, metadata.problem, metadata.problem_line)
        values, file = metadata.values, name.rpartition("/")[2]
        names = fields.present(tuple(values))
        moment, undated = self._date(file, metadata, names)
        date, date_only = moment or (None, False)
        title, untitled = self._title(file, metadata, names)
        description, endless = _description(metadata, names.description)
        url, unplaced = self._url(file, values, names, date)
        image, image_alt, unseen = self._image(values, names)
        updated = self._optional(values, names.updated) if names.updated else None
        expires = self._optional(values, names.expires) if names.expires else None
        newsletter, social, unheard = _asked(metadata, names)
        others = (untitled, endless, unplaced, unseen, unheard, _unflagged(values))
        status, problem, line = _verdict(metadata, undated, others)
        return Post(
            name,
            url,
            title,
            description,
            image,
            date,
            date_only,
            updated and updated.value,
            fields.categories(values, names),
            fields.is_featured(values, names),
            fields.weight(values, names),
            self._generator.hidden(values, names),
            expires and end_of_day(expires),
            fields.language(values, names) or self._source.language,
            status,
            problem,
            line,
            None,
            image_alt,
            ", ".join(fields.authors(values, names)) if names.author else "",
            newsletter,
            social,
        )

    def unreadable(self, name: str, problem: str, line: int | None = None) -> Post:
        """The post of a file or folder that could not be read."""
        title = _words(self._generator.stem(name.rpartition("/")[2]))
        return Post(name, "", title, status=Status.UNREADABLE, problem=problem, problem_line=line)

    def _date(
        self, file: str, metadata: Metadata, names: Fields
    ) -> tuple[PostDate | None, _Trouble]:
        key, written = fields.first(metadata.values, names.date)
        if not key:
            moment = self._generator.file_date(file)
            return moment, _NONE if moment else _UNDATED
        try:
            return self._generator.date(written), _NONE
        except ValueError as error:
            return None, _Trouble(f"{error}; write it as 2020-09-07 20:19:33", key)

    def _optional(self, values: Values, names: tuple[str, ...]) -> PostDate | None:
        written = fields.first(values, names)[1]
        try:
            return self._generator.date(written) if written else None
        except ValueError:
            return None

    def _title(self, file: str, metadata: Metadata, names: Fields) -> tuple[str, _Trouble]:
        title = _named(metadata, names.title)
        if not title and (match := _HEADING.search(metadata.body)):
            title = plain(match[0])
        if title:
            is_list = title.startswith("[") and len(metadata.values.get("title", "")) > 1
            if is_list and not isinstance(metadata.values["title"], str):
                return title, _LISTED
            return _bounded("title", title, _LONGEST_TITLE)
        return _words(without_file_date(self._generator.stem(file))), _UNTITLED

    def _url(
        self, file: str, values: Values, names: Fields, date: datetime | None
    ) -> tuple[str, _Trouble]:
        key, written = fields.first(values, names.address) if names.address else ("", "")
        trouble = _NONE
        if key:
            try:
                return permalink(self._source.url, written), _NONE
            except ValueError as error:
                trouble = _Trouble(f"{error}; fix or drop `{key}`", key)
        url, empty = self._generator.permalink(file, values, date)
        if not empty or key:
            return url, trouble
        problem = f"the site reads no {empty} here, so the page's address is {url}"
        known = fields.KNOWN | values.keys() | {"filename", "collection"}
        near = [] if empty in known else get_close_matches(empty, known, n=1)
        if near:
            return url, _Trouble(f"{problem}; did content.path mean {{{near[0]}}}?", empty)
        return url, _Trouble(f"{problem}; give the post a {empty}, in quotes", empty)

    def _image(self, values: Values, names: Fields) -> tuple[str, str, _Trouble]:
        """The picture's address, its text, and what is wrong with it."""
        key, written = fields.first(values, names.image)
        image = self._generator.picture(written) if key else ""
        if key and not image:
            problem = "the picture has no http or https address; fix or drop it"
            return "", "", _Trouble(problem, key)
        alt = for_people(fields.alt_text(values, names, key)) if image and names.image_alt else ""
        return image, alt, _NONE


def _unflagged(values: Values) -> _Trouble:
    """A `featured` that is neither yes nor no."""
    word = values.get("featured")
    if word is None or fields.truth(word) or fields.falsehood(word) or fields.is_unsaid(word):
        return _NONE
    problem = "featured is neither true nor false, so it counts for nothing; write true or false"
    return _Trouble(problem, "featured")


def _asked(metadata: Metadata, names: Fields) -> tuple[bool, Social, _Trouble]:
    """What the author asks for the post, and what of it cannot be understood."""
    if not names.asked:
        return True, NOTHING_ASKED, _NONE
    asked = read_options(metadata.values)
    social = asked.social
    if social.channels is not None:
        social = replace(social, line=_line_of(_Trouble(key="social.channels"), metadata))
    return asked.newsletter, social, _Trouble(asked.problem, asked.key)


def _named(metadata: Metadata, names: tuple[str, ...]) -> str:
    for name in names:
        if text := plain(fields.authored(metadata.values, metadata.written, name)):
            return text
    return ""


def _description(metadata: Metadata, names: tuple[str, ...]) -> tuple[str, _Trouble]:
    for name in names:
        written = fields.authored(metadata.values, metadata.written, name)
        if fields.is_text(written) and (text := plain(written)):
            return _bounded(name, text, _LONGEST_DESCRIPTION)
    return "", _NONE


def _bounded(key: str, text: str, longest: int) -> tuple[str, _Trouble]:
    if len(text) <= longest:
        return text, _NONE
    kept, half = text[: longest - 1], longest // 2
    cut = kept[: kept.rfind(" ", half)] if " " in kept[half:] else kept
    problem = f"the {key} has {len(text):,} characters, so it is cut; shorten it"
    return f"{cut}…", _Trouble(problem, key)


def _words(stem: str) -> str:
    words = for_people(stem.replace("_", " ").replace("-", " "))
    return words[:1].upper() + words[1:]


def _verdict(
    metadata: Metadata, undated: _Trouble, others: tuple[_Trouble, ...]
) -> tuple[Status, str, int | None]:
    if metadata.status is not Status.NO_FRONT_MATTER and undated.problem:
        problem = "; also: ".join(filter(None, (undated.problem, metadata.problem)))
        return Status.UNDATED, problem, _line_of(undated, metadata)
    if metadata.problem:
        return metadata.status, metadata.problem, metadata.problem_line
    for trouble in others:
        if trouble.problem:
            return metadata.status, trouble.problem, _line_of(trouble, metadata)
    return metadata.status, "", None


def _line_of(trouble: _Trouble, metadata: Metadata) -> int:
    from publisher.content.frontmatter.salvage import key_line

    key, _, inner = trouble.key.partition(".")
    found = key_line(metadata.lines, key) if key else None
    if found is not None and inner:
        below = metadata.lines.split("\n")[found:]
        begins = (number for number, line in enumerate(below) if line.lstrip().startswith(inner))
        found += next(begins, 0)
    return max(metadata.line - 1, 1) if found is None else metadata.line + found
