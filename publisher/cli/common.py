"""What commands share: the configuration they were given, times, posts by name."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.model.posts import Post
    from publisher.wiring import Publisher

Command = Callable[..., Any]

FIRST_YEAR, LAST_YEAR = 1971, 2999  # beyond them, adding a zone or a week may overflow

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def at_option(meaning: str) -> Callable[[Command], Command]:
    """`--at TIME`, whose help says what the moment is used for."""
    return click.option("--at", metavar="TIME", help=f"{meaning} (2026-09-14T07:00, site's zone).")


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


def moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """`--at` as an aware time.

    Raises:
        UsageError: it is no time.
    """
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise UsageError(
            f"--at {text}: no time", "write 2026-09-14T07:00 or 2026-09-14T07:00+01:00"
        )
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def now() -> datetime:
    """This moment, to the second: it names a slot."""
    return datetime.now(UTC).replace(microsecond=0)


def known_names(config: "Config", names: Sequence[str]) -> list[str]:
    """The newsletters and announcements named, or all of them.

    Raises:
        UsageError: there is none of that name.
    """
    known = [*config.newsletters, *config.announcements]
    for name in names:
        if name not in known:
            raise UsageError(
                f"{name}: no newsletter or announcement of that name",
                f"config.yaml has: {', '.join(known) or 'none'}",
            )
    return list(dict.fromkeys(names)) or known


def known_newsletter(config: "Config", name: str | None, said: str = "--newsletter NAME") -> str:
    """The newsletter named, or the only one; `said` is how the command wants it named.

    Raises:
        UsageError: there is none of that name, or several to choose from.
    """
    known = list(config.newsletters)
    if name in known:
        return str(name)
    if name is None and len(known) == 1:
        return known[0]
    wrong = f"{name}: no newsletter of that name" if name else "which newsletter?"
    raise UsageError(wrong, f"{said}; config.yaml has: {', '.join(known) or 'none'}")


def known_channel(config: "Config", name: str) -> str:
    """The channel of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in config.channels:
        raise UsageError(
            f"{name}: no channel of that name",
            f"config.yaml has: {', '.join(config.channels) or 'none'}",
        )
    return name


def find_post(posts: Sequence["Post"], config: "Config", wanted: str) -> "Post":
    """The post of that file, file name or URL.

    Raises:
        UsageError: there is none, or several have that file name.
    """
    from publisher.content.files import readable

    below = Path(os.path.abspath(wanted))  # noqa: PTH100  a symlink is named, not followed
    names = {wanted, below.as_posix()}
    if below.is_relative_to(config.folder):
        names.add(below.relative_to(config.folder).as_posix())
    names |= {readable(name) for name in names}
    for post in posts:
        if post.path in names or post.url == wanted:
            return post
    alike = [post for post in posts if post.path.rpartition("/")[2] == wanted]
    if len(alike) > 1:
        paths = ", ".join(post.path for post in alike)
        raise UsageError(f"{wanted}: {len(alike)} posts have that name", f"name one: {paths}")
    if not alike:
        raise UsageError(f"{wanted}: no such post", "publish posts lists every file")
    return alike[0]
