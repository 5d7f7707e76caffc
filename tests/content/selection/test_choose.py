import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.selection.choose import choose, explain, featured_note
from publisher.content.selection.digest import Decision, Digest, Memory, Rules
from publisher.content.selection.texts import Texts
from publisher.content.selection.wanted import Wanted
from publisher.model.posts import Included, Post, Status

NOW = datetime(2024, 5, 13, 7, 0, tzinfo=ZoneInfo("Europe/London"))
HOUR = timedelta(hours=1)
NEVER = Memory(included=(), previous_at=None)
YESTERDAY = Memory(included=(), previous_at=NOW - timedelta(days=1))
SUBJECTS = ["harbour", "council", "storm", "library", "ferry"]
SUBJECTS += ["school", "bakery", "lighthouse", "market", "orchestra"]
DEEDS = ["opens", "closes", "wins", "loses", "moves", "grows", "halves", "sings", "rests"]


def rules(
    featured: int = 1,
    latest: int = 8,
    per_category: int | None = 2,
    min_posts: int = 1,
    max_age: timedelta = timedelta(days=3),
    *,
    fill: bool = False,
) -> Rules:
    return Rules(featured, latest, per_category, min_posts, max_age, fill=fill)


def post(name: str, hours: float = 1, *categories: str, **more: object) -> Post:
    date = NOW - hours * HOUR
    made = Post(
        path=f"posts/{name}.md",
        url=f"https://gazette.example/{name}",
        title=name,
        date=date,
        first_seen=date,
        categories=("latest", *categories),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # the tests name real fields


def included(told: Post, slot: datetime = NOW - timedelta(days=1), text_key: str = "") -> Included:
    return Included(told.url, told.path, told.title, told.description, slot, told.date, text_key)


class Files(Texts):
    """The texts of files by path; what is not named has none, and `gone` are there no more."""

    def __init__(self, gone: str = "", **keys: str) -> None:
        self._keys = keys
        self._gone = gone

    def key(self, path: str) -> str:
        return self._keys.get(path.removeprefix("posts/").removesuffix(".md"), "")

    def is_there(self, path: str) -> bool:
        return path != f"posts/{self._gone}.md"


def names(digest: Digest, role: str | None = None) -> list[str]:
    return [pick.post.title for pick in digest.picks if role in (None, pick.role)]


def why(one: Post, *others: Post, wishes: Rules | None = None, memory: Memory = NEVER) -> str:
    return explain(one, [one, *others], wishes or rules(), memory, NOW).rule


class TestCandidates:
    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"status": Status.UNREADABLE}, "unreadable"),
            ({"status": Status.NO_FRONT_MATTER}, "no-front-matter"),
            ({"status": Status.UNDATED, "date": None}, "undated"),
            ({"date": None}, "undated"),
            ({"title": ""}, "no-title"),
            ({"url": ""}, "no-url"),
            ({"draft": True}, "draft"),
            ({"date": NOW + HOUR}, "future"),
            ({"expires": NOW}, "expired"),
            ({"date": NOW - timedelta(days=3, seconds=1)}, "too-old"),
            ({"first_seen": NOW + HOUR}, "not-yet"),
        ],
    )
    def test_what_may_not_go_says_its_rule(self, changes: dict[str, object], rule: str) -> None:
        unfit = post("unfit", **changes)  # type: ignore[arg-type]  # named fields only
        other = post("other")
        assert names(choose([unfit, other], rules(), NEVER, NOW)) == ["other"]
        decision = explain(unfit, [unfit, other], rules(), NEVER, NOW)
        assert not decision.chosen
        assert decision.rule == rule
        assert decision.detail

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": Status.SALVAGED},
            {"date": NOW},
            {"date": NOW - timedelta(days=3)},
            {"expires": NOW + timedelta(seconds=1)},
            {"first_seen": NOW},
            {"first_seen": None},
        ],
    )
    def test_what_just_may_go_goes(self, changes: dict[str, object]) -> None:
        fit = post("fit", **changes)  # type: ignore[arg-type]  # named fields only
        assert names(choose([fit], rules(), NEVER, NOW)) == ["fit"]

    def test_a_date_without_time_is_as_young_as_its_day_allows(self) -> None:
        midnight = NOW.replace(hour=0)
        day = post("day", date=midnight - timedelta(days=3), date_only=True)
        too_old = replace(day, date=midnight - timedelta(days=4))
        assert why(day) == "newest"
        assert why(too_old) == "too-old"
        assert why(replace(day, date_only=False)) == "too-old"

    def test_new_is_what_became_sendable_since_the_last_edition(self) -> None:
        since = NOW - timedelta(days=1)
        memory = Memory((), since)
        assert why(post("just before", 24), memory=memory) == "not-new"
        assert why(post("just after", 23.999), memory=memory) == "newest"

    def test_a_late_build_loses_nothing(self) -> None:
        late = post("late", 30, first_seen=NOW - HOUR)
        assert names(choose([late], rules(), YESTERDAY, NOW)) == ["late"]

    def test_a_post_too_young_for_one_edition_is_new_to_the_next(self) -> None:
        young = post("young", 0.1)
        wishes = replace(rules(), min_age=HOUR)
        assert why(young, wishes=wishes, memory=YESTERDAY) == "below-min-age"
        tomorrow = choose([young], wishes, Memory((), NOW), NOW + timedelta(days=1))
        assert names(tomorrow) == ["young"]

    def test_the_hour_that_comes_twice_has_an_order(self) -> None:
        before = datetime(2024, 10, 27, 1, 45, tzinfo=NOW.tzinfo)
        after = datetime(2024, 10, 27, 1, 30, tzinfo=NOW.tzinfo, fold=1)
        moment = datetime(2024, 10, 27, 1, 50, tzinfo=NOW.tzinfo, fold=1)
        posts = [post("first", date=before, first_seen=before)]
        posts.append(post("second", date=after, first_seen=after))
        digest = choose(posts, rules(0, 2), NEVER, moment)
        assert names(digest) == ["second", "first"]
        later = choose(posts, rules(), Memory((), before), moment)
        assert names(later) == ["second"]
        hour = rules(max_age=timedelta(minutes=50))
        assert names(choose(posts, hour, NEVER, moment)) == ["second"]

    def test_a_second_edition_at_once_has_nothing_new(self) -> None:
        posts = [post(name) for name in SUBJECTS]
        for fill in (False, True):
            again = choose(posts, rules(fill=fill), Memory((), NOW), NOW)
            assert again.picks == ()
            assert again.empty_because.startswith("no new posts; posts/")
            assert {decision.rule for decision in again.decisions.values()} == {"not-new"}

    def test_a_page_is_no_reason_while_there_are_posts(self) -> None:
        page, old = post("about", page=True), post("old", 24 * 30)
        timed = post("timed", status=Status.UNDATED)
        assert "old.md" in choose([page, old, timed], rules(), NEVER, NOW).empty_because
        assert "it is a page" in choose([page], rules(), NEVER, NOW).empty_because


