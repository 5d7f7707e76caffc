"""`newsletter` and `social` in front matter: what is asked for, and what cannot be understood."""

from collections.abc import Callable

import pytest

from publisher.content.post_options import goes_to, kept_out
from publisher.model.posts import Post, Social, Status
from tests.content.conftest import MemoryIndex, Site

Read = Callable[[str], Post]


@pytest.fixture
def read(post: Read) -> Read:
    return lambda head: post(f"---\ntitle: A\ndate: 2020-09-07\n{head}\n---\n")


@pytest.mark.parametrize("word", ["false", "no", "off", "False", '"false"', "never", "none", "0"])
def test_a_post_keeps_out_of_newsletters(read: Read, word: str) -> None:
    post = read(f"newsletter: {word}")
    assert not post.newsletter and not post.problem
    decision = kept_out(post, None)
    assert decision and decision.detail == "its front matter says newsletter: false"
    assert kept_out(post, ("x",)) is None


@pytest.mark.parametrize("head", ["newsletter: true", "newsletter:", "newsletter: ~", "x: 1"])
def test_a_post_is_in_newsletters_else(read: Read, head: str) -> None:
    assert read(head).newsletter and not read(head).problem and kept_out(read(head), None) is None


@pytest.mark.parametrize(
    ("head", "social"),
    [
        ("social: {text: Go and see, skip: true}", Social("Go and see", skip=True)),
        ("social:\n  text: |\n    One\n    two\n", Social("One\ntwo")),
        ("social:\n  channels: [x, fediverse]", Social(channels=("x", "fediverse"), line=5)),
        ("social:\n  text: Hi\n  channels: x", Social("Hi", channels=("x",), line=6)),
        ("social: {channels: [x, x, ' ']}", Social(channels=("x",), line=4)),
        ("social: {channels: 'x, y'}", Social(channels=("x", "y"), line=4)),
        ("social: false", Social(skip=True)),
        ("social: skip", Social(skip=True)),
        ("social: {skip: yes}", Social(skip=True)),
        ("social: {skip: 'false', text: 5}", Social("5")),
        ("social: {text: null, skip: null, channels: null}", Social()),
        ("social: {text: '', channels: [], skip: }", Social()),
        ("social: {text: false}", Social()),
        ("social: {text: 'no'}", Social("no")),
        ("social: true", Social()),
        ("social: {}", Social()),
        ("social:", Social()),
        ("social: {alt: A cat asleep}", Social(alt="A cat asleep")),
        (
            "social:\n  text: Hi\n  alt: A cat\n  birds:\n    text: Ho",
            Social("Hi", alt="A cat", texts=(("birds", "Ho"),), line=7),
        ),
        ("social: {birds: {text: null}}", Social()),
    ],
)
def test_what_is_asked_of_notes(read: Read, head: str, social: Social) -> None:
    post = read(head)
    assert (post.social, post.problem, post.status) == (social, "", Status.OK)


TOML = """+++
title = "A"
date = 2020-09-07
newsletter = false
[social]
skip = true
text = "T"
+++
"""
JSON = '{"title": "A", "date": "2020-09-07", "newsletter": false, "social": {"skip": true}}\n'


@pytest.mark.parametrize("content", [TOML, JSON])
def test_toml_and_json_ask_the_same(post: Read, content: str) -> None:
    found = post(content)
    assert not found.newsletter and found.social.skip and not found.problem


@pytest.mark.parametrize(
    ("head", "line", "words"),
    [
        ("newsletter: maybe", 4, "newsletter is neither true nor false"),
        ("newsletter: [1, 2]", 4, "newsletter is neither true nor false"),
        ("social: [a, b]", 4, "write a block of text, skip and channels"),
        ("social: 42", 4, "write a block of text, skip and channels"),
        ("social:\n  txt: Hi", 5, "social.txt: unknown option; known are text, skip"),
        (
            "social:\n  birds:\n    txt: Hi",
            5,
            "birds.txt: unknown option; a channel's block has only",
        ),
        ("social:\n  birds:\n    text: [a]", 5, "birds.text: must be one text"),
        ("social:\n  alt: {a: b}", 5, "social.alt: must be one text"),
        ("social:\n  text: [a]", 5, "social.text: must be one text"),
        ("social:\n  text: {a: b}", 5, "social.text: must be one text"),
        ("social:\n  text: Hi\n  skip: perhaps", 6, "social.skip: neither true nor false"),
        ("social: {skip: [x]}", 4, "social.skip: neither true nor false"),
        ("social:\n  channels: {x: y}", 5, "social.channels: must be a list"),
        ("social:\n  channels: [{x: y}]", 5, "social.channels: must be a list"),
        ("social:\n  channels: [[x]]", 5, "social.channels: must be a list"),
    ],
)
def test_what_cannot_be_understood_has_a_line(read: Read, head: str, line: int, words: str) -> None:
    post = read(head)
    assert words in post.problem and post.problem_line == line
    assert post.status is Status.OK and post.title == "A"


@pytest.mark.parametrize(
    ("head", "announced"),
    [
        ("social: {skip: perhaps}", False),
        ("social: {channels: {x: y}}", False),
        ("social: {txt: Hi, text: Ho}", True),
        ("social: what", True),
    ],
)
def test_only_what_would_keep_a_post_back_does_when_it_is_not_understood(
    read: Read,
    head: str,
    announced: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert (kept_out(read(head), ("x",)) is None) is announced


def test_channels_are_those_named() -> None:
    post = Post("a.md", "u", "A", social=Social(channels=("x",)))
    assert kept_out(post, ("x", "y")) is None and kept_out(post, None) is None
    decision = kept_out(post, ("y", "z"))
    assert decision and (decision.rule, decision.detail) == (
        "other-channels",
        "its front matter names x, not y, z",
    )
    assert goes_to(post, "x") and not goes_to(post, "y") and goes_to(Post("b", "u", "B"), "y")


def test_the_index_keeps_it(site: Site, index: MemoryIndex) -> None:
    asked = "newsletter: no\nsocial: {text: T, channels: [x, y]}"
    site.write("a.md", f"---\ntitle: A\ndate: 2020-09-07\n{asked}\n---\n")
    first, second = site.read(index).posts, site.read(index).posts
    assert first == second and index.saves == 1
    assert second[0].social == Social("T", channels=("x", "y"), line=5) and not first[0].newsletter
