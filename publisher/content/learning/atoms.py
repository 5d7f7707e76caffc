"""What a post could be called in an address: each text, and the placeholders that say it."""

import re
from collections import defaultdict
from collections.abc import Iterator

from publisher.content.pattern import DATES, ZONES, Facts
from publisher.content.slugs import SLUGS, slug

Atoms = dict[str, list[str]]

_SIMPLE = re.compile(r"[a-z0-9-]*")
_WAYS = tuple(name for name in SLUGS if name != "raw")
_CHANGING = frozenset({"under", "kebab"})
_JOINED = (
    ":year-:month-:day", ":year:month:day", ":year-:month", ":year:month", ":month-:day",
    ":year-:i_month-:i_day", ":year_:month_:day", ":day-:month-:year", ":year.:month.:day",
)  # fmt: skip
_DATE = re.compile(rf":({'|'.join(sorted(DATES, key=len, reverse=True))})")
_LONGEST = 200
_MOST_FIELDS = 40
_NO_FIELDS = frozenset({"title", "date", "description", "excerpt", "summary", "draft"})
_UNSAFE = re.compile(r"[{}:]")


def atoms(facts: Facts) -> Atoms:
    """Every text that a placeholder makes of the post, with the placeholders, commonest first."""
    found: Atoms = defaultdict(list)
    for text, expression in _expressions(facts):
        if text and expression not in found[text]:
            found[text].append(expression)
    return found


def is_date(expression: str) -> bool:
    """Whether an expression says something of the date."""
    return _DATE.match(expression) is not None


def _expressions(facts: Facts) -> Iterator[tuple[str, str]]:
    yield from _dates(facts)
    for name, text in (("slug", facts.slug), ("name", facts.name), ("file", facts.file)):
        yield from _written(f":{name}", text)
    for way in _WAYS:
        yield slug(facts.title, way), ":title" if way == "slug" else f":title~{way}"
    if facts.folders:
        yield from _segments(":folders", facts.folders)
        yield from _written(":folder", facts.folders[-1])
        yield from _written(":section", facts.folders[0])
        yield from _segments(":path", (*facts.folders, facts.file))
    if facts.other_language:
        yield from ((facts.other_language, ":other_lang"), (facts.language, ":lang"))
    elif facts.language:
        yield facts.language, ":lang"
    if facts.categories:
        yield from _written(":category", facts.categories[0])
        yield from _segments(":categories", facts.categories)
    yield from _fields(facts)


def _written(name: str, text: str) -> Iterator[tuple[str, str]]:
    yield text, name
    is_simple = _SIMPLE.fullmatch(text) and "--" not in text and text.strip("-") == text
    for way in _WAYS:
        as_it_is = is_simple and way not in _CHANGING
        yield text if as_it_is else slug(text, way), f"{name}~{way}"


def _segments(name: str, texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield "/".join(texts), name
    for way in _WAYS:
        yield "/".join(slug(text, way) for text in texts), f"{name}~{way}"


def _fields(facts: Facts) -> Iterator[tuple[str, str]]:
    for name in list(facts.values)[:_MOST_FIELDS]:
        written = facts.field(name)
        text = written.strip("/")
        if "/" in written and len(written) <= _LONGEST and not _UNSAFE.search(name):
            yield f"/{written.lstrip('/')}", f":{{{name}}}"
        if not text or len(text) > _LONGEST or name in _NO_FIELDS or _UNSAFE.search(name):
            continue
        if "/" in text:
            yield from _segments(f":{{{name}}}", tuple(text.split("/")))
        else:
            yield from _written(f":{{{name}}}", text)


def _dates(facts: Facts) -> Iterator[tuple[str, str]]:
    seen = set()
    for zone in ZONES:
        moment = facts.moment(zone)
        if moment is None or (local := moment.replace(tzinfo=None)) in seen:
            continue
        seen.add(local)
        said = {name: say(moment) for name, say in DATES.items()}
        way = f"~{zone}" if zone else ""
        for name, text in said.items():
            yield text, f":{name}{way}"
            if name in {"month_name", "short_month"}:
                yield text, f":{name}{way}"
        for joined in _JOINED:
            text = _DATE.sub(lambda match, said=said: said[match[1]], joined)  # type: ignore[misc]
            yield text, _DATE.sub(rf":\1{way}", joined)