class TestMemory:
    STORY = "Ferry runs aground at Gull Point with all its passengers safe"
    WALKED = "All forty passengers walked ashore over the sands before the tide came in."

    @pytest.mark.parametrize(
        "again",
        [
            {"url": "https://gazette.example/told/", "title": "Quite another headline"},
            {"url": "https://gazette.example/told#more", "title": "Quite another headline"},
            {"title": f"{STORY}.", "description": WALKED},
            {
                "title": "Ferry runs aground at Gul Point with all its passengers safe",
                "description": WALKED.replace("walked", "walk"),
            },
            {"title": "Other words", "description": WALKED},
            {"path": "posts/told.md", "date": NOW - 20 * HOUR, "description": "New", "title": "t"},
        ],
    )
    def test_no_story_is_told_twice(self, again: dict[str, object]) -> None:
        told = post("told", 20, title=self.STORY, description=self.WALKED)
        copy = post("copy 2", 1)
        copy = replace(copy, **{"url": "https://gazette.example/copy", "title": "t"} | again)  # type: ignore[arg-type]  # named fields only
        memory = Memory([included(told)], NOW - timedelta(days=1))
        digest = choose([copy, post("other")], rules(), memory, NOW)
        assert names(digest) == ["other"]
        decision = digest.decisions[copy.path]
        assert decision.rule == "already-included"
        assert "2024-05-12 07:00" in decision.detail

    def test_short_descriptions_and_boilerplate_tell_no_story(self) -> None:
        standard = "News, sport and weather from the coast, every day of the whole year."
        posts = [post(name, description=standard) for name in SUBJECTS]
        posts += [post(name, description="Read on.") for name in DEEDS]
        memory = Memory([included(posts[0]), included(posts[-1])], None)
        digest = choose(posts, rules(latest=100, per_category=None), memory, NOW)
        assert len(digest.picks) == len(posts) - 2


