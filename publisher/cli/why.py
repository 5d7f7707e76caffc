"""`publish why`."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from publisher import serializers
from publisher.cli.common import (
    as_json,
    at_option,
    find_post,
    moment,
    open_publisher,
    paths_meant,
)
from publisher.cli.output import json_line, short, tell
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.model.posts import Post
    from publisher.plan.explain import Explanation
    from publisher.wiring import Publisher

MOST_NAMED = 5
"""Variants that are named where they say the same."""


@click.command()
@click.argument("post")
@at_option("Decide as of this time")
@as_json
@click.pass_obj
def why(config_path: Path, post: str, at: str | None, as_json: bool) -> None:
    """Explain why POST (a file or URL) is chosen or not, and which rule decided."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        found = _find(publisher, post)
        explained = publisher.planner.why(found, moment(at, zone))
        if as_json:
            for each in explained:
                json_line(serializers.why(each, found.path, zone))
            return
        for (_, sentence), owners in _by_sentence(explained, zone).items():
            more = f" and {len(owners) - MOST_NAMED:,} more" if len(owners) > MOST_NAMED else ""
            tell(f"{', '.join(owners[:MOST_NAMED])}{more}: {sentence}")


def _find(publisher: "Publisher", wanted: str) -> "Post":
    """The post; a UsageError that names the notes which wait although their post is gone."""
    try:
        return find_post(publisher.planner.posts(), publisher.config, wanted)
    except UsageError as error:
        if waiting := publisher.outbox.posted.waiting(paths_meant(publisher.config, wanted)):
            ids = " ".join(map(str, waiting))
            error.hint = f"notes of it wait to be sent; to drop them: publish queue cancel {ids}"
        raise


def _by_sentence(
    explained: "Iterable[Explanation]", zone: ZoneInfo
) -> dict[tuple[str, str], list[str]]:
    """By newsletter and what is said of the post, which of its readers it is said for."""
    from publisher.plan.series import label

    found: dict[tuple[str, str], list[str]] = {}
    for each in explained:
        decided = f"chosen as {each.role}" if each.chosen else "not chosen"
        edition = short(each.slot, zone) if each.slot else "the next edition"
        sentence = f"{decided} ({edition}): {each.rule}: {each.detail}"
        whose = found.setdefault((each.owner, sentence), [])
        whose.append(label(each.owner, each.segment))
    return found
