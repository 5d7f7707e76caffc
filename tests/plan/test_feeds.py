"""Days of a site that is known by its feed only, from a server on loopback."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from publisher.cli.entry import run
from publisher.config import load
from publisher.errors import ConfigurationError
from publisher.model.posts import Post, Status
from publisher.wiring import build
from tests.plan.conftest import START, World, titles

CONFIG = """\
site: {{title: Gazette, url: "{url}", timezone: Europe/London}}
content:
  - {{feed: "{url}/feed.json?key=secret", name: blog}}
  - {{folder: posts, name: notes, path: "/notes/{{-title}}"}}
database: {database}
channels: {{mail: {{adapter: folder}}}}
newsletters: {{daily: {{channel: mail, sender: news@gazette.example, latest: 20}}}}
"""


class Feed(World):
    """A feed that the test writes, and what was asked of its server."""

    def begin(self, server: HTTPServer) -> None:
        self.items: list[dict[str, Any]] = []
        self.asked_with: list[dict[str, str]] = []
        self.answer: Response | None = None
        server.expect_request("/feed.json").respond_with_handler(self._serve)

    def _serve(self, request: Request) -> Response:
        self.asked_with.append(dict(request.headers))
        if self.answer is not None:
            return self.answer
        feed = {"version": "https://jsonfeed.org/version/1.1", "items": self.items}
        content = json.dumps(feed).encode()
        response = Response(content, content_type="application/feed+json")
        response.set_etag(str(hash(content)))
        return response.make_conditional(request)

    def add(self, name: str, **values: Any) -> None:
        date = {"date_published": self.now.isoformat()}
        item = {"id": f"urn:{name}", "url": f"/{name}", "title": name, **date, **values}
        self.items.insert(0, {key: value for key, value in item.items() if value is not None})
        del self.items[3:]  # feeds are short

    def edition(self) -> list[str]:
        """Plan an edition of this moment, and let a day pass."""
        found = self.plan("daily")
        self.move(days=1)
        return sorted(found)

    def posts(self) -> dict[str, Post]:
        self.publisher.planner.refresh()
        return {post.title: post for post in self.publisher.planner.posts()}

    def restart(self) -> None:
        """Another process, with another configuration's cache of nothing."""
        self.publisher.outbox.close()
        self.publisher = build(load(self.folder / "config.yaml", {}))


@pytest.fixture
def feed(tmp_path: Path, database_url: str, httpserver: HTTPServer) -> Iterator[Feed]:
    (tmp_path / "posts").mkdir()
    url = httpserver.url_for("/").rstrip("/")
    text = CONFIG.format(url=url, database=database_url)
    (tmp_path / "config.yaml").write_text(text)
    with time_machine.travel(START, tick=False) as clock:
        made = Feed(tmp_path, build(load(tmp_path / "config.yaml", {})), clock)
        made.begin(httpserver)
        made.publisher.outbox.subscribers.add("daily", "ada@reader.example")
        yield made
        made.publisher.outbox.close()


def test_days_of_a_feed(feed: Feed) -> None:
    feed.add("one")
    feed.add("two")
    assert feed.edition() == ["one", "two"]
    assert feed.edition() == []
    for day in range(4):
        feed.add(f"day {day}")
        feed.write(f"note {day}")
        assert feed.edition() == [f"day {day}", f"note {day}"]
    assert set(feed.posts()) >= {"one", "two", "day 0", "day 3"}  # the feed has forgotten them
    assert len(feed.items) == 3


def test_an_edited_entry_is_not_sent_twice(feed: Feed) -> None:
    feed.add("one")
    assert feed.edition() == ["one"]
    feed.items[0] |= {"title": "one and more", "url": "/moved", "summary": "Words that are new."}
    assert feed.edition() == []
    post = feed.posts()["one and more"]
    assert (post.path, post.description) == ("feed:urn:one", "Words that are new.")


def test_new_ids_and_dates_make_no_new_posts(feed: Feed) -> None:
    feed.add("one")
    assert feed.edition() == ["one"]
    feed.items[0] |= {"id": "urn:another", "date_published": feed.now.isoformat()}
    assert feed.edition() == []


