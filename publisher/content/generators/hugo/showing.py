"""What a site shows: drafts, pages that are not rendered or listed, and which pages are posts."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from publisher.content.frontmatter import fields
from publisher.content.generators.hugo.config import Config, is_true, texts
from publisher.content.generators.hugo.places import Place

Values = Mapping[str, Any]
_NEVER = frozenset({"never", "false", "no"})
_BUILDING = frozenset({"build", "_build", "headless"})
_LINK = "link"  # there is an address, but no page
_BLOGS = frozenset({
    "post", "posts", "blog", "blogs", "news", "article", "articles", "entry", "entries", "note",
    "notes", "press", "stories", "story", "updates", "changelog", "releases", "writing", "journal",
    "podcast", "episodes", "events", "talks", "links",
})  # fmt: skip
_PAGES = frozenset({
    "about", "about-me", "me", "contact", "contact-us", "search", "archive", "archives", "privacy",
    "privacy-policy", "imprint", "impressum", "terms", "legal", "links", "now", "uses", "tags",
    "categories", "projects", "resume", "cv", "home", "index",
})  # fmt: skip


class Showing:
    """Judges pages by their front matter; `sizes` counts the files of each section."""

    def __init__(self, config: Config, sizes: Counter[str]) -> None:
        self._config = config
        self._sizes = sizes
        self._builds_drafts = is_true(config.values.get("builddrafts"))
        self._is_flat = sizes[""] * 2 > sizes.total()
        self._main: dict[str, frozenset[str]] = {}

    def is_draft(self, values: Values) -> bool:
        """Whether the author keeps the page back, and the site does not build drafts."""
        if self._builds_drafts:
            return False
        if "draft" in values:
            return fields.truth(values["draft"])
        return "published" in values and fields.falsehood(values["published"])

    def is_page(self, values: Values, place: Place, *, dated: bool) -> bool:
        """Whether it is no post: by its place, for want of a date, or because no list has it."""
        if not is_listed(values):
            return True
        if not place.section:
            return not self._is_flat or place.name in _PAGES
        if main := self._main_sections(place.language):
            return place.section not in main
        return not dated and place.section not in _BLOGS

    def _main_sections(self, language: str) -> frozenset[str]:
        """The sections that the settings call the main ones; none if no file lies in them."""
        if language not in self._main:
            options = self._config.of(language)
            params = options.get("params")
            named = params.get("mainsections") if isinstance(params, dict) else None
            found = texts(options.get("mainsections") if named is None else named)
            sections = frozenset(each.strip("/").lower() for each in found)
            there = any(self._sizes[each] for each in sections)
            self._main[language] = sections if there else frozenset()
        return self._main[language]


def has_address(values: Values) -> bool:
    """Whether the site gives it an address at all."""
    if _BUILDING.isdisjoint(values):
        return True
    return _build_option(values, "render") not in _NEVER and not _is_headless(values)


def is_listed(values: Values) -> bool:
    """Whether the site makes a page of it and has it in its lists."""
    if _BUILDING.isdisjoint(values):
        return True
    is_built = has_address(values) and _build_option(values, "render") != _LINK
    return is_built and _build_option(values, "list") not in _NEVER


def _is_headless(values: Values) -> bool:
    return "headless" in values and fields.truth(values["headless"])


def _build_option(values: Values, option: str) -> str:
    """What `build` says for an option, in lower case."""
    for key in (f"build.{option}", f"_build.{option}"):
        if isinstance(value := values.get(key), str):
            return value.strip().lower()
    return ""
