"""Thirty consecutive daily digests over a made-up archive of the first user's shape."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from publisher.content.selection.choose import choose, explain
from publisher.content.selection.digest import Digest, Memory, Rules
from publisher.content.selection.titles import normalise, same_title
from publisher.model.posts import Included, Post

ZONE = ZoneInfo("Europe/London")
FIRST = datetime(2023, 10, 1, 7, 0, tzinfo=ZONE)  # the clocks go back on the 29th
DAYS = 30
WEIGHTED_KINDS = {"tv": 30, "news": 28, "sports": 13, "latest": 12, "female": 7, "business": 3}
WEIGHTED_KINDS |= {"science": 2, "health": 1, "travel": 1, "usa": 1, "politics": 1, "world": 1}
SYLLABLES = ["ba", "cor", "din", "el", "fra", "gos", "hul", "im", "jor", "kel", "lum", "mar", "nor"]
RULES = Rules(featured=1, latest=8, per_category=2, min_posts=1, max_age=timedelta(days=2))


def archive(seed: int, a_day: int = 800, copies: float = 0.08) -> list[Post]:
    """All featured, many twice, up to six in a second, copies named ` 2.md`."""
    rng = random.Random(seed)  # noqa: S311 - made-up posts
    posts: list[Post] = []
    moment = FIRST - timedelta(days=1)
    for number in range(a_day * DAYS):
        if rng.random() > 0.4:
            moment += timedelta(seconds=rng.randrange(2 * 86_400 * 10 // (a_day * 6)))
        if posts and rng.random() < copies:
            posts.append(_again(rng.choice(posts[-a_day:]), number, moment, rng))
        else:
            posts.append(_post(number, moment, rng))
    return list({post.path: post for post in posts}.values())


def _post(number: int, moment: datetime, rng: random.Random) -> Post:
    title = " ".join(_word(rng) for _ in range(rng.randint(7, 14)))
    kind = rng.choices(list(WEIGHTED_KINDS), list(WEIGHTED_KINDS.values()))[0]
    return Post(
        path=f"source/_posts/{number:06}.md",
        url=f"https://gazette.example/articles/{title.replace(' ', '-')}",
        title=title,
        description=" ".join(_word(rng) for _ in range(20)),
        date=moment,
        first_seen=moment,
        categories=("latest", kind),
        featured=True,
    )


def _again(old: Post, number: int, moment: datetime, rng: random.Random) -> Post:
    """A copy in another file: as it is, or rewritten a little under another address."""
    if rng.random() < 0.4:
        return replace(old, path=old.path.replace(".md", " 2.md"))
    words = old.title.split(" ")
    edits = [
        [*words, "LIVE"],
        words[::-1],
        [word.upper() for word in words],
        [words[0][:-1] + "x", *words[1:]],
    ]
    title = " ".join(rng.choice(edits))
    return replace(
        old,
        path=f"source/_posts/{number:06}.md",
        url=f"https://gazette.example/articles/{number}",
        title=title,
        description=rng.choice([old.description, f"{old.description} again"]),
        date=moment,
        first_seen=moment,
    )


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3)))


@dataclass(frozen=True)
class Day:
    planned_at: datetime
    memory: Memory
    window: list[Post]
    digest: Digest


def walk(posts: list[Post], rules: Rules) -> Iterator[Day]:
    included: list[Included] = []
    since: datetime | None = None
    for day in range(DAYS):
        planned_at = datetime.combine(FIRST.date() + timedelta(days=day), time(7), tzinfo=ZONE)
        window = [p for p in posts if p.date and abs(planned_at - p.date) < timedelta(days=4)]
        memory = Memory(tuple(included), since)
        digest = choose(window, rules, memory, planned_at)
        yield Day(planned_at, memory, window, digest)
        for pick in digest.picks:
            post = pick.post
            included.append(Included(post.url, post.path, post.title, post.description, planned_at))
        since = planned_at


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return archive(seed=2020)


@pytest.fixture(scope="module")
def days(posts: list[Post]) -> list[Day]:
    return list(walk(posts, RULES))


def test_every_day_has_a_full_digest(days: list[Day]) -> None:
    assert [len(day.digest.picks) for day in days] == [9] * DAYS


def test_no_story_goes_twice(days: list[Day]) -> None:
    picked = [pick.post for day in days for pick in day.digest.picks]
    for one, other in combinations(picked, 2):
        assert one.url != other.url
        assert one.description != other.description
        assert not same_title(normalise(one.title), normalise(other.title))


def test_every_day_shows_many_categories(days: list[Day]) -> None:
    for day in days:
        assert len({pick.post.categories[1] for pick in day.digest.picks}) >= 8


def test_each_why_is_true(days: list[Day]) -> None:
    for day in days[::7]:
        by_path = {post.path: post for post in day.window}
        for path, decision in day.digest.decisions.items():
            check_why(by_path[path], by_path, day, decision.rule, decision.detail)
        for post in day.window[::500]:
            decision = explain(post, day.window, RULES, day.memory, day.planned_at)
            assert decision == day.digest.decisions.get(post.path, decision)
            check_why(post, by_path, day, decision.rule, decision.detail)


def check_why(post: Post, by_path: dict[str, Post], day: Day, rule: str, detail: str) -> None:
    assert post.date is not None
    picks = {pick.post.path: pick for pick in day.digest.picks}
    assert (post.path in picks) == (rule in {"newest", "latest"})
    if rule in {"same-url", "same-story"}:
        winner = next(by_path[path] for path in by_path if f"{path}," in detail)
        assert winner.date and (winner.date, winner.path) > (post.date, post.path)
        assert rule == "same-story" or winner.url == post.url
    elif rule == "category-full":
        oldest = min((p.post.date, p.post.path) for p in picks.values() if p.post.date)
        assert (post.date, post.path) > oldest
    elif rule == "latest-section-full":
        assert all(pick.post.date and pick.post.date >= post.date for pick in picks.values())
    elif rule == "not-new":
        assert day.memory.previous_at and post.date <= day.memory.previous_at
    elif rule == "future":
        assert post.date > day.planned_at
    elif rule == "too-old":
        assert day.planned_at - post.date > RULES.max_age
    else:
        assert rule in {"newest", "latest", "already-included"}


def test_same_input_same_output(posts: list[Post], days: list[Day]) -> None:
    shuffled = posts.copy()
    random.Random(1).shuffle(shuffled)  # noqa: S311 - any other order
    assert [day.digest for day in walk(shuffled, RULES)] == [day.digest for day in days]


def test_a_site_of_copies_that_sends_all_it_can_repeats_no_story() -> None:
    rules = replace(RULES, fill=True, latest=30, per_category=None)
    days = list(walk(archive(seed=3, a_day=20, copies=0.4), rules))
    picked = [normalise(pick.post.title) for day in days for pick in day.digest.picks]
    assert len(picked) > 300
    for one, other in combinations(picked, 2):
        assert not same_title(one, other)
    rules_met = {decision.rule for day in days for decision in day.digest.decisions.values()}
    assert rules_met >= {"same-url", "same-story", "already-included", "latest", "newest"}
