"""What `publish check` learns from the site's own output: a built folder, or the sitemap."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.cli.output import counted
from publisher.errors import ContentError

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.content.evidence import Evidence
    from publisher.model.posts import Post

_SHOWN = 3


def pages_of(config: "Config", posts: "Sequence[Post]") -> Iterator[str]:
    """Posts whose pages seem to be elsewhere than their addresses say; nothing is asked again."""
    from publisher.content.learning.compare import compare

    for evidence in _evidence(config):
        found = compare(posts, evidence)
        if not found.elsewhere:
            continue
        number = len(found.elsewhere)
        yield (
            f"{evidence.name}: {counted(found.right, 'post')} found at their addresses, "
            f"{number:,} elsewhere; publish init --force --sitemap FILE learns from a sitemap"
        )
        for post, page in found.elsewhere[:_SHOWN]:
            yield f"  {post.path}: {page}, not {post.url}"


def _evidence(config: "Config") -> "Iterator[Evidence]":
    from publisher.content.evidence.built import built_folder, read_built
    from publisher.content.evidence.read import read_evidence
    from publisher.wiring import sources_of

    sources = sources_of(config)
    for sitemap in dict.fromkeys(each.sitemap for each in sources if each.sitemap):
        with suppress(ContentError):  # the posts that it is for say so
            yield read_evidence(str(sitemap))
    for root in dict.fromkeys(each.root for each in sources):
        if built := built_folder(root):
            yield read_built(built)
