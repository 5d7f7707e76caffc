"""Fields: the names that authors give to what a post needs, and how their values are read."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from publisher.content.frontmatter.text import for_people
from publisher.content.frontmatter.yaml import Quoted

Values = Mapping[str, Any]
Names = tuple[str, ...]

_IMAGES = (
    "image", "image.src", "image.url", "image.path", "cover_image", "cover", "cover.image",
    "social_image", "hero", "featured_image", "primary_image", "heroImagePath", "heroImage",
    "Thumbnail", "thumbnail", "opengraphImage", "og_image", "poster", "img", "image_thumb",
)  # fmt: skip
_FOR_ALT = ("_alt", "Alt", "-alt", ".alt", ".altText", ".alt_text", "_alt_text", "_description")
_OF_THE_IMAGE = ("image_alt", "imageAlt", "image-alt", "alt")


def _alts(image: str) -> Names:
    """The keys beside the key of a picture, which begin as it does: with `hero` or `heroImage`."""
    stem = image.partition(".")[0]
    stems = dict.fromkeys((stem, re.sub(r"_image$|Image(?:Path)?$|_thumb$", "", stem)))
    return tuple(stem + end for stem in stems for end in _FOR_ALT)


ALT_OF: Mapping[str, Names] = {image: (*_alts(image), *_OF_THE_IMAGE) for image in _IMAGES}
"""The keys that may hold the text of a picture, by the key of the picture."""


class Fields(NamedTuple):
    """For each field the keys that may hold it, the likeliest first.

    A key with a dot is a value inside a mapping. `hidden` keeps a post back when it says yes,
    `shown` when it says no, `state` by certain words. `asked` are read by themselves.
    """

    title: Names = ("title", "Title", "newstitle", "headline")
    description: Names = (
        "description", "excerpt", "summary", "subtitle", "deck", "kicker", "Description", "Summary",
    )  # fmt: skip
    image: Names = _IMAGES
    image_alt: Names = tuple(dict.fromkeys(chain(*ALT_OF.values())))
    author: Names = (
        "author", "authors", "author.name", "authors.name", "Author", "Authors", "byline",
    )  # fmt: skip
    date: Names = (
        "date", "date.created", "Date", "publishDate", "publishdate", "pubDate", "published",
        "created_at", "createdAt", "pub_date", "pubdate", "datetime", "extra.created",
    )  # fmt: skip
    updated: Names = (
        "updated", "modified", "updatedAt", "updated_at", "lastmod", "updatedDate", "update",
        "date.updated", "extra.updated",
    )  # fmt: skip
    expires: Names = ("expires", "expiry", "expirydate", "expiryDate", "expire", "expiry_date")
    categories: Names = (
        "categories", "category", "tags", "topics", "Category", "Tags", "Keywords", "keywords",
        "taxonomies.categories", "taxonomies.tags",
    )  # fmt: skip
    featured: Names = ("featured", "pin", "pinned", "sticky", "top", "promote", "blogHighlight")
    weight: Names = ("weight", "priority")
    hidden: Names = (
        "draft", "Draft", "private", "hidden", "_hidden", "unlisted",
        "eleventyExcludeFromCollections",
    )  # fmt: skip
    shown: Names = ("published", "_discoverable")
    state: Names = ("status", "Status")
    language: Names = ("lang", "language", "locale")
    address: Names = ("permalink", "url", "Url")
    asked: Names = ("newsletter", "social")
    tags: Names = ("tags", "Tags", "taxonomies.tags", "topics", "keywords", "Keywords")
    link: Names = ("external_url", "external-url", "externalUrl", "link", "link_url", "linkUrl")


ALL = Fields()
KNOWN = frozenset(name for names in ALL for name in names)

_MAILBOX = re.compile(r"[ \t]*<[^<>@]+@[^<>]+>|[ \t]*\([^()@]+@[^()]+\)")
_LINK = re.compile(r"[a-z][a-z+.-]*:", re.IGNORECASE)
_ONE_CATEGORY = frozenset({"category", "Category"})
_TRUE = frozenset({"true", "yes", "on", "1", "y"})
_FALSE = frozenset({"false", "no", "off", "0", "n"})
_FLAGS = (_TRUE | _FALSE) - {"0", "1"}
_NULL = frozenset({"", "null", "~", "none"})
_QUOTED_NOTHING = _FLAGS | {""}
_NOTHING = _FLAGS | _NULL
_NO_TEXT = _NOTHING | {"undefined", "nan", ".nan", "[]", "{}"}
_LONGEST_WORD = 40  # no null and no date is longer
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+|-)[\d:.+ZzTt -]*)?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,12}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_UNPUBLISHED = frozenset({"draft", "hidden", "private", "skip", "unlisted", "unpublished"})


def present(keys: tuple[str, ...], known: Fields = ALL) -> Fields:
    """The fields of a head with these keys."""
    return Fields(*(tuple(name for name in names if name in keys) for names in known))


def mapped(known: Fields, chosen: Iterable[tuple[str, Names]]) -> Fields:
    """`known` with the keys that config.yaml names for some fields before its own."""
    own = dict(chosen)
    images = own.get("image", ())
    beside = tuple(chain(*map(_alts, images))) if images else ()
    fields = {name: (*keys, *getattr(known, name)) for name, keys in own.items()}
    fields["image_alt"] = (*own.get("image_alt", ()), *beside, *known.image_alt)
    return known._replace(**{name: tuple(dict.fromkeys(keys)) for name, keys in fields.items()})


def first(values: Values, names: tuple[str, ...]) -> tuple[str, str]:
    """The first of `names` whose value says something, and its text; two empty strings if none.

    Nulls and plain yes and no are passed over: `published: true` is no date, `image: false` no
    image.
    """
    for name in names:
        value = values[name]
        if isinstance(value, str) and not _passed_over(value):
            return name, value.strip()
    return "", ""


def _passed_over(value: str) -> bool:
    nothing = _QUOTED_NOTHING if isinstance(value, Quoted) else _NOTHING
    return value.strip().lower() in nothing


def alt_text(values: Values, names: Fields, image: str, chosen: Names = ()) -> str:
    """The text of the picture that stands under the key `image`, as its author wrote it.

    `chosen` are keys that hold the text of any picture.
    """
    of_it = (*chosen, *(ALT_OF.get(image) or (*_alts(image), *_OF_THE_IMAGE)))
    return first(values, tuple(name for name in names.image_alt if name in of_it))[1]


def authors(values: Values, names: Fields) -> tuple[str, ...]:
    """Who wrote the post, each once; an address beside a name is left out, a mere link is none."""
    for name in names.author:
        value = values[name]
        if found := _author(value) if isinstance(value, str) else _people(value):
            return found
    return ()


@lru_cache(maxsize=1024, typed=True)  # a quoted `no` is a name
def _author(written: str) -> tuple[str, ...]:
    return _people((written,))


def _people(written: Iterable[str]) -> tuple[str, ...]:
    people = (_MAILBOX.sub("", each).strip() for each in written if not _passed_over(each))
    found = dict.fromkeys(for_people(each) for each in people if not _LINK.match(each))
    found.pop("", None)
    return tuple(found)


def authored(values: Values, written: Mapping[str, str], name: str) -> str:
    """The text that an author gave to `name`, as a person wrote it; "" where it is no text.

    A title such as `[Update]` or `{Update}` is text to people, a list of several and a mapping
    with values are not.
    """
    value = values[name]
    if not written or name not in written:
        return value if isinstance(value, str) else ""
    line = written[name]
    if not isinstance(value, str):
        return line if value and (len(value) == 1 or name in ALL.title) else ""
    inside = line.startswith("{") and any(
        key.startswith(f"{name}.") and values[key] for key in values
    )
    return "" if inside or (line.startswith("{") and line.strip("{} ") == "") else line


def is_text(value: str) -> bool:
    """Whether a description says something: no null, yes, no, empty list or bare date does."""
    if len(value) > _LONGEST_WORD or isinstance(value, Quoted):
        return value != ""
    word = value.strip().lower()
    return word not in _NO_TEXT and not _DATE.fullmatch(word)


def truth(value: Any) -> bool:
    """Whether an author's flag says yes; any whole number but 0 does."""
    if not isinstance(value, str):
        return False
    word = value.strip().lower()
    return word in _TRUE or (word.isdecimal() and word.strip("0") != "")