class TestColumns:
    """A column bears one title every week, and is a new story each time."""

    WEEK = 7 * 24
    LONG = "Every week we gather what is worth your while, from near and from far away."

    @pytest.mark.parametrize(
        ("first", "second", "files"),
        [
            ({"description": "Ten links on trains."}, {"description": "Nine on birds."}, Files()),
            ({}, {}, Files()),
            ({"description": LONG}, {"description": LONG}, Files(first="a", second="b")),
            ({"description": "Links."}, {"description": "Links."}, Files(first="a", second="b")),
            ({}, {}, Files(first="a", second="b")),
            ({"title": "Links: trains", "description": LONG}, {"description": LONG}, Files()),
            ({}, {}, Files("first", first="a", second="b")),
        ],
    )
    def test_a_new_part_is_a_new_story(
        self, first: dict[str, str], second: dict[str, str], files: Files
    ) -> None:
        assert self.rule(first, second, files, self.WEEK) == "newest"
        assert self.rule(first, second, files, 24) == "newest"

    @pytest.mark.parametrize(
        ("second", "files"),
        [
            ({}, Files(first="a", second="a")),
            ({"description": "About trains, mostly."}, Files(first="a", second="a")),
            ({"title": "Weekly links, corrected"}, Files(first="a", second="a")),
        ],
    )
    def test_one_text_is_one_story(self, second: dict[str, str], files: Files) -> None:
        about = {"description": self.LONG}
        assert self.rule(about, about | second, files, self.WEEK) == "already-included"

    def test_a_renamed_file_is_one_story_whatever_changed_with_it(self) -> None:
        files = Files("first", first="a", second="b")
        assert self.rule({}, {}, files, 0) == "already-included"
        about = {"description": self.LONG}
        assert self.rule(about, about | {"title": "Weekly hints"}, files, 0) == "already-included"

    def test_a_copy_of_the_same_second_is_one_story(self) -> None:
        assert self.rule({}, {}, Files(), 0) == "already-included"

    def rule(self, first: dict[str, str], second: dict[str, str], files: Files, hours: int) -> str:
        title = {"title": "Weekly links"}
        told = post("first", hours + 1, **title | first)
        new = post("second", 1, **title | second)
        memory = Memory([included(told, text_key=files.key(told.path))], None, texts=files)
        wishes = rules(max_age=timedelta(days=30))
        return explain(new, [new], wishes, memory, NOW).rule


