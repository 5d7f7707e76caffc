import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.frontmatter.fast_toml import read_plain_toml
from publisher.content.frontmatter.parse import flattened

PLAIN = """\
title = "A harbour wall, rebuilt"
date = 2026-05-11T09:30:00+02:00
day = 2026-05-11
naive = 2026-05-11 09:30:00
zulu = 2026-05-11T09:30:00Z
draft = false
weight = 12
nothing = []
tags = ["sea", "storm"]
path = 'C:\\new'

# of the rest
[taxonomies]
tags = ["a", "b", ]
none = []
[extra]
image = "ü.jpg"
"""


def test_plain_heads_are_read() -> None:
    assert read_plain_toml(PLAIN) == flattened(tomllib.loads(PLAIN))


@pytest.mark.parametrize(
    "text",
    [
        'a = "x" # note', 'a = "\\u00e9"', 'a = """x"""', "a.b = 1", "a = 01", "a = 1.5",
        "a = 2026-02-30", "a = [1, 2]", "a = {b = 1}", "[[a]]", "[a.b]", 'a = "x"\na = "y"',
        "[a]\n[a]", "a = 1\n[a]", 'a = "\t"', "a =", "a", "a = 2026-05-11T09:30:00.5Z", '"a" = 1',
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_parser(text: str) -> None:
    assert read_plain_toml(text) is None


@given(st.text(alphabet="ab=[]\"'\\,# \n\t.:-+0123Tu{}\x7f\xa0ü", max_size=40))
def test_it_never_says_anything_else_than_the_parser(text: str) -> None:
    for head in (text, f'a = "{text}"', f"a = [{text}]", f"[a]\nb = {text}", f"a = {text}"):
        found = read_plain_toml(head)
        if found is None:
            continue
        with suppress(tomllib.TOMLDecodeError):
            assert found == flattened(tomllib.loads(head))
            continue
        raise AssertionError(head)
