"""What commands share: the configuration they were given, times, posts by name."""

import os
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.output import say
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.model.posts import Post
    from publisher.outbox.outbox import Outbox
    from publisher.wiring import Publisher

Command = Callable[..., Any]

FIRST_YEAR, LAST_YEAR = 1971, 2999  # beyond them, adding a zone or a week may overflow

DELIVERY_ID: click.ParamType[Any] = click.IntRange(min=1, max=2**63 - 1)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")


def at_option(meaning: str) -> Callable[[Command], Command]:
    """`--at TIME`, whose help says what the moment is used for."""
    return click.option("--at", metavar="TIME", help=f"{meaning} (2026-09-14T07:00).")


def load_config(path: Path, *, sends: bool = False) -> "Config":
    """The configuration that -c, PUBLISHER_CONFIG or the current folder names.

    The channels' secrets are asked for only if the command `sends`.
    """
    from publisher.config import load

    return load(path, os.environ, sends=sends)


def open_publisher(path: Path, *, sends: bool = False) -> "Publisher":
    """A Publisher for the configuration at `path`."""
    from publisher.wiring import build

    return build(load_config(path, sends=sends))


def ask(question: str) -> None:
    """Ask before something is done; whoever says no gets exit code 1."""
    if not click.confirm(question, err=True):
        say("nothing was changed")
        raise click.exceptions.Exit(1)


def moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """`--at` as an aware time; a UsageError if it is not valid."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        hint = 'write 2026-09-14T07:00, "2026-09-14 07:00" or 2026-09-14T07:00+01:00'
        raise UsageError(f"--at {text}: invalid time", hint)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def known_names(config: "Config", names: Sequence[str]) -> list[str]:
    """The newsletters and announcements named, or all; a UsageError if one is not known."""
    known = [*config.newsletters, *config.announcements]
    for name in names:
        if name not in known:
            raise _unknown("newsletter or announcement", name, known)
    return list(dict.fromkeys(names)) or known


def known_newsletter(
    config: "Config", name: str | None, usage: str = "use --newsletter NAME"
) -> str:
    """The newsletter named, or the only one; `usage` is how the command wants it named.

    Raises:
        UsageError: there is none of that name, or several to choose from.
    """
    known = list(config.newsletters)
    if name in known:
        return str(name)
    if name is None and len(known) == 1:
        return known[0]
    if name:
        raise _unknown("newsletter", name, known)
    raise UsageError("specify a newsletter", f"{usage}; {_configured(known)}")


def known_channel(config: "Config", name: str) -> str:
    """The channel of that name; a UsageError if there is none."""
    if name not in config.channels:
        raise _unknown("channel", name, config.channels)
    return name


def _unknown(kind: str, name: str, known: Collection[str]) -> UsageError:
    return UsageError(f"unknown {kind} {name!r}", _configured(known))


def _configured(known: Collection[str]) -> str:
    return f"config.yaml has: {', '.join(known) or 'none'}"


def check_known(found: Collection[int], ids: Collection[int]) -> None:
    """A UsageError unless there are messages of all these `ids`."""
    if missing := set(ids) - set(found):
        numbers = ", ".join(map(str, sorted(missing)))
        raise UsageError(f"no message with ID {numbers}", "publish queue list shows the IDs")


def check_all_changed(outbox: "Outbox", done: int, ids: Collection[int], why: str) -> None:
    """A UsageError, saying `why`, unless all of `ids` were among the `done`."""
    if done < len(set(ids)):
        check_known({row.id for row in outbox.operator.find(ids=list(ids))}, ids)
    left = len(set(ids)) - done
    if left > 0:
        raise UsageError(f"{left} not changed: {why}", "see: publish queue show ID")


def find_post(posts: Sequence["Post"], config: "Config", wanted: str) -> "Post":
    """The post of that file, file name, URL or short name; a UsageError if none or several are."""
    names = paths_meant(config, wanted)
    for post in posts:
        if post.path in names or post.url == wanted:
            return post
    alike = [post for post in posts if post.path.rpartition("/")[2] == wanted]
    alike = alike or [post for post in posts if wanted in _short_names(post)]
    if len(alike) > 1:
        paths = ", ".join(post.path for post in alike)
        raise UsageError(f"{wanted}: {len(alike)} posts have that name", f"specify one: {paths}")
    if not alike:
        known = {name: post.path for post in posts for name in _short_names(post)}
        near = get_close_matches(wanted, known, n=1)
        meant = f"did you mean {known[near[0]]}?" if near else "list them with: publish posts"
        raise UsageError(f"{wanted}: no such post", meant)
    return alike[0]


def paths_meant(config: "Config", wanted: str) -> set[str]:
    """How the path of a post may be written that somebody names so."""
    from publisher.content.files import readable

    below = Path(os.path.abspath(wanted))  # noqa: PTH100  a symlink is named, not followed
    names = {wanted, below.as_posix()}
    if below.is_relative_to(config.folder):
        names.add(below.relative_to(config.folder).as_posix())
    return names | {readable(name) for name in names}


def _short_names(post: "Post") -> set[str]:
    """A post's file name without ending and date, and the last part of its URL."""
    from publisher.content.frontmatter.dates import without_file_date

    stem = PurePath(post.path).stem
    return {stem, without_file_date(stem), post.url.rstrip("/").rpartition("/")[2]} - {""}
