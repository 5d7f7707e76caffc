"""A text in pieces: all of it, in order, each within its limit, nothing cut that must be whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.rendering.text.pieces import pieces

WORDS = st.sampled_from(
    [
        "bridge",
        "Mr.",
        "open.",
        "https://gazette.com/a/b",
        "#tag",
        "@ann@m.example",
        "日本語。",
        "👩‍👩‍👧‍👦",
        "\n\n",
        "\n",
    ]
)
LINES = "One paragraph.\n\nAnother one.\nAnd this, too."
TWICE = (
    "The bridge is open again, at last.\n\nThe bridge is open again, at last.\n\nWell, well, well."
)
SENTENCES = "The new bridge is open. It was closed for two years! Who will cross it first?"


def fits(text: str) -> bool:
    return len(text) <= 40


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=60))
def test_nothing_is_lost_and_what_is_whole_stays_whole(words: list[str]) -> None:
    text = " ".join(words).strip()
    found = pieces(text, fits, 60)
    assert all(map(fits, found)) and (found or not text)
    assert "".join("".join(found).split()) == "".join(text.split())
    whole = [word for word in words if word.startswith(("https", "#", "@", "👩"))]
    assert sum(piece.count(word) for piece in found for word in set(whole)) == len(whole)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 4, "short"),
        (SENTENCES, 1, ""),
        (SENTENCES, 2, SENTENCES.replace("closed ", "closed|")),
        (SENTENCES, 3, SENTENCES.replace(". ", ".|").replace("! ", "!|")),
        (LINES, 2, "One paragraph.\n\nAnother one.|And this, too."),
        ("https://gazette.com/" + "x" * 50, 4, ""),
        (TWICE, 4, TWICE.replace("\nThe ", "\nThe|").replace("Well, ", "Well,|")),
        ("x" * 100, 3, "|".join(["x" * 40, "x" * 40, "x" * 20])),
    ],
)  # fmt: skip
def test_where_it_is_cut(text: str, most: int, expected: str) -> None:
    assert "|".join(pieces(text, fits, most)) == expected


def test_a_text_of_stops_alone_costs_no_more_than_any() -> None:
    tried = list[str]()

    def counted(text: str) -> bool:
        tried.append(text)
        return fits(text)

    assert pieces(". " * 1_500, counted, 4) == ()
    assert len(tried) < 200 and max(map(len, tried)) < 4_000
