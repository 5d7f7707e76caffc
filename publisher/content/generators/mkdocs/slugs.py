"""Slugs: those functions of pymdownx and Python-Markdown that settings can name."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from publisher.content.frontmatter.fields import truth
from publisher.content.frontmatter.yaml import Tagged

Slug = Callable[[str], str]
_TAG = re.compile(r"</?[^>]*>")
_DROPPED = re.compile(r"[^\w\- ]")
_DROPPED_OF_MARKDOWN = re.compile(r"[^\w\s-]")
_CAPITAL = re.compile(r"[A-Z]")
_CALL = "python/object/apply:"
_NAME = "python/name:"
_FORMS = frozenset({"NFC", "NFD", "NFKC", "NFKD"})
_OLDER = {
    "uslugify": {"case": "lower"},
    "uslugify_cased": {},
    "uslugify_encoded": {"case": "lower", "percent_encode": "true"},
    "uslugify_cased_encoded": {"percent_encode": "true"},
    "gfm": {"case": "lower-ascii"},
    "gfm_encoded": {"case": "lower-ascii", "percent_encode": "true"},
}
"""What pymdownx's functions of before version 8.1 are called with today."""


def slug_function(written: Any, separator: str) -> Slug | None:
    """The function that `post_slugify` names; None where it is the site's own."""
    if not written:
        return partial(_pymdownx, separator=separator, case="lower")
    if not isinstance(written, Tagged):
        return None
    name, _, options = _called(written)
    module, _, function = name.rpartition(".")
    if module == "markdown.extensions.toc" and function in {"slugify", "slugify_unicode"}:
        unicode = function == "slugify_unicode"
        return partial(_markdown, separator=separator, unicode=unicode)
    if module != "pymdownx.slugs":
        return None
    known = _OLDER.get(function, options)
    form = str(known.get("normalize", "NFC"))
    return partial(
        _pymdownx,
        separator=separator,
        case=str(known.get("case", "none")),
        form=form if form in _FORMS else "NFC",
        encoded=truth(known.get("percent_encode", "")),
    )


def _called(written: Tagged) -> tuple[str, str, Mapping[str, Any]]:
    tag, value = written
    options = value.get("kwds") if isinstance(value, Mapping) else None
    name = tag.removeprefix(_CALL).removeprefix(_NAME)
    return name, tag, options if isinstance(options, Mapping) else {}


def _pymdownx(
    text: str, separator: str, case: str = "none", form: str = "NFC", *, encoded: bool = False
) -> str:
    slug = _TAG.sub("", unicodedata.normalize(form, text)).strip()  # type: ignore[arg-type]
    if case == "lower":
        slug = slug.lower()
    elif case == "lower-ascii":
        slug = _CAPITAL.sub(lambda found: found[0].lower(), slug)
    elif case == "fold":
        slug = slug.casefold()
    slug = _DROPPED.sub("", slug).replace(" ", separator)
    return quote(slug) if encoded else slug


def _markdown(text: str, separator: str, *, unicode: bool) -> str:
    if not unicode:
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = _DROPPED_OF_MARKDOWN.sub("", text).strip().lower()
    return re.sub(rf"[{re.escape(separator)}\s]+", lambda _: separator, text)
