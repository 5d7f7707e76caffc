"""`publish posts` and `publish why`."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import (
    as_json,
    at_option,
    find_post,
    load_config,
    moment,
    now,
    open_publisher,
)
from publisher.cli.output import json_line, local, printable, progress, say, short

if TYPE_CHECKING:
    from publisher.content import Post


@click.command()
@as_json
@click.pass_obj
def posts(config_path: Path, as_json: bool) -> None:  # noqa: FBT001  click hands a flag over
    """List every file found and how it was read."""
    from publisher.wiring import read_posts

    config = load_config(config_path)
    with progress("Reading posts") as step:
        reading = read_posts(config, step)
    if as_json:
        encode = json.JSONEncoder(ensure_ascii=False).encode
        sys.stdout.writelines(encode(_values(post)) + "\n" for post in reading.posts)
        return
    sys.stdout.writelines(f"{line}\n" for line in _lines(reading.posts, config.site.zone))
    say(_summary(reading.posts))


def _values(post: "Post") -> dict[str, Any]:
    return {
        "path": post.path,
        "url": post.url,
        "title": post.title,
        "description": post.description,
        "image": post.image,
        "date": post.date.isoformat() if post.date else None,
        "date_only": post.date_only,
        "updated": post.updated.isoformat() if post.updated else None,
        "categories": post.categories,
        "featured": post.featured,
        "draft": post.draft,
        "expires": post.expires.isoformat() if post.expires else None,
        "status": post.status.value,
        "problem": post.problem,
    }


def _lines(posts: Sequence["Post"], zone: ZoneInfo) -> Iterator[str]:
    for post in posts:
        dated = f"{post.date.astimezone(zone):%Y-%m-%d %H:%M}" if post.date else " " * 16
        flag = "draft" if post.draft else post.status.value
        yield f"{dated}  {flag:<10}  {printable(post.title) or '(no title)'}  [{post.path}]"
        if post.problem:
            line = f":{post.problem_line}" if post.problem_line else ""
            yield f"{'':18}{post.path}{line}: {printable(post.problem)}"


def _summary(posts: Sequence["Post"]) -> str:
    counts = Counter(post.status.value for post in posts)
    parts = ", ".join(f"{number:,} {status}" for status, number in counts.most_common())
    return f"{len(posts):,} files: {parts}" if posts else "no posts found"


@click.command()
@click.argument("post")
@at_option("Judge as of this moment")
@as_json
@click.pass_obj
def why(
    config_path: Path,
    post: str,
    at: str | None,
    as_json: bool,  # noqa: FBT001  click hands a flag over
) -> None:
    """Say whether POST (a file or URL) is chosen, and which rule decided."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        found = find_post(publisher.planner.posts(), publisher.config, post)
        for each in publisher.planner.why(found, moment(at, zone) or now()):
            slot = local(each.slot, zone)
            if as_json:
                values = {"post": found.path, each.kind: each.owner, "slot": slot}
                keys = ("chosen", "role", "rule", "detail")
                json_line(values | {key: getattr(each, key) for key in keys})
                continue
            verdict = f"chosen as {each.role}" if each.chosen else "not chosen"
            edition = short(each.slot, zone) if each.slot else "the next edition"
            click.echo(f"{each.owner}: {verdict} ({edition}): {each.rule}: {each.detail}")
