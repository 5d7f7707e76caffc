"""Building: a file and its metadata become a Post."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import urlsplit

from publisher.content.addresses import Addresses, addresser
from publisher.content.excerpt import excerpt
from publisher.content.files import File
from publisher.content.frontmatter import fields
from publisher.content.frontmatter.dates import FileTime, PostDate, end_of_day, without_file_date
from publisher.content.frontmatter.fences import FIRST_READ, Raw, more_of, read_raw, read_whole
from publisher.content.frontmatter.fields import Fields, Values
from publisher.content.frontmatter.parse import Metadata, as_written
from publisher.content.frontmatter.text import for_people, plain
from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.base import Document, Generator
from publisher.content.post_options import read_options
from publisher.content.urls import web_url
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
_OF_FILE = _Trouble(
    "its only date is the time of its file, which a fresh copy changes; add a line such as"
    " `date: 2020-09-07 20:19:33`"
)
_UNTITLED = _Trouble("no title; add a line `title: …` (the file's name stands in for it)")
_LISTED = _Trouble("the title is a list, so it is shown as written; write one text", "title")


class Builder:
    """Makes the posts of one source."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._source = generator.source
        self._below = len(str(generator.source.folder)) + 1
        has_rules = bool(self._source.urls)
        self._address = Addresses(generator).address if has_rules else addresser(generator)
        self.changed: Mapping[str, float] = {}
        chosen = dict(self._source.fields)
        self._texts = frozenset((*chosen.get("title", ()), *chosen.get("description", ())))
        self._alts = chosen.get("image_alt", ())
        self._present: dict[tuple[str, ...], Fields] = {}  # most heads of a site have the same keys

    def read(self, file: File) -> Raw:
        """The beginning of `file`, or all of it.

        Raises:
            OSError: it cannot be opened or read.
        """
        if self._generator.reads_whole_files:
            return read_whole(file.path, file.size)
        return read_raw(file.path)

    def build(self, file: File, raw: Raw) -> Post:
        """The post of `file`, which begins with `raw`."""
        path, name = file.path[self._below :], file.name
        metadata = self._generator.head(raw, path)
        if metadata.status is Status.UNREADABLE:
            return self.unreadable(name, metadata.problem, metadata.problem_line)
        if self._texts:
            own = as_written(metadata.lines, metadata.values, self._texts)
            metadata = metadata._replace(written={**metadata.written, **own})
        values = metadata.values
        names = self._fields(tuple(values))
        document = Document(path, metadata, values, names, file.mtime_ns)
        moment, undated = self._date(document)
        date, date_only = moment or (None, False)
        title, untitled = self._title(document)
        description, endless = _description(metadata, names.description)
        if not description and self._source.excerpt != "none":
            description = self._excerpt(document, file, raw)
        document.title, document.date = title, moment
        url, unplaced = self._url(document)
        image, image_alt, unseen = self._image(document, url)
        is_page = self._generator.is_page(document)
        if is_page:
            undated = untitled = _NONE
        updated = self._optional(values, names.updated) if names.updated else None
        expires = self._optional(values, names.expires) if names.expires else None
        authors = fields.authors(values, names) if names.author else ()
        newsletter, social, unheard = _asked(metadata, names)
        link, unlinked = (
            self._link(values, names.link) if self._source.shares_links else ("", _NONE)
        )
        others = (untitled, endless, unplaced, unseen, unheard, _unflagged(values), unlinked)
        status, problem, line = _verdict(metadata, undated, others)
        return Post(
            name,
            url,
            title,
            description,
            image,
            date,
            date_only,
            updated.value if updated else self._last_change(file),
            fields.categories(values, names),
            fields.is_featured(values, names),
            fields.weight(values, names),
            self._generator.hidden(document),
            expires and end_of_day(expires),
            self._generator.language(document),
            status,
            problem,
            line,
            None,
            image_alt,
            ", ".join(authors),
            newsletter,
            social,
            is_page,
            self._source.name,
            fields.listed(values, names.tags) if names.tags else (),
            authors,
            link,
        )

    def document(self, file: File, raw: Raw) -> Document | None:
        """What rules of addresses are asked about; None where the file cannot be read."""
        path = file.path[self._below :]
        metadata = self._generator.head(raw, path)
        if metadata.status is Status.UNREADABLE:
            return None
        values = metadata.values
        document = Document(path, metadata, values, self._fields(tuple(values)), file.mtime_ns)
        document.date, _ = self._date(document)
        document.title, _ = self._title(document)
        return document

    def unreadable(self, name: str, problem: str, line: int | None = None) -> Post:
        """The post of a file or folder that could not be read."""
        title = _words(self._generator.stem(name.rpartition("/")[2]))
        post = Post(name, "", title, status=Status.UNREADABLE, problem=problem, problem_line=line)
        return replace(post, source=self._source.name)

    def _fields(self, keys: tuple[str, ...]) -> Fields:
        found = self._present.get(keys)
        if found is None:
            known = self._generator.fields
            if self._source.fields:
                known = fields.mapped(known, self._source.fields)
            found = self._present[keys] = fields.present(keys, known)
        return found

    def _date(self, document: Document) -> tuple[PostDate | None, _Trouble]:
        key, written = fields.first(document.values, document.names.date)
        if not key:
            moment = self._generator.other_date(document)
            if moment is None:
                return None, _UNDATED
            return moment, _OF_FILE if isinstance(moment, FileTime) else _NONE
        if isinstance(document.values[key], Quoted):
            written = Quoted(written)
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

    def _title(self, document: Document) -> tuple[str, _Trouble]:
        metadata = document.metadata
        title = _named(metadata, document.names.title)
        if not title and (match := _HEADING.search(metadata.body)):
            title = plain(match[0])
        if title:
            is_list = title.startswith("[") and len(metadata.values.get("title", "")) > 1
            if is_list and not isinstance(metadata.values["title"], str):
                return title, _LISTED
            return _bounded("title", title, _LONGEST_TITLE)
        if title := for_people(self._generator.title(document)):
            return title, _NONE
        return _words(without_file_date(self._generator.stem(document.file))), _UNTITLED

    def _url(self, document: Document) -> tuple[str, _Trouble]:
        url, empty, problem, key = self._address(document)
        if problem or not empty:
            return url, _Trouble(problem, key)
        problem = f"the site reads no {empty} here, so the page's address is {url}"
        known = fields.KNOWN | document.values.keys() | {"filename", "collection"}
        near = [] if empty in known else get_close_matches(empty, known, n=1)
        if near:
            return url, _Trouble(f"{problem}; did content.path mean {{{near[0]}}}?", empty)
        return url, _Trouble(f"{problem}; give the post a {empty}, in quotes", empty)

    def _image(self, document: Document, url: str) -> tuple[str, str, _Trouble]:
        """The picture's address, its text, and what is wrong with it."""
        values, names = document.values, document.names
        key, written = fields.first(values, names.image)
        image = self._generator.picture(written, document, url) if key else ""
        if key and not image:
            problem = "the picture has no http or https address; fix or drop it"
            return "", "", _Trouble(problem, key)
        if not (image and names.image_alt):
            return image, "", _NONE
        return image, for_people(fields.alt_text(values, names, key, self._alts)), _NONE

    def _last_change(self, file: File) -> datetime | None:
        """When the repository says that the file changed, after it came."""
        moment = self.changed.get(file.path)
        return None if moment is None else datetime.fromtimestamp(moment, self._source.zone)

    def _excerpt(self, document: Document, file: File, raw: Raw) -> str:
        """The beginning of the post; where a long head left little of it, more is read."""
        body = document.metadata.body
        if not raw.ended and len(body) < FIRST_READ // 2:
            body += more_of(file.path, len(raw.content))
        written = document.values.get("excerpt_separator", "")
        separator = written if isinstance(written, str) else ""
        separator = separator or self._generator.excerpt_separator
        return excerpt(body, self._source.excerpt, separator.strip())

    def _link(self, values: Values, names: tuple[str, ...]) -> tuple[str, _Trouble]:
        """The other site's page that the post is about; an address of this site is none."""
        key, written = fields.first(values, names)
        if not key:
            return "", _NONE
        try:
            url = web_url(written)
        except ValueError as error:
            return "", _Trouble(f"{error}, so the post's own page is shared; fix `{key}`", key)
        own = urlsplit(url).hostname == urlsplit(self._source.url).hostname
        return "" if own else url, _NONE


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
