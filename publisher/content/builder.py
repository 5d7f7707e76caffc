"""Building: a file and its metadata become a Post."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any, NamedTuple
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


_Troubles = list[_Trouble]
_UNDATED = _Trouble("no date; add a line such as `date: 2020-09-07 20:19:33`")
_OF_FILE = _Trouble(
    "its only date is the time of its file, which a fresh copy changes; add a line such as"
    " `date: 2020-09-07 20:19:33`"
)
_UNTITLED = _Trouble("no title; add a line `title: …` (the file's name stands in for it)")
_UNFLAGGED = _Trouble(
    "featured is neither true nor false, so it counts for nothing; write true or false", "featured"
)
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
        metadata = self._head(file, raw)
        if metadata.status is Status.UNREADABLE:
            return self.unreadable(file.name, metadata.problem, metadata.problem_line)
        document = self._document(file, metadata)
        troubles: _Troubles = []
        undated, page = self._identify(document, troubles)
        description = self._description(document, file, raw, troubles)
        url = self._url(document, troubles)
        image, image_alt = self._image(document, url, troubles)
        newsletter, social = _asked(document, troubles)
        tags, authors, link = self._links(document, troubles)
        status, problem, line = _verdict(metadata, undated, troubles)
        return Post(
            file.name, url, document.title, description, image,
            *self._times(document, file),
            *_order(document),
            self._generator.hidden(document),
            self._expires(document),
            self._generator.language(document),
            status, problem, line, None,
            image_alt, ", ".join(authors),
            newsletter, social,
            page, self._source.name,
            tags, authors, link,
        )  # fmt: skip

    def document(self, file: File, raw: Raw) -> Document | None:
        """What rules of addresses are asked about; None where the file cannot be read."""
        metadata = self._generator.head(raw, file.path[self._below :])
        if metadata.status is Status.UNREADABLE:
            return None
        document = self._document(file, metadata)
        self._identify(document, [])
        return document

    def _head(self, file: File, raw: Raw) -> Metadata:
        """What the file says, its texts as their author wrote them."""
        metadata = self._generator.head(raw, file.path[self._below :])
        if not self._texts or metadata.status is Status.UNREADABLE:
            return metadata
        own = as_written(metadata.lines, metadata.values, self._texts)
        return metadata._replace(written={**metadata.written, **own})

    def _document(self, file: File, metadata: Metadata) -> Document:
        values = metadata.values
        names = self._fields(tuple(values))
        return Document(file.path[self._below :], metadata, values, names, file.mtime_ns)

    def _identify(self, document: Document, troubles: _Troubles) -> tuple[_Trouble | None, bool]:
        """Learn its title and date; gives why it has none, and whether it is a page."""
        document.date, undated = self._date(document)
        document.title, untitled = self._title(document)
        if self._generator.is_page(document):
            return None, True
        if untitled:
            troubles.append(untitled)
        return undated, False

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

    def _date(self, document: Document) -> tuple[PostDate | None, _Trouble | None]:
        key, written = fields.first(document.values, document.names.date)
        if not key:
            moment = self._generator.other_date(document)
            if moment is None:
                return None, _UNDATED
            return moment, _OF_FILE if isinstance(moment, FileTime) else None
        if isinstance(document.values[key], Quoted):
            written = Quoted(written)
        try:
            return self._generator.date(written), None
        except ValueError as error:
            return None, _Trouble(f"{error}; write it as 2020-09-07 20:19:33", key)

    def _times(
        self, document: Document, file: File
    ) -> tuple[datetime | None, bool, datetime | None]:
        """The post's date, whether it has no time of day, and when it was changed."""
        date, date_only = document.date or (None, False)
        names = document.names.updated
        updated = self._optional(document.values, names) if names else None
        return date, date_only, updated.value if updated else self._last_change(file)

    def _expires(self, document: Document) -> datetime | None:
        names = document.names.expires
        expires = self._optional(document.values, names) if names else None
        return expires and end_of_day(expires)

    def _optional(self, values: Values, names: tuple[str, ...]) -> PostDate | None:
        written = fields.first(values, names)[1]
        try:
            return self._generator.date(written) if written else None
        except ValueError:
            return None

    def _title(self, document: Document) -> tuple[str, _Trouble | None]:
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
            return title, None
        return _words(without_file_date(self._generator.stem(document.file))), _UNTITLED

    def _description(self, document: Document, file: File, raw: Raw, troubles: _Troubles) -> str:
        """What the head says of the post, else its beginning."""
        metadata = document.metadata
        for name in document.names.description:
            written = fields.authored(metadata.values, metadata.written, name)
            if fields.is_text(written) and (text := plain(written)):
                text, endless = _bounded(name, text, _LONGEST_DESCRIPTION)
                if endless:
                    troubles.append(endless)
                return text
        return "" if self._source.excerpt == "none" else self._excerpt(document, file, raw)

    def _url(self, document: Document, troubles: _Troubles) -> str:
        url, empty, problem, key = self._address(document)
        if problem:
            troubles.append(_Trouble(problem, key))
        elif empty:
            troubles.append(_unfilled(document, url, empty))
        return url

    def _image(self, document: Document, url: str, troubles: _Troubles) -> tuple[str, str]:
        """The picture's address and its text."""
        values, names = document.values, document.names
        key, written = fields.first(values, names.image)
        if not key:
            return "", ""
        image = self._generator.picture(written, document, url)
        if not image:
            problem = "the picture has no http or https address; fix or drop it"
            troubles.append(_Trouble(problem, key))
        if not (image and names.image_alt):
            return image, ""
        return image, for_people(fields.alt_text(values, names, key, self._alts))

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

    def _links(
        self, document: Document, troubles: _Troubles
    ) -> tuple[tuple[str, ...], tuple[str, ...], str]:
        """What the post is tagged with, who wrote it, and the page that it is about."""
        values, names = document.values, document.names
        tags = fields.listed(values, names.tags) if names.tags else ()
        authors = fields.authors(values, names) if names.author else ()
        link = self._link(document, troubles) if self._source.shares_links else ""
        return tags, authors, link

    def _link(self, document: Document, troubles: _Troubles) -> str:
        """The other site's page that the post is about; an address of this site is none."""
        key, written = fields.first(document.values, document.names.link)
        if not key:
            return ""
        try:
            url = web_url(written)
        except ValueError as error:
            problem = f"{error}, so the post's own page is shared; fix `{key}`"
            troubles.append(_Trouble(problem, key))
            return ""
        own = urlsplit(url).hostname == urlsplit(self._source.url).hostname
        return "" if own else url


