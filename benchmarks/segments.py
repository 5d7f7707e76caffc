"""A million readers in 24 zones who chose among 12 topics: how long planning all of them takes."""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks.results import Row, merge
from publisher.config import load
from publisher.durations import utc_now
from publisher.model.contacts import Cadence, Choices, Segment
from publisher.outbox.db.engine import batched
from publisher.outbox.db.tables import contacts, subscriptions
from publisher.outbox.outbox import Outbox
from publisher.wiring import Publisher, build
from tests.conftest import Server

PART = "segments"
SECONDS = 30.0
TOPICS = tuple(f"topic{number}" for number in range(12))
ZONES = ("UTC", *(f"Etc/GMT{hours:+d}" for hours in range(-12, 12) if hours))
POSTS, POST_EVERY = 500, timedelta(hours=2)
CONFIG = """\
site: {{title: The Example Gazette, url: https://gazette.example}}
content: {{folder: posts, path: "/{{-title}}"}}
database: "{database}"
channels: {{mail: {{adapter: folder, path: sent}}}}
newsletters:
  daily:
    channel: mail
    sender: The Example Gazette <news@gazette.example>
    schedule: every day at 07:00
    max_lateness: 1 day
"""


def keys() -> list[str]:
    """Each topic at seven in the morning of each zone."""
    chosen = (Choices((topic,), Cadence.DAILY) for topic in TOPICS)
    return [Segment.of(one, "", zone).key for one, zone in product(chosen, ZONES)]


def write_posts(folder: Path, now: datetime) -> None:
    """So many posts, the newest of them an hour old."""
    folder.mkdir()
    for number in range(POSTS):
        date = now - timedelta(hours=1) - number * POST_EVERY
        words = " ".join(f"{word}{number}" for word in ("harbour", "council", "library", "ferry"))
        (folder / f"{number}.md").write_text(
            f"---\ntitle: {words}\ndescription: {words * 3}\ncategories: [topic{number % 12}]\n"
            f"date: {date:%Y-%m-%dT%H:%M:%SZ}\nimage: https://gazette.example/{number}.jpg\n---\n",
            encoding="utf-8",
        )


def subscribe(outbox: Outbox, readers: int, now: datetime) -> None:
    """Spread so many readers over all segments."""
    segments = keys()

    def people() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for number in range(1, readers + 1):
            email = f"reader{number}@example.org"
            person = {"id": number, "email": email, "email_key": email, "name": "Reader"}
            person |= {"language": "", "timezone": "", "created_at": now}
            mine = {"id": number, "contact_id": number, "newsletter": "daily", "state": "active"}
            mine |= {"token": f"{number:022}", "choices": "", "created_at": now, "changed_at": now}
            mine["segment"] = segments[number % len(segments)]
            yield person | {"consent_how": "", "consent_from": ""}, mine

    for some in batched(people(), 20_000):
        with outbox.database.writing() as connection:
            connection.execute(insert(contacts), [person for person, _ in some])
            connection.execute(insert(subscriptions), [mine for _, mine in some])


def plan(publisher: Publisher, now: datetime) -> tuple[int, int]:
    """Plan every segment that is due; how many there were, and how many emails are queued."""
    planner, emails = publisher.planner, 0
    planner.refresh()
    due = [(name, slot) for name, slot in planner.due(now) if "/" in name]
    for name, slot in due:
        _, enqueued = planner.publish(name, slot)
        emails += enqueued.deliveries if enqueued else 0
    return len(due), emails


def measure(folder: Path, database: str, readers: int) -> tuple[float, float]:
    """Seconds that planning takes, and a tick in which nothing is due."""
    now = utc_now()
    write_posts(folder / "posts", now)
    (folder / "config.yaml").write_text(CONFIG.format(database=database), encoding="utf-8")
    with build(load(folder / "config.yaml", {})) as publisher:
        publisher.planner.posts()
        before = now - timedelta(days=2)
        publisher.outbox.database.engine.dispose()
        subscribe(publisher.outbox, readers, before)
        for key in keys():
            publisher.outbox.editions.watched_since(f"daily/{key}", before)
        begun = time.perf_counter()
        segments, emails = plan(publisher, now)
        seconds = time.perf_counter() - begun
        begun = time.perf_counter()
        plan(publisher, now)
        tick = time.perf_counter() - begun
    if segments != len(keys()) or emails != readers:
        raise SystemExit(f"{segments} segments and {emails:,} emails were planned")
    return seconds, tick


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not on SQLite")
    options = parser.parse_args(words)
    name = "PostgreSQL" if options.postgres else "SQLite"
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="publisher-segments-"))
        )
        url = f"sqlite:///{folder / 'publisher.db'}"
        if options.postgres:
            server = Server(durable=True)
            stack.callback(server.stop)
            url = server.url(server.new_database("template0"))
        seconds, tick = measure(folder, url, options.readers)
    label = f"{PART}, {name}: {options.readers:,} readers in {len(keys())}"
    print(f"{label}: planned in {seconds:.1f} s; a tick without any due: {tick * 1000:.0f} ms")
    row = Row(f"{label}: planning, and what is allowed", seconds, SECONDS, seconds / SECONDS, "s")
    merge([row], f"{PART}, {name}", readers=options.readers)


if __name__ == "__main__":
    main()