def test_only_what_changed_is_fetched(feed: Feed) -> None:
    feed.add("one")
    assert set(feed.posts()) == {"one"}
    feed.restart()
    assert set(feed.posts()) == {"one"}
    assert [("If-None-Match" in asked) for asked in feed.asked_with] == [False, True]
    feed.add("two")
    assert set(feed.posts()) == {"one", "two"}
    assert set(feed.posts()) == {"one", "two"}


FAILURES = {
    "HTTP 500": Response("no", status=500),
    "this is no feed": Response("<!doctype html><html></html>"),
    "the feed is broken XML": Response("<rss version='2.0'><channel><item><title>half"),
    "larger than 10,000,000 bytes": Response(b" " * 10_000_001),
}


@pytest.mark.parametrize("problem", FAILURES)
def test_a_feed_that_fails_says_one_line_and_forgets_nothing(feed: Feed, problem: str) -> None:
    feed.add("one")
    feed.posts()
    feed.answer = FAILURES[problem]
    proposal = feed.propose("daily")
    assert titles(proposal) == ["one"]
    (warning,) = [each for each in proposal.warnings if "feed.json" in each]
    assert problem in warning and "secret" not in warning and "\n" not in warning
    row = next(post for post in feed.posts().values() if post.status is Status.UNREADABLE)
    assert row.path.endswith("/feed.json") and problem in row.problem
    asked = len(feed.asked_with)
    feed.posts()
    assert len(feed.asked_with) == asked + (problem not in {"HTTP 500", list(FAILURES)[3]})
    feed.move(minutes=1)
    feed.answer = None
    assert set(feed.posts()) == {"one"}


def test_dates_that_are_missing(feed: Feed) -> None:
    feed.add("changed", date_published=None, date_modified="2026-05-31T10:00:00Z")
    feed.add("undated", date_published=None)
    feed.add("page", date_published="0001-01-01T00:00:00Z")
    found = feed.posts()
    assert found["changed"].date == datetime(2026, 5, 31, 10, tzinfo=UTC)
    assert found["undated"].date == feed.now
    assert found["page"].page
    began = feed.now
    assert feed.edition() == ["changed", "undated"]
    feed.add("later", date_published=None)
    found = feed.posts()
    assert found["undated"].date == began
    assert found["later"].date == feed.now
    assert feed.edition() == ["later"]


def test_an_old_entry_that_appears_is_a_backfill(feed: Feed) -> None:
    feed.add("one")
    feed.edition()
    feed.add("old", date_published=(feed.now - timedelta(days=60)).isoformat())
    assert feed.edition() == []


def test_the_commands(feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    feed.add("one", url="https://elsewhere.example/one")
    config = str(feed.folder / "config.yaml")
    assert run(["-c", config, "posts"]) == 0
    assert "[feed:urn:one]" in capsys.readouterr().out
    assert run(["-c", config, "why", "feed:urn:one"]) == 0
    assert "daily: chosen" in capsys.readouterr().out
    assert run(["-c", config, "why", "https://elsewhere.example/one"]) == 0
    capsys.readouterr()
    run(["-c", config, "check", "--offline"])
    assert "1 post of blog link to elsewhere.example, not to localhost" in capsys.readouterr().err
    feed.answer = FAILURES["HTTP 500"]
    assert run(["-c", config, "now", "daily", "--dry-run"]) == 0
    assert "HTTP 500; the posts known before still count" in capsys.readouterr().out
    assert run(["-c", config, "check", "--offline"]) == 1
    assert "HTTP 500" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{}", "content.folder: is missing; add folder: …, or feed: …"),
        ("{folder: posts, feed: 'https://x.example/f'}", "content.feed: a source is a folder or"),
        ("{feed: ftp://x.example/f}", "content.feed: must be a web address"),
        ("{feed: 'https://u:p@x.example/f'}", "content.feed: must not contain a user name"),
    ],
)
def test_mistakes(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "posts").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(f"site: {{title: T, url: https://gazette.example}}\ncontent: {content}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(path, {})
    assert problem in str(caught.value.problems[0])


def test_a_private_address_is_refused(tmp_path: Path, httpserver: HTTPServer) -> None:
    (tmp_path / "config.yaml").write_text(
        "site: {title: T, url: https://gazette.example}\n"
        f"content: {{feed: '{httpserver.url_for('/feed')}'}}\n"
    )
    with build(load(tmp_path / "config.yaml", {})) as publisher:
        (post,) = publisher.planner.posts()
        assert "leads into a private network" in post.problem
    assert not httpserver.log
