import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.selection.titles import Title, TitleIndex, normalise, same_title

SAME = [
    ("Harbour wall to be rebuilt by spring", "HARBOUR WALL to be rebuilt, by spring!"),
    ("Café owner&#039;s plea to the council", "Cafe owner's plea to the council"),
    ("Café owner\u2019s plea to the council", "Cafe owners plea to the council"),
    ("U-turn on bus fares after protest", "U turn on bus fares after protest"),
    ("Bus fares: U-turn after protest", "After protest, U-turn on bus fares"),
    ("Easy soup recipes", "Easy soup recipe"),
    ("Quarter of 12,500 votes uncounted", "Quarter of 12500 votes uncounted"),
    ("Seven ferries cancelled in the storm", "7 ferries cancelled in the storm"),
    (
        "Mayor promises new library and pool for the old town",
        "Mayor promises new library and pool for the old town at last",
    ),
    (
        "Fisherman rescued after a night on the rocks at Gull Point",
        "Fisherman rescued after night on rocks at Gull Point",
    ),
    (
        "Minister says the inquiry could cause more harm than the fault itself",
        "Minister argues the inquiry could cause more harm that the fault itself",
    ),
    (
        "Striker plays first match for Grimmauvale since coming out of retirement",
        "Striker plays first match for Grimauvale since coming out of retirement",
    ),
]
DIFFERENT = [
    ("Covid: 1,234 new cases", "Covid: 1,310 new cases"),
    ("Weeknotes 12", "Weeknotes 13"),
    ("Weeknotes", "Weeknotes 13"),
    ("A history of our village hall, part one", "A history of our village hall, part two"),
    ("A history of our village hall, part II", "A history of our village hall, part III"),
    ("A history of our village hall and pond", "A history of our village hall and pond, part 2"),
    ("Racing tips and best bets for Monday", "Racing tips and best bets for Tuesday"),
    ("What the council spent on roads in April", "What the council spent on roads in June"),
    ("Hull 2-1 Leeds", "Hull 1-2 Leeds"),
    ("Man found in Hull", "Man found in Hall"),
    ("Arsenal beat Chelsea", "Arsenal beat Chelsea women"),
    ("Northton vs Leicester, live score", "Southwick vs Newcastle, live score"),
    ("", ""),
    ("!!!", "???"),
    ("🎉", "🎂"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_story(one: str, other: str) -> None:
    assert same_title(normalise(one), normalise(other))
    assert same_title(normalise(other), normalise(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_stories(one: str, other: str) -> None:
    assert not same_title(normalise(one), normalise(other))
    assert not same_title(normalise(other), normalise(one))


@pytest.mark.parametrize("title", ["日本語の見出し", "Заголовок новости", "عنوان الخبر"])
def test_other_scripts_are_compared_too(title: str) -> None:
    assert same_title(normalise(title), normalise(f" {title}!"))
    assert not same_title(normalise(title), normalise(title[:-2]))


WORDS = ["harbour", "wall", "mayor", "storm", "ferry", "council", "monday", "7", "12", "plan"]
titles = st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join)


@settings(deadline=None)
@given(titles, titles)
def test_sameness_is_symmetric(one: str, other: str) -> None:
    assert same_title(normalise(one), normalise(other)) == same_title(
        normalise(other), normalise(one)
    )


@settings(deadline=None)
@given(st.text(alphabet=string.ascii_letters + " ", min_size=1).filter(str.strip))
def test_case_and_punctuation_never_matter(title: str) -> None:
    dressed = f"«{title.upper()}» …!"
    assert same_title(normalise(title), normalise(dressed))


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_normalised(title: str) -> None:
    assert isinstance(normalise(title), Title)


def test_the_index_finds_what_comparing_every_pair_finds() -> None:
    rng = random.Random(7)  # noqa: S311 - made-up titles
    known = [normalise(" ".join(rng.choices(WORDS, k=rng.randint(1, 9)))) for _ in range(300)]
    known += [normalise(text) for pair in SAME + DIFFERENT for text in pair]
    index = TitleIndex(known)
    for title in known:
        expected = {at for at, other in enumerate(known) if same_title(title, other)}
        assert set(index.same(title)) == expected
