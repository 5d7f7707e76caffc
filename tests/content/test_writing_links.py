"""Links are added to front matter, and nothing else in it changes."""

import pytest

from publisher.content.frontmatter.writing import with_links

URL = "https://m.example/@gazette/1"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_links_stand_at_the_end_of_the_head(end: str) -> None:
    file = end.join(["---", "title: 'A: b'", "tags: [x]", "---", "Body --- more", ""]).encode()
    lines = ["---", "title: 'A: b'", "tags: [x]", "syndication:", f'- "{URL}"', "---"]
    assert with_links(file, [URL]) == end.join([*lines, "Body --- more", ""]).encode()


def test_links_of_before_stay_unless_they_are_gone() -> None:
    file = b"---\nsyndication:\n  - gone\n  - own\ntitle: A\n---\n"
    after = f'---\ntitle: A\nsyndication:\n- "own"\n- "{URL}"\n---\n'
    assert with_links(file, [URL], {"gone"}) == after.encode()


def test_a_list_of_nothing_goes() -> None:
    file = b"---\nsyndication: [gone]\ntitle: A\n---\n"
    assert with_links(file, [], ["gone"]) == b"---\ntitle: A\n---\n"
    assert with_links(b"---\ntitle: A\n---\n", [], ["gone"]) == b"---\ntitle: A\n---\n"


def test_it_is_the_same_the_second_time() -> None:
    once = with_links(b"---\ntitle: A\n---\nBody", [URL])
    assert once is not None and with_links(once, [URL]) == once


@pytest.mark.parametrize(
    "file",
    [
        b"+++\ntitle = 'A'\n+++\n",
        b"No head at all",
        b"---\ntitle: [\n---\n",
        b"---\ntitle: \xff\n---\n",
        b"---\ntext: |\n  syndication:\n    - not ours\nsyndication: {a: 1}\n  \n---\n---\n",
        b"---\n- a list\n---\n",
    ],
)
def test_what_is_not_surely_safe_is_left_alone(file: bytes) -> None:
    assert with_links(file, [URL]) is None


def test_words_that_look_like_a_key_stay() -> None:
    file = b"---\ntext: |\n  syndication:\n    - not ours\n---\n"
    changed = with_links(file, [URL])
    assert changed is not None and b"    - not ours\n" in changed