def falsehood(value: Any) -> bool:
    """Whether an author's flag says no."""
    return isinstance(value, str) and value.strip().lower() in _FALSE


def is_unsaid(value: Any) -> bool:
    """Whether a flag is left open: null, or nothing at all."""
    return isinstance(value, str) and value.strip().lower() in _NULL


def is_draft(values: Values, names: Fields) -> bool:
    """Whether the author keeps the post back."""
    if not (names.hidden or names.shown or names.state):
        return False
    return (
        any(truth(values[name]) for name in names.hidden)
        or any(falsehood(values[name]) for name in names.shown)
        or first(values, names.state)[1].lower() in _UNPUBLISHED
    )


def is_featured(values: Values, names: Fields) -> bool:
    """Whether the author marks the post."""
    return any(map(truth, map(values.__getitem__, names.featured)))


def weight(values: Values, names: Fields) -> int | None:
    """The author's order among featured posts; None if there is none, or it is no whole number."""
    if not names.weight:
        return None
    try:
        return int(first(values, names.weight)[1][:18])
    except ValueError:
        return None


def language(values: Values, names: Fields) -> str:
    """The post's own language; "" if there is none, or it is no language's tag."""
    if not names.language:
        return ""
    found = first(values, names.language)[1]
    return found if _LANGUAGE.fullmatch(found) else ""


def categories(values: Values, names: Fields) -> tuple[str, ...]:
    """The post's categories, each once, in the author's order; see `listed`."""
    return listed(values, names.categories)


def listed(values: Values, names: Names) -> tuple[str, ...]:
    """The words of the first of `names` that has any, each once, in the author's order.

    A list is taken as it is; a string is cut at commas, or at blanks if it has no comma and is not
    the one value of `category`.
    """
    for name in names:
        value = values[name]
        found = _tidy(_words(name, value) if isinstance(value, str) else value)
        if found:
            return found
    return ()


@lru_cache(maxsize=4096)
def _tidy(items: tuple[str, ...]) -> tuple[str, ...]:
    said = (each for each in items if isinstance(each, Quoted) or each.strip().lower() not in _NULL)
    return tuple(dict.fromkeys(filter(None, map(for_people, said))))


def _words(name: str, value: str) -> tuple[str, ...]:
    if "," in value:
        return tuple(value.split(","))
    return (value,) if name in _ONE_CATEGORY else tuple(value.split())
