"""The fast path says what YAML says, or nothing."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.content.frontmatter.fast import read_plain
from publisher.content.frontmatter.parse import flattened
from publisher.content.frontmatter.yaml import HeadError, load_yaml

LINES_OF_A_POST = [
    "extends: _layouts.post",
    "image: https://images.example/a/b-1_c.jpg",
    "title: Council agrees the harbour budget   after\u00a0a long night",
    'description: It took six hours, two recesses and a "row" over the ferry\'s timetable.',
    "date: 2020-09-07-20-19-33",
    "categories: [latest, tv]",
    "featured: true ",
]
SAMPLE = " \n".join(LINES_OF_A_POST)
NASTY = [
    "title: a: b\nfoo",
    "title: a\nfoo: b: c",
    "title: Foo:",
    "title: Foo: ",
    "title:",
    "title:\ndescription: x",
    "title: \ndescription: x",
    "title:\n- a",
    "title:\n  - a",
    "title: a\n  b",
    "title: a #b",
    "title: a#b",
    "title: #b",
    "title: a # b",
    "title: *a",
    "title: &a b",
    "title: - a",
    "title: -a",
    "title: ?a",
    "title: :a",
    "title: @a",
    "title: `a`",
    "title: %a",
    "title: !a b",
    "title: |",
    "title: > a",
    "title: 'a'",
    "title: 'a''b'",
    "title: 'a' b",
    "title: '",
    "title: ''",
    'title: "a"',
    'title: "a\\n"',
    'title: "a: b #c"',
    "title: [a, b]",
    "title: [a,b]",
    "title: [a, ]",
    "title: []",
    "title: [a b, c-d]",
    "title: [a: b]",
    "title: [a:]",
    "title: [-]",
    "title: [- a]",
    "title: [a",
    "title: [[a]]",
    "title: ['a']",
    "title: [a] b",
    "title: {a: b}",
    "title: a]",
    "title: ]",
    "title: a, b",
    "title: ,a",
    "title: =",
    "=: a",
    "<<: a",
    "title: ~",
    "title: null",
    "title: 012",
    "title: Yes",
    "title:\ta",
    "title: a\tb",
    "title : a",
    "title:  a",
    "title: a\u0085b",
    "title: a\u2028b",
    "title: \u00a0a\u00a0",
    "title:\u00a0a",
    "title: \ufeffa",
    "title: a\x07",
    "title: a\x7fb",
    "title: \U0001f600",
    "title: a\r",
    "a: 1\na: 2",
    "tïtle: a",
    "1: a",
    "? a: b",
    "- a: b",
    "...: a",
    "title: ...",
    "title: ---",
    "a: b\n\nc: d",
    "a: b\n# c: d",
    "a: b\n---\nc: d",
    "a: b\n c: d",
    " a: b",
    "",
    ": a",
    "a:b",
    "a: b: ",
    "a: [x]\nb: [x]",
    "a: [x, y z]   ",
]
LINES = st.text(alphabet="ab:#[]{}&*!|>'\"%@`,?-. \t\u00a0~=\\é1", max_size=12)
HEADS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "title"]), LINES), min_size=1, max_size=3
).map(lambda pairs: "\n".join(f"{key}:{rest}" for key, rest in pairs))


def yaml_says(text: str) -> dict[str, Any] | None:
    try:
        loaded = load_yaml(text)
    except HeadError:
        return None
    return flattened(loaded) if isinstance(loaded, dict) else None


def typed(values: Any) -> list[Any]:
    return [(key, type(value), value) for key, value in values.items()]


def agrees(text: str) -> None:
    fast = read_plain(text.encode("utf-8", "surrogatepass"))
    if fast is not None:
        says = yaml_says(text)
        assert says is not None, text
        assert typed(fast) == typed(says)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_heads_are_read_as_yaml_does_or_left_to_it(text: str) -> None:
    agrees(text)


def test_the_usual_head_takes_the_fast_path() -> None:
    fast = read_plain(SAMPLE.encode())
    assert fast is not None
    assert fast["categories"] == ("latest", "tv")
    assert fast["date"] == "2020-09-07-20-19-33"
    agrees(SAMPLE)


@settings(max_examples=600)
@example("title: a: b\nfoo: ")
@given(HEADS)
def test_made_up_heads_are_read_as_yaml_does(text: str) -> None:
    agrees(text)


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_value_is_read_as_yaml_does(text: str) -> None:
    agrees(f"title: {text}")
    agrees(f"title: a{text}b\ndate: 2020-01-01")
