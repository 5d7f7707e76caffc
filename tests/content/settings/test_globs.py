"""Globs as JavaScript programs write them."""

import pytest

from publisher.content.settings.globs import matcher


@pytest.mark.parametrize(
    ("pattern", "matched", "unmatched"),
    [
        ("**/*.{md,mdx}", ("a.md", "a/b/c.mdx"), ("a.txt", "amd")),
        ("**/_*/**", ("_a/b.md", "a/_b/c/d.md"), ("a/b_c/d.md", "_a.md")),
        ("*.md", ("a.md",), ("a/b.md",)),
        ("./posts/**", ("posts/a/b.md",), ("post/a.md",)),
        ("a?[0-9][!x].md", ("ab1y.md",), ("ab1x.md", "a/1y.md")),
        ("{a,b}/{c,d}.md", ("a/d.md",), ("a/b.md",)),
        ("a,b}.md", ("a,b}.md",), ("a.md",)),
        ("**/a*b", ("ab", "ax/ab", "a/b/acb"), ("ab/c", "a/b")),
        ("**/a/**/b*c/*.md", ("x/a/bc/a.md", "a/y/bc/z/b_c/a.md"), ("a/bc/x/a.md",)),
        ("*a*b/c*d*", ("xab/cd", "aab/cxdd"), ("ab/c/d", "b/cd")),
        ("a/**b/*", ("a/b/c", "a/x/yb/c"), ("a/b",)),
        ("[z-a].md", ("[z-a].md",), ("z.md",)),
    ],
)
def test_globs(pattern: str, matched: tuple[str, ...], unmatched: tuple[str, ...]) -> None:
    matches = matcher([pattern])
    assert all(map(matches, matched))
    assert not any(map(matches, unmatched))


def test_what_begins_with_a_bang_takes_away() -> None:
    matches = matcher(["**/*.md", "!drafts/**", "*" * 2000])
    assert matches("a.md")
    assert not matches("drafts/a.md")


@pytest.mark.parametrize(
    "glob", ["*a" * 30 + "b", "**/" * 30 + "*a*a*a*a*ab", "**a" * 20 + "b", "{*a,b}" * 30]
)
def test_many_stars_end_soon(glob: str) -> None:
    assert not matcher([glob])("a/" * 30 + "a" * 200)