class TestTime:
    """What an edition decided counts, not what a clock said meanwhile."""

    def test_a_post_dated_since_the_last_edition_is_never_too_old(self) -> None:
        memory = Memory((), NOW - timedelta(days=7))
        assert why(post("midweek", 5 * 24), memory=memory) == "newest"
        backfill = explain(old := post("old", 8 * 24), [old], rules(), memory, NOW)
        assert backfill.rule == "too-old"
        assert backfill.detail.endswith("before the last edition: --post sends it all the same")

    def test_what_was_held_back_is_never_too_old_and_new(self) -> None:
        held = post("held", 9 * 24)
        memory = Memory((), NOW - HOUR, held_back=frozenset([held.path]))
        assert why(held, memory=memory) == "newest"

    def test_what_was_passed_over_stays_so_whatever_the_clock_says(self) -> None:
        fresh = post("fresh", 0)
        memory = Memory((), NOW - HOUR, passed_over={fresh.path: NOW - HOUR})
        assert why(fresh, memory=memory) == "not-new"


class TestOneOfEach:
    def test_the_newest_of_one_address_wins(self) -> None:
        old, new = (
            post("old", 5, url="https://g.example/x"),
            post("new", 2, url="https://g.example/x"),
        )
        digest = choose([old, new], rules(), NEVER, NOW)
        assert names(digest) == ["new"]
        assert digest.decisions[old.path].rule == "same-url"
        assert (
            digest.decisions[old.path].detail == "the same address as posts/new.md, which is newer"
        )

    def test_of_one_second_the_greater_path_wins(self) -> None:
        twins = [post("twin"), post("twin 2", title="twin", url="https://gazette.example/twin")]
        digest = choose(twins, rules(), NEVER, NOW)
        assert [pick.post.path for pick in digest.picks] == ["posts/twin.md"]
        assert "comes later by name" in digest.decisions["posts/twin 2.md"].detail

    def test_a_near_equal_title_is_the_same_story_wherever_it_would_stand(self) -> None:
        story = "Mayor promises a new library and pool for the old town"
        newer = post("newer", 1, "news", title=f"{story} at last", description="Soon.")
        older = post("older", 3, "sport", title=story, featured=True, weight=1, description="Soon!")
        digest = choose([older, newer], rules(), NEVER, NOW)
        assert names(digest) == [newer.title]
        assert digest.decisions[older.path].rule == "same-story"

    def test_a_copy_nobody_had_to_look_at_is_named_too(self) -> None:
        story = "Mayor promises a new library and pool for the old town"
        posts = [
            post("new", 1, title=story, description="Soon."),
            post("old", 60, title=f"{story} at last", description="Soon."),
        ]
        posts += [post(name, 2) for name in SUBJECTS]
        digest = choose(posts, rules(featured=0, latest=1), NEVER, NOW)
        assert names(digest) == [story]
        assert digest.decisions["posts/old.md"].rule == "same-story"
        assert digest.decisions["posts/ferry.md"].rule == "latest-section-full"


class TestLeads:
    def test_featured_by_weight_then_category_then_date(self) -> None:
        posts = [
            post("plain", 1, "news"),
            post("new tv", 2, "tv", featured=True),
            post("old tv", 3, "tv", featured=True),
            post("sport", 4, "sport", featured=True),
            post("heavy", 5, "tv", featured=True, weight=9),
            post("light", 6, "tv", featured=True, weight=-1),
        ]
        digest = choose(posts, rules(featured=5, latest=0), NEVER, NOW)
        assert names(digest) == ["light", "heavy", "sport", "new tv", "old tv"]
        assert digest.decisions["posts/plain.md"].rule == "not-featured"
        assert digest.decisions["posts/light.md"].rule == "featured"

    def test_nothing_featured_the_newest_leads(self) -> None:
        posts = [post("a", 3), post("b", 1), post("c", 2)]
        digest = choose(posts, rules(featured=1, latest=0), NEVER, NOW)
        assert names(digest, "lead") == ["b"]
        assert digest.decisions["posts/c.md"].rule == "lead-section-full"
        assert digest.notes == ()

    def test_a_featured_post_leads_over_a_newer_one(self) -> None:
        posts = [post("new", 1), post("chosen", 50, featured=True)]
        digest = choose(posts, rules(), NEVER, NOW)
        assert names(digest, "lead") == ["chosen"]
        assert names(digest, "latest") == ["new"]

    def test_where_everything_is_featured_the_flag_stops_counting(self) -> None:
        posts = [post(name, 2 + at, featured=True) for at, name in enumerate(SUBJECTS)]
        posts.append(post("newest", 1, "tv"))
        digest = choose(posts, rules(featured=2), NEVER, NOW)
        assert digest.notes == (
            "10 of 11 candidates are featured, so the featured flag is ignored",
        )
        assert names(digest, "lead") == ["newest", "harbour"]

    def test_the_flag_counts_among_few_or_below_nine_in_ten(self) -> None:
        nine = [post(str(at), featured=True) for at in range(9)]
        assert featured_note(nine) == ""
        assert featured_note([*nine, post("x")]).startswith("9 of 10 ")
        assert featured_note([*nine, post("x"), post("y")]) == ""
        assert featured_note([*nine, nine[0]]).startswith("all 10 ")


