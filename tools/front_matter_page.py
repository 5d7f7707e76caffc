"""The tables of docs/reference/front-matter.md, made from what each generator reads.

`python -m tools.front_matter_page` writes what is between the marks; people write the rest.
"""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.config.options.site import FieldNames
from publisher.content.frontmatter.fields import ALL, Fields
from publisher.content.generators import generator, generators
from publisher.content.source import Source

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "front-matter.md"
MEANINGS = {
    "title": "the title",
    "description": "the description",
    "date": "the moment from which the post counts",
    "updated": "the last change",
    "expires": "from then on it is no longer sent",
    "image": "the picture",
    "image_alt": "the picture's text",
    "author": "the byline",
    "categories": "sections, spreading the latest, hashtags: the first that says something",
    "tags": "for `only: {tags: …}`: the first that says something",
    "featured": "yes: a candidate for the lead story",
    "weight": "the order of lead stories, smaller first",
    "hidden": "yes: the post is never sent",
    "shown": "no: the post is never sent",
    "state": "`draft`, `private`, `hidden` and the like: the post is never sent",
    "language": "its language",
    "address": "its own address",
    "link": "the page of another site that it is about",
    "asked": "what it decides for itself: [below](#what-publisher-adds)",
}
_MARKED = re.compile(r"(<!-- (all|generators) -->\n).*?(?=<!-- end -->)", re.DOTALL)
_NOWHERE = Path("/nowhere")


def page(written: str) -> str:
    """The page `written` with its tables as the generators have them now."""
    tables = {"all": _all(), "generators": _each()}
    return _MARKED.sub(lambda match: f"{match[1]}\n{tables[match[2]]}\n", written)


def fields_of(name: str) -> Fields:
    """The keys that a generator reads where no settings of a site say otherwise."""
    source = Source(_NOWHERE, _NOWHERE, "https://gazette.example", ZoneInfo("UTC"), generator=name)
    return generator(name)(source).fields


def _all() -> str:
    rows = [
        f"| {_option(name)} | {meaning} | {_keys(getattr(ALL, name))} |"
        for name, meaning in MEANINGS.items()
    ]
    head = ["| `fields` | what it becomes | keys, the best one first |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _each() -> str:
    return "\n".join(_of(name, fields_of(name)) for name in generators())


def _of(name: str, own: Fields) -> str:
    """A generator's table: the fields for which it reads other keys."""
    rows = [
        f"| {_option(field) or MEANINGS[field]} | {_keys(getattr(own, field))} |"
        for field in MEANINGS
        if getattr(own, field) != getattr(ALL, field)
    ]
    head = [f"### [{name}](generators/{name}.md)", ""]
    if not rows:
        return "\n".join([*head, "The keys above.", ""])
    return "\n".join([*head, "| `fields` | keys |", "|---|---|", *rows, ""])


def _option(name: str) -> str:
    """What `content.fields` calls a field; '' where its keys cannot be chosen."""
    option = {"hidden": "draft", "shown": "published", "state": "status"}.get(name, name)
    return f"`{option}`" if option in FieldNames.model_fields else ""


def _keys(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