def _unfilled(document: Document, url: str, empty: str) -> _Trouble:
    """A field that the pattern of addresses needs and the post lacks."""
    problem = f"the site reads no {empty} here, so the page's address is {url}"
    known = fields.KNOWN | document.values.keys() | {"filename", "collection"}
    near = [] if empty in known else get_close_matches(empty, known, n=1)
    if near:
        return _Trouble(f"{problem}; did content.path mean {{{near[0]}}}?", empty)
    return _Trouble(f"{problem}; give the post a {empty}, in quotes", empty)


def _order(document: Document) -> tuple[tuple[str, ...], bool, int | None]:
    """The post's categories, whether it is featured, and its weight."""
    values, names = document.values, document.names
    return (
        fields.categories(values, names),
        fields.is_featured(values, names),
        fields.weight(values, names),
    )


def _asked(document: Document, troubles: _Troubles) -> tuple[bool, Social]:
    """What the author asks for the post."""
    metadata = document.metadata
    newsletter, social = True, NOTHING_ASKED
    if document.names.asked:
        newsletter, social, problem, key = read_options(metadata.values)
        if problem:
            troubles.append(_Trouble(problem, key))
        if social.channels is not None or social.texts:
            key = f"social.{social.texts[0][0]}" if social.channels is None else "social.channels"
            social = replace(social, line=_line_of(_Trouble(key=key), metadata))
    if _is_no_flag(metadata.values.get("featured")):
        troubles.append(_UNFLAGGED)
    return newsletter, social


def _is_no_flag(word: Any) -> bool:
    """Whether something is said that is neither yes nor no."""
    said = word is None or fields.truth(word) or fields.falsehood(word)
    return not (said or fields.is_unsaid(word))


def _named(metadata: Metadata, names: tuple[str, ...]) -> str:
    for name in names:
        if text := plain(fields.authored(metadata.values, metadata.written, name)):
            return text
    return ""


def _bounded(key: str, text: str, longest: int) -> tuple[str, _Trouble | None]:
    if len(text) <= longest:
        return text, None
    kept, half = text[: longest - 1], longest // 2
    cut = kept[: kept.rfind(" ", half)] if " " in kept[half:] else kept
    problem = f"the {key} has {len(text):,} characters, so it is cut; shorten it"
    return f"{cut}…", _Trouble(problem, key)


def _words(stem: str) -> str:
    words = for_people(stem.replace("_", " ").replace("-", " "))
    return words[:1].upper() + words[1:]


def _verdict(
    metadata: Metadata, undated: _Trouble | None, troubles: _Troubles
) -> tuple[Status, str, int | None]:
    if undated and metadata.status is not Status.NO_FRONT_MATTER:
        problem = "; also: ".join(filter(None, (undated.problem, metadata.problem)))
        return Status.UNDATED, problem, _line_of(undated, metadata)
    if metadata.problem or not troubles:
        return metadata.status, metadata.problem, metadata.problem_line
    return metadata.status, troubles[0].problem, _line_of(troubles[0], metadata)


def _line_of(trouble: _Trouble, metadata: Metadata) -> int:
    from publisher.content.frontmatter.salvage import key_line

    key, _, inner = trouble.key.partition(".")
    found = key_line(metadata.lines, key) if key else None
    if found is not None and inner:
        below = metadata.lines.split("\n")[found:]
        begins = (number for number, line in enumerate(below) if line.lstrip().startswith(inner))
        found += next(begins, 0)
    return max(metadata.line - 1, 1) if found is None else metadata.line + found
