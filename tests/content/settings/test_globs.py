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
