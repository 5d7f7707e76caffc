"""A site whose posts a test writes, a Publisher for it, and the time, which only the test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from publisher.config import load
from publisher.model.deliveries import Enqueued
from publisher.model.posts import Post
from publisher.plan.live_pages import LiveCheck
from publisher.plan.proposals import Proposal
from publisher.plan.select import Selector
from publisher.wiring import Publisher, build

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
CONFIG = """\
site: {{title: Gazette, url: https://gazette.example, timezone: Europe/London}}
content: {{folder: posts, path: "/{{-title}}"}}
database: {database}
channels:
  mail: {{adapter: folder, path: sent/mail}}
  one: {{adapter: folder, path: sent/one}}
  two: {{adapter: folder, path: sent/two}}
newsletters:
  daily: {{channel: mail, sender: news@gazette.example, schedule: every day at 09:00{daily}}}
  weekly: {{channel: mail, sender: news@gazette.example, template: own}}
announcements:
  social: {{channels: [one, two], pick: latest{social}}}
  more: {{channels: [one]}}
"""
POST = "---\ntitle: {title}\ndate: {date:%Y-%m-%d-%H-%M-%S}\n---\n"


@dataclass
class World:
    """What a test has in hand; `dead` are the pages that do not answer, `asked` those asked for."""

    folder: Path
    publisher: Publisher
    clock: time_machine.Traveller
    dead: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def write(self, *titles: str, age: timedelta = timedelta(0)) -> None:
        for title in titles:
            text = POST.format(title=title, date=self.now.astimezone(self.zone) - age)
            (self.folder / "posts" / f"{title}.md").write_text(text, encoding="utf-8")
        self.publisher.planner.posts()
        self.publisher.planner.refresh()

    def move(self, **by: float) -> None:
        self.clock.move_to(self.now + timedelta(**by))

    def propose(self, owner: str = "social", **wishes: object) -> Proposal:
        planner = self.publisher.planner
        planner.refresh()
        slot = wishes.pop("slot", self.now)
        assert isinstance(slot, datetime)
        return planner.propose(owner, slot, slot, **wishes)  # type: ignore[arg-type]  # any of them

    def plan(self, owner: str = "social", **wishes: object) -> list[str]:
        """Plan a slot of this moment and move on; gives the titles it carries."""
        proposal = self.propose(owner, **wishes)
        self.publisher.planner.enqueue(proposal)
        self.move(seconds=1)
        return titles(proposal)

    def enqueue(self, proposal: Proposal) -> Enqueued:
        return self.publisher.planner.enqueue(proposal)

    def check_pages(self, min_age: timedelta = timedelta(0)) -> None:
        def is_live(url: str) -> bool:
            self.asked.append(url)
            return url not in self.dead

        live = LiveCheck(is_live, min_age)
        self.publisher.planner.selector = Selector(live)

    def post(self, title: str) -> Post:
        return next(post for post in self.publisher.planner.posts() if post.title == title)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def zone(self) -> ZoneInfo:
        return self.publisher.config.site.zone


def titles(proposal: Proposal) -> list[str]:
    return [pick.post.title for pick in proposal.digest.picks]


def page(title: str) -> str:
    return f"https://gazette.example/{title}"


@pytest.fixture
def daily() -> str:
    """Further options of the newsletter."""
    return ""


@pytest.fixture
def social() -> str:
    """Further options of the announcement."""
    return ""


@pytest.fixture
def world(tmp_path: Path, database_url: str, daily: str, social: str) -> Iterator[World]:
    (tmp_path / "posts").mkdir()
    text = CONFIG.format(database=database_url, daily=daily, social=social)
    (tmp_path / "config.yaml").write_text(text)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.mjml.j2").write_text("{% broken")
    config = load(tmp_path / "config.yaml", {})
    with time_machine.travel(START, tick=False) as clock, build(config) as publisher:
        made = World(tmp_path, publisher, clock)
        made.write("archive", age=timedelta(days=30))
        made.move(seconds=1)
        yield made
