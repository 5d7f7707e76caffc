"""The pages of the evidence, found by what their last segment says."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache

from publisher.content.evidence import Page
from publisher.content.pattern import DATES, ZONES, Facts
from publisher.content.slugs import slug
from publisher.content.urls import host_of, path_of

_NO_LETTER = re.compile(r"[^a-z0-9]+")
_ENDING = re.compile(r"(?:/index)?\.(?:html?|php|aspx)$", re.IGNORECASE)
_DATED = re.compile(
    r"/((?:19|20)\d\d)(?:[/.-](0?[1-9]|1[0-2])(?:[/.-](0?[1-9]|[12]\d|3[01]))?)?(?=[/.-])"
)
_TELLING = re.compile(r"\d+|[a-z]{2}(?:[-_][a-z]{2,4})?")
_SHORT = 5
_SAMPLE = 400
_FEWEST = 3
_NUMBER = re.compile(r"\d+")
_MOST_ALIKE = 12
_LONGEST = 300
_LONGEST_PATH = 500
_MOST_LOOKED_AT = 100
_NEARLY_ALL = 0.95
_FIELDS = (
    "slug",
    "permalink",
    "url",
    "path",
    "id",
    "handle",
    "route",
    "link",
    "key",
    "Slug",
    "Url",
)


def without_ending(path: str) -> str:
    """A path without its final slash, `.html` or `/index.html`."""
    return _ENDING.sub("", path).rstrip("/")


@lru_cache(maxsize=65_536)
def key(text: str) -> str:
    """What is left of a text when case, accents and all marks are gone."""
    if text.isascii():
        return _NO_LETTER.sub("", text.lower())
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, plain))


class Pages:
    """Pages by path; only those of the host that most are of, and no endless ones."""

    def __init__(self, pages: Iterable[Page]) -> None:
        hosts: dict[str, dict[str, Page]] = defaultdict(dict)
        for page in pages:
            path = path_of(page.url)
            if path and len(path) <= _LONGEST_PATH:
                hosts[host_of(page.url)].setdefault(path, page)
        without = hosts.pop("", {})
        self.host = max(hosts, key=lambda host: len(hosts[host]), default="")
        self.by_path: dict[str, Page] = {**without, **hosts.get(self.host, {})}
        self.vocabulary: frozenset[str] = frozenset()
        self._index()

    def common_base(self) -> str:
        """The first segment that nearly all paths begin with; '' if there is none."""
        firsts = Counter(path.split("/", 2)[1] for path in self.by_path)
        first, count = firsts.most_common(1)[0] if firsts else ("", 0)
        return f"/{first}" if first and count >= _NEARLY_ALL * len(self.by_path) else ""

    def below(self, base: str) -> None:
        """Keep the pages below a path only, and make their paths relative to it."""
        if base:
            start = f"{base}/"
            kept = {path: page for path, page in self.by_path.items() if path.startswith(start)}
            self.by_path = {path[len(base) :]: page for path, page in kept.items()}
            self._index()

    def _index(self) -> None:
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._by_title: dict[str, list[str]] = defaultdict(list)
        for path, page in self.by_path.items():
            for each in _page_keys(path):
                self._by_key[each].append(path)
            if page.title:
                self._by_title[key(page.title)].append(path)

    def forget_lists(self, terms: Collection[str], surely: Collection[str]) -> None:
        """Pass over pages of tags and categories: kinds of pages that mostly are called like one.

        `terms` are as `key` writes them; the kinds of the paths in `surely` are kept.
        """
        everything: Counter[tuple[str, int]] = Counter()
        lists: Counter[tuple[str, int]] = Counter()
        for path in self.by_path:
            everything[shape(path)] += 1
            lists[shape(path)] += key(_last(without_ending(path))) in terms
        kept = {shape(path) for path in surely}
        gone = {each for each, count in lists.items() if count * 2 > everything[each]} - kept
        for name, paths in self._by_key.items():
            self._by_key[name] = [path for path in paths if shape(path) not in gone]

    def has(self, wanted: str) -> bool:
        """Whether the last segment of a page's address says `wanted`, which `key` has written."""
        return wanted in self._by_key

    def telling(self, posts: Sequence[Facts]) -> tuple[str, ...]:
        """The fields whose values pages are called like, besides those that are always asked."""
        said: dict[str, set[str]] = defaultdict(set)
        asked: Counter[str] = Counter()
        sample = posts[:: max(1, len(posts) // _SAMPLE)]
        for facts in sample:
            for name, value in facts.values.items():
                asked[name] += isinstance(value, str)
                text = _last(facts.field(name))
                if len(text) < _LONGEST and (each := key(text)) in self._by_key:
                    said[name].add(each)
        fewest = max(_FEWEST, len(sample) // 10)
        return tuple(
            name for name, keys in said.items() if len(keys) >= max(fewest, asked[name] // 4)
        )

    def called(self, names: Collection[str]) -> list[str]:
        """The paths whose last segment says one of `names`, which `key` has written."""
        found = (path for name in names for path in self._by_key.get(name, [])[:_MOST_LOOKED_AT])
        return list(dict.fromkeys(found))

    def alike(self, facts: Facts, fields: Sequence[str] = ()) -> list[str]:
        """The pages that may be a post's, by their last segment or their title.

        `fields` are further ones that may say the last segment.
        """
        found: dict[str, None] = {}
        for each in post_keys(facts, fields):
            found.update(dict.fromkeys(self._by_key.get(each, [])[:_MOST_LOOKED_AT]))
        if self._by_title and facts.title:
            of_title = self._by_title.get(key(facts.title), [])
            found.update(dict.fromkeys(of_title[:_MOST_LOOKED_AT]))
        return self._fitting(list(found)[:_MOST_LOOKED_AT], facts) if len(found) > 1 else [*found]

    def _fitting(self, paths: list[str], facts: Facts) -> list[str]:
        """Those of several pages whose other segments say most of the post, or least of others."""
        fits = {path: self.fit(path, facts) for path in paths}
        fewest = min(strange for strange, _ in fits.values())
        most = min(known for _, known in fits.values())
        kept = [path for path in paths if fits[path][0] == fewest or fits[path][1] == most]
        return sorted(kept, key=lambda path: fits[path])[:_MOST_ALIKE]

    def fit(self, path: str, facts: Facts) -> tuple[int, int]:
        """How many segments before the last say something of other posts, and of this (negative).

        The lesser, the likelier a page with that path is the post's.
        """
        said = said_before_the_last(facts)
        others = [each.lower() for each in without_ending(path).strip("/").split("/")[:-1]]
        known = [each in said for each in others]
        strange = (
            self._is_telling(each) for each, ours in zip(others, known, strict=True) if not ours
        )
        return sum(strange), -sum(known)

    def _is_telling(self, segment: str) -> bool:
        return segment in self.vocabulary or _TELLING.fullmatch(segment) is not None

    def likest(self, facts: Facts) -> str:
        """The path of the page that is most like a post; '' if none is."""
        return next((path for path in self.alike(facts) if is_likely(path, facts)), "")


def is_likely(path: str, facts: Facts) -> bool:
    """Whether a page that is called like a post is no other's of the same name.

    A short name proves little, and an address with another day is another post's; a day more or
    less may come of time zones.
    """
    match = _DATED.search(path)
    if match is None:
        return len(key(without_ending(path).rpartition("/")[2])) >= _SHORT
    moments = (facts.moment(zone) for zone in ZONES)
    return any(_is_near(moment, *match.groups()) for moment in moments if moment)


def _is_near(moment: datetime, year: str, month: str | None, day: str | None) -> bool:
    if month is None:
        return moment.year == int(year)
    if day is None:
        return (moment.year, moment.month) == (int(year), int(month))
    with suppress(ValueError):
        other = datetime(int(year), int(month), int(day), 12, tzinfo=moment.tzinfo)
        return abs(moment - other) < timedelta(days=1.6)
    return False


@lru_cache(maxsize=20_000)
def said_before_the_last(facts: Facts) -> frozenset[str]:
    """What the segments before the last one may say of a post, in lower case."""
    said = set(names_of(facts))
    for zone in ZONES:
        if moment := facts.moment(zone):
            said.update(say(moment).lower() for say in DATES.values())
    return frozenset(said)


def terms_of(facts: Facts) -> Iterator[str]:
    """The tags, categories and other lists of a post, as `key` writes them."""
    for each in facts.categories:
        yield key(each)
    for value in facts.values.values():
        if not isinstance(value, str):
            yield from map(key, value)


def names_of(facts: Facts) -> Iterator[str]:
    """The folders, categories and language of a post, in lower case."""
    for each in (*facts.folders, *facts.categories, facts.language):
        yield each.lower()
        if not each.isalnum():
            yield slug(each, "words")


def _page_keys(path: str) -> Iterator[str]:
    last = without_ending(path).rpartition("/")[2]
    if each := key(last):
        yield each
    if not last.isascii() and (spelt := key(_spelt(last))) != each:
        yield spelt


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def post_keys(facts: Facts, fields: Sequence[str] = ()) -> dict[str, None]:
    """What the last segment of a post's page may say, as `key` writes it."""
    texts = [facts.slug, facts.name, facts.file, facts.title, facts.title.replace("&", " and ")]
    texts += [_last(facts.field(name)) for name in (*_FIELDS, *fields)]
    found: dict[str, None] = {}
    for text in texts:
        if text and len(text) < _LONGEST:
            found[key(text)] = None
            if not text.isascii():
                found[key(_spelt(text))] = None
    found.pop("", None)
    return found


def _spelt(text: str) -> str:
    from anyascii import anyascii

    return str(anyascii(text))


def shape(path: str) -> tuple[str, int]:
    """What pages of one kind share: the first segment (numbers are all one), and the depth."""
    segments = without_ending(path).strip("/").split("/")
    first = _NUMBER.sub("#", segments[0]) if len(segments) > 1 else ""
    return first, len(segments)


def shapes_of_posts(pages: Pages, matched: Iterable[str]) -> frozenset[tuple[str, int]]:
    """The shapes of which at least every other page looks like a post's."""
    everything = Counter(map(shape, pages.by_path))
    like_posts = Counter(map(shape, set(matched)))
    return frozenset(each for each, count in like_posts.items() if count * 2 >= everything[each])
