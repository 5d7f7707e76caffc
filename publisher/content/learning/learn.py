"""Learning: the rules that explain where a site has its pages."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from publisher.content.addresses import ENDINGS, GENERATOR, OWN, SITEMAP
from publisher.content.evidence import Evidence
from publisher.content.learning.infer import candidates, simplicity
from publisher.content.learning.judge import Claims, Judge, Score
from publisher.content.learning.pages import Pages, key, names_of, terms_of
from publisher.content.learning.posts import Known, base_path, known_posts
from publisher.content.source import Rule, Source
from publisher.content.urls import host_of

_SAMPLE = 400
_FINALISTS = 6
_BETTER = 1.02
_FEWEST = 3
_MOST_FOLDERS = 60
_MOST_EXCEPTIONS = 12
_NOBODYS = re.compile(
    r"localhost$|127\.|0\.0\.0\.0|::1|(?:www\.)?example\.(?:com|org|net)$|.*\.localhost$"
)
_GENERATED = (GENERATOR, *(f"{GENERATOR}~{ending}" for ending in ENDINGS))


@dataclass(frozen=True, slots=True)
class Learnt:
    """What explains the posts of one source.

    `rules` are for `Source.urls`: none at all where the generator's own rule holds, or nothing is
    known. Of `matched` posts that have a page in the evidence `explained` follow from the rules,
    and `generated` from the generator's own.
    """

    rules: tuple[Rule, ...] = ()
    posts: int = 0
    matched: int = 0
    explained: int = 0
    generated: int = 0

    @property
    def needs_map(self) -> bool:
        """Whether the sitemap itself must be kept at hand."""
        return any(rule.text == SITEMAP for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Learned:
    """What is learnt of a site: `url` is its address as the evidence has it.

    `sources` stand in the order of those that were handed in.
    """

    url: str
    sources: tuple[Learnt, ...]
    notes: tuple[str, ...] = ()


def learn(sources: Sequence[Source], evidence: Evidence, *, careful: bool = False) -> Learned:
    """The rules that make the addresses of the posts of `sources`, as `evidence` has them.

    With `careful`, for evidence that may be old, a generator's own rule is given up only if it is
    wrong more often than not, and other rules explain everything; the site's address stays.

    Raises:
        ContentError: a folder of posts cannot be read.
    """
    posts = known_posts(sources)
    pages = Pages(evidence.pages)
    url = sources[0].url
    old = base_path(url)
    base = _base(old, posts, pages)
    pages.below(base)
    for post in (each for of_source in posts for each in of_source):
        post.generated = _relative(post.generated, old)
        post.own = _relative(post.own, old)
    pages.vocabulary = frozenset(
        name for each in posts for post in each for name in names_of(post.facts)
    )
    generated = dict(_generated(posts, pages))
    terms = {term for each in posts for post in each for term in terms_of(post.facts)}
    names = {key(name) for each in posts for post in each for name in _names(post)}
    pages.forget_lists(terms - names - {""}, generated)
    judges = [Judge(pages, each) for each in posts]
    claims: Claims = generated
    found: list[Learnt] = []
    for _ in range(2):  # the second time it is known whose most pages are
        learners = [_Learner(judge, claims) for judge in judges]
        found = [each.learnt() for each in learners]
        claims = {path: post for each in learners for path, post in each.claimed.items()}
        if all(each.explained == each.matched for each in found):
            break
    if careful:
        return Learned(url, tuple(map(_carefully, found)), tuple(evidence.notes))
    return Learned(_address(url, pages.host, base), tuple(found), tuple(evidence.notes))


def _carefully(learnt: Learnt) -> Learnt:
    is_sure = learnt.explained >= learnt.matched and not learnt.needs_map
    if is_sure and learnt.generated * 2 < learnt.matched:
        return learnt
    return replace(learnt, rules=(), explained=learnt.generated)


def _names(post: Known) -> tuple[str, ...]:
    return post.facts.slug, post.facts.name, post.facts.file


def _generated(posts: Iterable[Iterable[Known]], pages: Pages) -> Iterable[tuple[str, int]]:
    for of_source in posts:
        for post in of_source:
            if post.generated in pages.by_path:
                yield post.generated, id(post)


def _relative(path: str, base: str) -> str:
    return path[len(base) :] if base and path.startswith(f"{base}/") else path


def _address(url: str, host: str, base: str) -> str:
    """The site's address: its host as the evidence has it, unless that is nobody's."""
    name = urlsplit(host).hostname or ""
    if not name or _NOBODYS.match(name):
        host = host_of(url)
    return f"{host}{base}"


def _base(old: str, posts: Sequence[Sequence[Known]], pages: Pages) -> str:
    """The path below which the whole site is: as configured, none, or the one of all pages."""
    choices = list(dict.fromkeys((old, "", pages.common_base())))
    generated = [
        _relative(post.generated, old) for each in posts for post in each if post.generated
    ]
    hits = {base: sum(base + path in pages.by_path for path in generated) for base in choices}
    best = max(choices, key=lambda base: hits[base])
    if hits[best]:
        return best
    below = sum(path.startswith(f"{old}/") for path in pages.by_path)
    return old if below * 2 > len(pages.by_path) else ""


class _Learner:
    """Finds the rules of one source."""

    def __init__(self, judge: Judge, claims: Claims) -> None:
        judge.claims = claims
        self._judge = judge
        self._posts = judge.posts
        self.claimed: dict[str, int] = {}
        self._tried: dict[str, None] = {}

    def learnt(self) -> Learnt:
        """The rules for the source."""
        numbers = list(range(len(self._posts)))
        matched = self._judge.matched(numbers)
        if not matched:
            return Learnt(posts=len(numbers))
        rules = self._rules("", numbers)
        self._claim(rules, matched)
        if rules[-1].text.partition("~")[0] != GENERATOR and self._generates():
            rules.append(Rule("", GENERATOR))
        if [rule.text for rule in rules] == [GENERATOR]:
            rules = []
        known = self._judge.pages.by_path
        generated = sum(self._posts[number].generated in known for number in matched)
        explained = len(self.claimed)
        others = explained + self._judge.unexplained(matched, self.claimed)
        return Learnt(tuple(rules), len(numbers), others, explained, generated)

    def _generates(self) -> bool:
        """Whether the generator has an address for posts that have none of their own."""
        return any(post.generated and not post.own for post in self._posts)

    def _claim(self, rules: Sequence[Rule], numbers: Sequence[int]) -> None:
        """Note whose the pages are that the rules explain."""
        for number, path in self._said(rules, numbers):
            if path in self._judge.pages.by_path:
                self.claimed.setdefault(path, id(self._posts[number]))

    def _explains(self, rules: Sequence[Rule], numbers: Sequence[int]) -> int:
        """How many posts rules put onto pages, other than by naming their files."""
        real = [rule for rule in rules if not rule.folder or rule.folder.endswith("/")]
        said = {path for _, path in self._said(real, numbers)}
        return len(said & self._judge.pages.by_path.keys())

    def _said(self, rules: Sequence[Rule], numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """The path that the rules, without the sitemap, make of each post."""
        sure = [rule for rule in rules if rule.text != SITEMAP]
        made = {
            text: dict(zip(numbers, self._judge.made(text, numbers), strict=True))
            for text in {rule.text for rule in sure}
        }
        for number in numbers:
            file = self._posts[number].file
            said = (made[rule.text][number] for rule in sure if file.startswith(rule.folder))
            yield number, next(filter(None, said), "")

    def _rules(self, folder: str, numbers: list[int]) -> list[Rule]:
        """The rules for the posts in one folder."""
        chain, left = self._chain(numbers)
        if not self._judge.matched(left):
            return [Rule(folder, text) for text in chain]
        split = self._split(folder, numbers)
        whole = self._approximate(folder, chain, left)
        if self._explains(split, numbers) > _BETTER * self._explains(whole, numbers):
            return split
        return whole

    def _chain(self, numbers: list[int]) -> tuple[list[str], list[int]]:
        """Rules that are right of what they are for, each for what those before it are not."""
        chain: list[str] = []
        left = numbers
        while matched := self._judge.matched(left):
            ranked = self._ranked(matched)
            scored = ((rule, self._judge.score(rule, left)) for rule, _ in ranked[:_FINALISTS])
            rule, score = next((each for each in scored if each[1].is_right), ("", None))
            if score is None:
                return chain, left
            chain.append(rule)
            self._tried[rule] = None
            left = [number for number, path in zip(left, score.made, strict=True) if not path]
        return chain, []

    def _ranked(self, matched: list[int]) -> list[tuple[str, Score]]:
        """The candidates for these posts, the best one first, as a sample has it."""
        posts = [self._posts[number] for number in matched]
        learnt = candidates(posts, [self._judge.alike[number] for number in matched])
        rules = list(dict.fromkeys((*_GENERATED, OWN, *learnt, *self._tried)))
        order = {rule: place for place, rule in enumerate(rules)}
        sample = matched[:: max(1, len(matched) // _SAMPLE)]
        first = {rule: self._judge.score(rule, sample) for rule in rules}
        ranked = sorted(rules, key=lambda rule: _rank(rule, first[rule], order))
        return [(rule, first[rule]) for rule in ranked]

    def _split(self, folder: str, numbers: list[int]) -> list[Rule]:
        """Rules for each folder in a folder; none where there are no folders in it."""
        groups: dict[str, list[int]] = defaultdict(list)
        for number in numbers:
            first, _, below = self._posts[number].file[len(folder) :].partition("/")
            groups[f"{folder}{first}/" if below else ""].append(number)
        if not 1 < len(groups) <= _MOST_FOLDERS:
            return []
        rules: list[Rule] = []
        rest = groups.pop("", [])
        for place, inside in sorted(groups.items()):
            if len(self._judge.matched(inside)) < _FEWEST:
                rest += inside
            else:
                rules += self._rules(place, inside)
        rules += self._rest(folder, sorted(rest))
        texts = {rule.text for rule in rules}
        return [Rule(folder, texts.pop())] if len(texts) == 1 else rules

    def _rest(self, folder: str, numbers: list[int]) -> list[Rule]:
        chain, left = self._chain(numbers)
        if not self._judge.matched(left):
            return [Rule(folder, text) for text in chain]
        return self._approximate(folder, chain, left)

    def _best(self, numbers: list[int]) -> tuple[str, Score]:
        """The rule that is wrong least often."""
        rule = self._ranked(self._judge.matched(numbers))[0][0]
        return rule, self._judge.score(rule, numbers)

    def _approximate(self, folder: str, chain: list[str], left: list[int]) -> list[Rule]:
        """The best rule for what no rule explains, with exceptions or the sitemap before it."""
        rules = [Rule(folder, text) for text in chain]
        rule, score = self._best(left)
        missed = self._judge.missed(score, left)
        if len(missed) <= min(_MOST_EXCEPTIONS, len(score.hits) // 4):
            exceptions = [Rule(self._posts[number].file, path) for number, path in missed.items()]
            return [*exceptions, *rules, Rule(folder, rule)]
        rules.append(Rule(folder, SITEMAP))
        return [*rules, Rule(folder, rule)] if len(score.hits) > 1 else rules


def _rank(rule: str, score: Score, order: dict[str, int]) -> tuple[object, ...]:
    return (
        not score.is_right,
        -len(score.hits) if score.is_right else -score.worth,
        score.strange,
        not rule.startswith(GENERATOR),
        simplicity(rule),
        order[rule],
    )
