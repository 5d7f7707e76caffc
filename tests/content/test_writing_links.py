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
    after = f'---\nsyndication:\n  - own\n  - "{URL}"\ntitle: A\n---\n'
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
        b"No head at all",
        b"---\nsyndication: [own] # mine\n---\n",
        b"---\nsyndication: &all [own]\nlinks: *all\n---\n",
        b"+++\nsyndication = ['own'] # mine\n+++\n",
        b"+++\nsyndication = ['https://a.example/[1]']\n+++\n",
        b"+++\n[syndication]\nmastodon = 'own'\n+++\n",
        b"+++\ntitle = \n+++\n",
        b'{"syndication": "own"}\n',
        b'{"syndication": ["https://a.example/[1]"]}\n',
        b'{"title": "A", "title": "B"}\n',
        b'{"title": "A"',
        b";;;\n{}\n;;;\n",
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


ADDED = f'syndication:\n- "{URL}"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\n# mine\ntitle: 'A: b' # why\n", ADDED + "---\nBody\n"),
        ("---\ndate: '2026-07-05'\nat: 2026-07-05T07:00:00Z\n", ADDED + "---\n"),
        ("---\ntext: |+\n  a\n  # no comment\n\n", ADDED + "---\n"),
        ("\ufeff---\ntitle: A\n", ADDED + "---"),
        ("---\nsyndication:\n  -  'own' # mine\n", f'  -  "{URL}"\ntitle: A\n---\n'),
        ("---\nsyndication:\n", f'- "{URL}"\ntitle: A\n---\n'),
        ("+++\n", f'syndication = ["{URL}"]\n# mine\nd = 2026-07-05\nn = 1.10\n[a]\nb = 1\n+++\n'),
        ("+++\r\n", f'syndication = ["{URL}"]\r\nt = """\r\na\r\n"""\r\n+++\r\nBody\r\n'),
        ("{", f'\n  "syndication": ["{URL}"],\n  "n": 1.10, "title": "A"\n}}\n\nBody }}\n'),
        ("\ufeff{", f'"syndication": ["{URL}"],"title":"é \\u00e9"}}'),
    ],
)
def test_every_other_byte_stays(before: str, after: str) -> None:
    """What is added is known by the link; taking it out gives the file as it was."""
    added = next(part for part in _added(before + after) if part in after)
    old = (before + after.replace(added, "", 1)).encode()
    new = (before + after).encode()
    assert with_links(old, [URL]) == new
    if b"syndication:\n" not in old:
        assert with_links(new, [], [URL]) == old


def _added(file: str) -> list[str]:
    if "{" in file[:2]:
        start, end = file.index("{") + 1, file.index("],") + 2
        return [file[start:end]]
    line = next(line for line in file.splitlines(keepends=True) if URL in line)
    return [ADDED, line]


def test_nothing_to_change_is_no_change() -> None:
    file = f"---\nsyndication: ['{URL}', own]\n---\n".encode()
    assert with_links(file, [URL], ["gone"]) == file


def test_brackets_become_lines() -> None:
    assert with_links(b"---\nsyndication: []\nb: 1\n---\n", [URL]) == (
        f"---\n{ADDED}b: 1\n---\n".encode()
    )
    assert with_links(b'+++\na = 1\nsyndication = ["own"]\n+++\n', [URL]) == (
        f'+++\na = 1\nsyndication = ["own", "{URL}"]\n+++\n'.encode()
    )
    assert with_links(b'{"a": 1, "syndication": ["own"]}', [URL]) == (
        f'{{"a": 1, "syndication": ["own", "{URL}"]}}'.encode()
    )