class TestLatest:
    def test_every_category_has_its_turn(self) -> None:
        posts = [post(f"tv {at}", at, "tv") for at in range(1, 30)]
        posts += [post(name, 40 + at, name) for at, name in enumerate(SUBJECTS)]
        digest = choose(posts, rules(featured=1, latest=8), NEVER, NOW)
        assert names(digest, "lead") == ["tv 1"]
        assert names(digest, "latest") == SUBJECTS[:8]
        assert digest.decisions["posts/tv 2.md"] == Decision(
            chosen=False,
            role="",
            rule="category-full",
            detail="tv has 1 of the places, others had their turn",
        )
        assert digest.decisions["posts/market.md"].rule == "latest-section-full"

    def test_a_category_has_its_share_before_the_newest_fill_the_rest(self) -> None:
        posts = [post(f"tv {at}", at, "tv") for at in range(1, 9)] + [post("art", 20, "art")]
        four = choose(posts, rules(featured=0, latest=4), NEVER, NOW)
        assert names(four) == ["tv 1", "tv 2", "tv 3", "art"]

    def test_the_share_has_no_room_left_where_the_categories_suffice(self) -> None:
        kinds = ("tv", "art", "sport")
        posts = [post(f"{kind} {at}", at, kind) for kind in kinds for at in range(1, 9)]
        digest = choose(posts, rules(featured=0, latest=6), NEVER, NOW)
        assert Counter(name.split(" ")[0] for name in names(digest)) == dict.fromkeys(kinds, 2)

    def test_ignored_categories_and_case_do_not_count(self) -> None:
        posts = [post("a", 1, "TV"), post("b", 2, "tv"), post("c", 3, "Latest", "art")]
        assert names(choose(posts, rules(0, 2, 1), NEVER, NOW)) == ["a", "c"]

    def test_without_categories_the_newest_are_taken(self) -> None:
        posts = [post(name, at) for at, name in enumerate(SUBJECTS)]
        assert names(choose(posts, rules(0, 5, 1), NEVER, NOW)) == SUBJECTS[:5]

    def test_without_a_share_the_newest_are_taken(self) -> None:
        posts = [post(name, at, "tv") for at, name in enumerate(SUBJECTS)]
        posts.append(post("art", 60, "art"))
        assert names(choose(posts, rules(0, 5, None), NEVER, NOW)) == SUBJECTS[:5]

    def test_one_second_is_ordered_by_path(self) -> None:
        posts = [post(name, 1) for name in SUBJECTS]
        expected = sorted(SUBJECTS, reverse=True)[:8]
        assert names(choose(posts, rules(featured=0), NEVER, NOW)) == expected


