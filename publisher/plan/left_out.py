"""Posts that no edition will ever include by itself, told before their authors wait for them."""

from collections.abc import Iterator, Sequence

from publisher.content.selection.choose import Decision, Digest

FOR_GOOD = frozenset({"same-url", "same-story", "already-included", "too-old"})
"""Rules that decide about a post for good."""

SHOWN = 5


def left_out(digest: Digest) -> list[tuple[str, Decision]]:
    """The posts, by path, that `digest` and every later one leave out, and why."""
    return [
        (path, decision)
        for path, decision in sorted(digest.decisions.items())
        if decision.rule in FOR_GOOD and not decision.included_itself
    ]


def told(posts: Sequence[tuple[str, Decision]]) -> Iterator[str]:
    """A line for each of the first few, and one for the rest."""
    for path, decision in posts[:SHOWN]:
        yield f"never included: {path}: {decision.detail}"
    rest = len(posts) - SHOWN
    if rest > 0:
        yield f"never included: {rest:,} more: publish why FILE says why"
