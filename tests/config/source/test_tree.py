import pytest

from publisher.config.source.tree import MOST_BYTES, read_tree
from tests.config.conftest import GOOD, Place

QUOTE = "put the whole value in quotes"
SHOWN = {
    "": "is empty; `publish init` writes one",
    "# nothing\n": "is empty; `publish init` writes one",
    "- a\n- b\n": "1: must contain options such as site: and content:",
    "words\n": "1: must contain options such as site: and content:",
    "a: 'x\nb: 1\n": "1: a quote is opened and never closed; close it",
    "a: 1\nb: [x, y\nc: 1\n": "2: a bracket is opened and never closed; close it",
    "a: 1\nb: c: d\n": "2: unexpected colon; check the indentation, a missing space "
    "after a colon, or put the value in quotes",
    "a: 'x\n\ty\n": "1: a quote is opened and never closed; close it",
    "a:\n\tb: 1\n": "2: the line begins with a tab; indent with spaces, not tabs",
    "a:\n  b: 1\n \tc: 2\n": "3: the line begins with a tab; indent with spaces, not tabs",
    "a: 1\nb: \t@c\n": f"2: a value begins with @, `, or %; {QUOTE}",
    "a: 1\nb: @c\n": f"2: a value begins with @, `, or %; {QUOTE}",
    "a: *b5ecret\n": f"1: a value begins with *; {QUOTE}",
    'a: "c:\\queue"\n': "1: invalid escape in double quotes; use single quotes",
    'a: "x" y\n': "1: this does not fit the lines around it; check the indentation, or put the "
    "whole value in quotes",
    "a: 1\n---\nb: 2\n": "2: contains more than one document; remove the --- between them",
    "a: 1\nb: \x07\n": "2: contains a control character; remove it",
    "a: 1\nb\n": "2: an option has no colon; write name: value",
    "a: " + "[" * 500 + "]" * 500: "1: options are nested too deeply",
    "[" * 100_000: "1: options are nested too deeply",
    "a: &a [*a]\n": "1: too many aliases; use fewer of them",
    "a: &a {<<: *a}\n": "1: too many aliases; use fewer of them",
}


@pytest.mark.parametrize("text", SHOWN, ids=[shown[:40] for shown in SHOWN.values()])
def test_what_is_no_yaml_is_told_in_one_line(place: Place, text: str) -> None:
    shown = place.mistake(text)
    assert shown.removeprefix(f"{place.folder}/config.yaml: ") == SHOWN[text]


def test_a_file_in_another_encoding(place: Place) -> None:
    latin = "a: 1\nb: Café\n".encode("latin-1")
    assert place.mistake(latin) == "2: is not UTF-8 text; save it as UTF-8"
    assert "UTF-8" in place.mistake("a: 1\n".encode("utf-16"))


def test_a_byte_order_mark_and_windows_lines_are_harmless(place: Place) -> None:
    assert place.load(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()).site.title == "Gazette"


def test_a_huge_file_is_not_taken_apart(place: Place) -> None:
    assert "is larger than 256 kB" in place.mistake(b"#" * (MOST_BYTES + 1))


def test_aliases_of_aliases_are_bounded(place: Place) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "too many aliases" in place.mistake("\n".join(lines))


def test_aliases_and_merging_work(place: Place) -> None:
    config = place.load(
        GOOD.replace("{adapter: folder}", "&shared {adapter: folder, hashtags: 3}").replace(
            "newsletters:", "  again: {<<: *shared, hashtags: 1}\n  same: *shared\nnewsletters:"
        )
    )
    counts = {name: config.channels[name].hashtags for name in ("mail", "again", "same")}
    assert counts == {"mail": 3, "again": 1, "same": 3}


def test_an_option_written_twice(place: Place) -> None:
    assert place.mistake(GOOD + "site: {}\n") == ("11: site: duplicate key, first on line 1")


def test_a_tag_is_no_value(place: Place) -> None:
    text = GOOD.replace("title: Gazette", "title: !5ecret x")
    assert place.mistake(text) == f"1: site.title: a value begins with !; {QUOTE}"


def test_values_are_the_text_that_was_written() -> None:
    tree = read_tree(b"a: 07:00\nb: no\nc: 0x10\nd: ~\ne: 2026-05-11\nf: [1, x]\ng: '~'\n")
    assert tree.root == {
        "a": "07:00",
        "b": "no",
        "c": "0x10",
        "d": None,
        "e": "2026-05-11",
        "f": ["1", "x"],
        "g": "~",
    }
    assert [tree.line((name,)) for name in "adg"] == [1, 4, 7]
    assert tree.line(("f", 1)) == 6
    assert tree.line(("f", 9)) == 6