class TestSectionsAndFewPosts:
    def test_sections_have_their_posts_before_latest_fills_up(self) -> None:
        posts = [post(f"art {at}", at, "art") for at in range(1, 6)]
        posts += [post(f"tv {at}", at + 10, "tv") for at in range(1, 3)]
        wishes = replace(rules(1, 1), sections=("Art", "tv", "none"), per_section=2)
        digest = choose(posts, wishes, NEVER, NOW)
        assert [(pick.role, pick.post.title) for pick in digest.picks] == [
            ("lead", "art 1"),
            ("latest", "art 4"),
            ("Art", "art 2"),
            ("Art", "art 3"),
            ("tv", "tv 1"),
            ("tv", "tv 2"),
        ]
        assert digest.decisions["posts/art 2.md"].rule == "section"

    def test_too_few_make_no_edition_and_say_so(self) -> None:
        posts = [post("a", 1), post("b", 2)]
        digest = choose(posts, rules(min_posts=3), NEVER, NOW)
        assert digest.picks == ()
        assert digest.empty_because == "2 to send, fewer than min_posts (3)"
        assert {decision.rule for decision in digest.decisions.values()} == {"too-few"}
        assert not any(decision.chosen for decision in digest.decisions.values())

    def test_nothing_on_the_topics_of_a_reader(self) -> None:
        wanted = Wanted(topics=("food", "boats"))
        digest = choose([post("a", 1, "art")], replace(rules(), wanted=wanted), NEVER, NOW)
        assert digest.empty_because == "no new posts on food, boats"

    def test_an_edition_is_never_without_posts(self) -> None:
        assert choose([], rules(min_posts=0), NEVER, NOW).empty_because == "no new posts"
        no_places = choose([post("a")], rules(0, 0), NEVER, NOW)
        assert no_places.empty_because
        assert no_places.decisions["posts/a.md"].rule == "no-place"


class TestFill:
    def test_what_was_passed_over_takes_what_new_posts_leave(self) -> None:
        old = [post(f"old {name}", 30 + at) for at, name in enumerate(SUBJECTS)]
        posts = [*old, post("new", 1)]
        thin = choose(posts, rules(), YESTERDAY, NOW)
        full = choose(posts, rules(fill=True), YESTERDAY, NOW)
        assert names(thin) == ["new"]
        assert names(full) == ["new", *[f"old {name}" for name in SUBJECTS[:8]]]
        assert "new posts left" in full.decisions["posts/old harbour.md"].detail
        assert full.decisions["posts/old orchestra.md"].rule == "not-new"

    def test_a_new_post_is_never_displaced(self) -> None:
        posts = [post("new", 1), post("star", 30, featured=True, weight=1)]
        digest = choose(posts, rules(1, 0, fill=True), YESTERDAY, NOW)
        assert names(digest) == ["new"]

    def test_a_new_copy_alone_is_no_edition(self) -> None:
        story = "Mayor promises a new library and pool for the old town"
        told = post("told", 20, title=story, description="Soon.")
        copy = post("copy", 1, title=f"{story} at last", description="Soon.")
        memory = Memory([included(told)], NOW - timedelta(days=1))
        digest = choose([copy, post("old", 40)], rules(fill=True), memory, NOW)
        assert digest.picks == ()
        assert digest.empty_because.startswith("none of 1 new post has a place")


def test_explain_takes_a_post_that_is_not_among_the_others() -> None:
    assert explain(post("a", 1), [post("b", 2)], rules(), NEVER, NOW).role == "lead"


def test_times_in_details_are_in_the_zone_of_the_moment() -> None:
    future = post("future", date=datetime(2024, 5, 20, 6, 0, tzinfo=UTC))
    assert "2024-05-20 07:00" in explain(future, [future], rules(), NEVER, NOW).detail


# Many small sites, made by hypothesis: what must hold for all of them.

moments = st.integers(-5, 100).map(lambda quarter: NOW - quarter * timedelta(minutes=15))
KINDS = ["latest", "tv", "art", "sea", "law"]
made_posts = st.builds(
    Post,
    path=st.integers(0, 400).map("posts/{}.md".format),
    url=st.integers(0, 30).map("https://g.example/{}".format),
    title=st.tuples(*[st.sampled_from(DEEDS + SUBJECTS)] * 3).map(" ".join),
    description=st.sampled_from(["", "short", "A long and telling account of it. " * 3]),
    date=st.none() | moments,
    date_only=st.booleans(),
    categories=st.lists(st.sampled_from(KINDS), max_size=2).map(tuple),
    featured=st.booleans(),
    weight=st.none() | st.integers(-2, 2),
    draft=st.sampled_from([False, False, False, True]),
    status=st.sampled_from([Status.OK, Status.OK, Status.SALVAGED, Status.UNREADABLE]),
    first_seen=st.none() | moments,
)  # fmt: skip
sites = st.lists(made_posts, max_size=25, unique_by=lambda each: each.path)
wishes_made = st.builds(
    Rules,
    featured=st.integers(0, 3),
    latest=st.integers(0, 6),
    per_category=st.none() | st.integers(1, 3),
    min_posts=st.integers(0, 3),
    max_age=st.integers(1, 30).map(lambda hours: hours * HOUR),
    fill=st.booleans(),
    sections=st.sampled_from([(), ("art",), ("tv", "sea")]),
    min_age=st.sampled_from([timedelta(0), HOUR]),
)
memories = st.builds(
    Memory,
    included=st.lists(made_posts.map(included), max_size=4),
    previous_at=st.none() | moments,
)


@settings(deadline=None)
@given(sites, wishes_made, memories, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(
    posts: list[Post], wishes: Rules, memory: Memory, rng: random.Random
) -> None:
    shuffled = rng.sample(posts, len(posts))
    other = Memory(rng.sample(list(memory.included), len(memory.included)), memory.previous_at)
    assert choose(posts, wishes, memory, NOW) == choose(shuffled, wishes, other, NOW)


@settings(deadline=None)
@given(sites, wishes_made, memories)
def test_decisions_and_picks_agree(posts: list[Post], wishes: Rules, memory: Memory) -> None:
    digest = choose(posts, wishes, memory, NOW)
    roles = {pick.post.path: pick.role for pick in digest.picks}
    said = {path: d.role for path, d in digest.decisions.items() if d.chosen}
    assert roles == said
    assert bool(digest.picks) != bool(digest.empty_because)
    for each in posts:
        decision = explain(each, posts, wishes, memory, NOW)
        assert decision == digest.decisions.get(each.path, decision)
        assert decision.detail
        assert decision.chosen == (each.path in roles)


@settings(deadline=None)
@given(sites, wishes_made, memories)
def test_no_place_is_given_twice_or_beyond_its_number(
    posts: list[Post], wishes: Rules, memory: Memory
) -> None:
    digest = choose(posts, wishes, memory, NOW)
    counts = Counter(pick.role for pick in digest.picks)
    assert counts["lead"] <= wishes.featured
    assert counts["latest"] <= wishes.latest
    assert len({pick.post.url for pick in digest.picks}) == len(digest.picks)
    assert not {pick.post.url for pick in digest.picks} & {told.url for told in memory.included}
    latest = [(p.post.date, p.post.path) for p in digest.picks if p.role == "latest"]
    assert latest == sorted(latest, reverse=True)


@settings(deadline=None)
@given(sites, st.integers(1, 6), st.integers(1, 3))
def test_latest_shows_as_many_categories_as_it_can(
    posts: list[Post], places: int, share: int
) -> None:
    wishes = rules(0, places, share)
    everything = choose(posts, rules(0, 100, None), NEVER, NOW)
    digest = choose(posts, wishes, NEVER, NOW)
    kinds = [_kind(pick.post) for pick in digest.picks]
    available = Counter(_kind(pick.post) for pick in everything.picks)
    assert len(digest.picks) == min(places, len(everything.picks))
    assert len(set(kinds)) == min(places, len(available))
    if sum(min(share, count) for count in available.values()) >= places:
        assert max(Counter(kinds).values(), default=0) <= share


def _kind(one: Post) -> str:
    return next((name for name in one.categories if name != "latest"), "")
