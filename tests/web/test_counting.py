"""Counting: off, there is nothing of it; on, totals and nobody's own."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from publisher.cli.entry import publish as command
from publisher.config import load
from publisher.dispatch.render import Messages
from publisher.errors import UsageError
from publisher.model.deliveries import Totals
from publisher.model.messages import Email
from publisher.outbox.counts import month_of
from publisher.outbox.db.tables import counts, subscriptions
from publisher.rendering.counting import targets
from publisher.rendering.digest import render_digest
from publisher.rendering.templates import Templates
from publisher.web.app import make_app
from publisher.web.hits import HOLD
from publisher.wiring import Publisher, build
from tests.rendering.samples import SITE, SLOT, gazette, picks
from tests.web.client import HOST, Answer, Client
from tests.web.conftest import CONFIG
from tests.web.editions import publish
from tests.web.test_hits import FIREFOX

COUNT = "count: true, "
SILENT = "count: true, ask_silent: 365 days, "
Open = Callable[[str], "Reader"]


class Reader(Client):
    """Opens what an email of the publisher leads to."""

    publisher: Publisher

    def email(self) -> Email:
        messages = Messages(self.publisher.config, self.publisher.outbox)
        row = self.publisher.outbox.operator.find()[-1]
        email = messages.message(row)
        assert isinstance(email, Email)
        return email

    def links(self) -> list[str]:
        found = re.findall(rf'(?:href|src)="https://{HOST}(/o/[^"]+)"', self.email().html)
        return list(dict.fromkeys(found))

    def open(self, *paths: str, agent: str = FIREFOX, method: str = "GET") -> list[Answer]:
        """Open these, and wait until it is decided what counts."""
        return asyncio.run(self._open(paths, agent, method))

    async def _open(self, paths: tuple[str, ...], agent: str, method: str) -> list[Answer]:
        async with self.app.router.lifespan_context(self.app):
            headers = {"user-agent": agent}
            answers = [await self.answer(method, path, b"", headers) for path in paths]
            counting = self.app.state.counting
            await counting.settle(time.monotonic() + 2 * HOLD)
            if counting._task:
                counting._task.cancel()
            return answers

    @property
    def totals(self) -> Totals | None:
        return self.publisher.outbox.counts.totals([1]).get(1)


@pytest.fixture
def opened(tmp_path: Path, database_url: str) -> Iterator[Open]:
    """The pages of a newsletter with these options, whose edition somebody has got."""
    (tmp_path / "posts").mkdir()
    built = []

    def open_with(options: str) -> Reader:
        text = CONFIG.replace("daily: {", f"daily: {{{options}")
        (tmp_path / "config.yaml").write_text(f"{text}database: {database_url}\n")
        publisher = build(load(tmp_path / "config.yaml", {}, sends=False))
        built.append(publisher)
        counting = "month" if "ask_silent" in options else "total" if options else ""
        rendered = render_digest(
            Templates(None), gazette(), picks(), newsletter="daily", template="digest", slot=SLOT,
            links=frozenset({"preferences"}), counting=counting,  # type: ignore[arg-type] # one of
        )  # fmt: skip
        publish(publisher.outbox, text=rendered)
        reader = Reader(make_app(publisher))
        reader.publisher = publisher
        return reader

    yield open_with
    for each in built:
        each.__exit__()


def test_without_counting_links_are_what_they_are(opened: Open) -> None:
    reader = opened("")
    html = reader.email().html
    assert reader.links() == []
    assert f'href="{SITE}/articles/0"' in html
    assert not re.search(r'<img[^>]*(width|height)="1"', html)
    hosts = set(re.findall(r'(?:href|src)="https?://([^/"]+)', html))
    assert hosts <= {"gazette.example", HOST}


def test_with_counting_links_are_everybody_s_and_lead_where_they_did(opened: Open) -> None:
    reader = opened(COUNT)
    email = reader.email()
    *links, picture = reader.links()
    assert f"{SITE}/articles/0" not in re.findall(r'href="([^"]+)"', email.html)
    assert f"{SITE}/articles/0" in email.text
    assert "by all readers together" in email.html
    assert "by all readers" in email.text
    answers = reader.open(links[1], picture)
    assert answers[0].status == 302
    assert answers[0].headers["location"] in targets(
        reader.publisher.outbox.editions.get(1).rendered.html
    )
    assert answers[1].headers["content-type"] == "image/gif"
    assert answers[1].headers["cache-control"] == "no-store"
    assert reader.totals == Totals(1, 1)


def test_totals_are_listed_with_the_editions(opened: Open, tmp_path: Path) -> None:
    reader = opened(COUNT)
    reader.open(*reader.links()[:2])
    run = CliRunner().invoke(command, ["-c", str(tmp_path / "config.yaml"), "editions", "--json"])
    (edition,) = map(json.loads, run.stdout.splitlines())
    assert (edition["opens"], edition["clicks"]) == (0, 2)
    run = CliRunner().invoke(command, ["-c", str(tmp_path / "config.yaml"), "editions"])
    assert "clicks" in run.stdout


def test_clicks_are_listed_by_link(opened: Open, tmp_path: Path) -> None:
    reader = opened(COUNT)
    *links, picture = reader.links()
    reader.open(links[1], picture)
    words = ["-c", str(tmp_path / "config.yaml"), "editions"]
    run = CliRunner().invoke(command, [*words, "--links", "1", "--json"])
    first, *others = map(json.loads, run.stdout.splitlines())
    there = targets(reader.publisher.outbox.editions.get(1).rendered.html)
    assert first == {"edition": 1, "url": there[1], "clicks": 1}
    assert [each["url"] for each in others] == [url for url in there if url != there[1]]
    assert {each["clicks"] for each in others} == {0}
    shown = CliRunner().invoke(command, [*words, "--links", "1"])
    assert shown.stdout.splitlines()[1].split() == ["1", there[1]]
    assert shown.stderr == "1 click\n"
    for wrong in (["--links", "99"], ["daily", "--links", "1"]):
        refused = CliRunner().invoke(command, [*words, *wrong]).exception
        assert isinstance(refused, UsageError)


def test_only_totals_are_kept(opened: Open) -> None:
    reader = opened(COUNT)
    reader.open(*reader.links()[:2])
    with reader.publisher.outbox.database.reading() as connection:
        rows = connection.execute(select(counts)).all()
        months = connection.execute(select(subscriptions.c.seen_month)).scalars().all()
    assert {tuple(row._mapping) for row in rows} == {("edition_id", "link", "day", "number")}
    assert [(row.edition_id, row.link, row.number) for row in rows] == [(1, 1, 1), (1, 2, 1)]
    assert months == [None]


def test_robots_heads_and_scanners_count_for_nothing(opened: Open) -> None:
    reader = opened(COUNT)
    links = reader.links()
    assert len(links) > 5
    assert reader.open(links[0], method="HEAD")[0].status == 302
    assert reader.open(links[0], agent="Barracuda Sentinel")[0].status == 302
    assert {answer.status for answer in reader.open(*links)} == {200, 302}
    assert reader.totals is None


@pytest.mark.parametrize(
    "path",
    ["/o/x", "/o/1-1", "/o/..%2f", "/o/1-1abcdAAAAAAAAAAAAAAAAAAAAAA", "/o/https://evil.example"],
)
def test_a_link_that_was_not_signed_here_leads_nowhere(opened: Open, path: str) -> None:
    reader = opened(COUNT)
    assert reader.get(path).status in {400, 404}


def test_a_link_of_one_number_is_none_of_another(opened: Open) -> None:
    reader = opened(COUNT)
    link = reader.links()[0]
    assert reader.get(link.replace("/o/1-1", "/o/1-2")).status == 404


def test_once_it_is_switched_off_links_lead_on_and_nothing_is_counted(opened: Open) -> None:
    reader = opened(COUNT)
    links = reader.links()
    config = reader.publisher.config
    daily = config.newsletters["daily"].model_copy(update={"count": False})
    reader.publisher.config = replace(config, newsletters={"daily": daily})
    assert reader.open(links[0])[0].status == 302
    assert reader.totals is None


def test_where_silence_counts_the_last_month_is_kept_and_no_more(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.outbox.counts.AT_ARRIVAL", timedelta(minutes=-1))
    reader = opened(SILENT)
    outbox, now = reader.publisher.outbox, reader.publisher.clock()
    link = reader.links()[0]
    assert len(link.split("/")) == 4
    outbox.counts.watch("daily", now - timedelta(days=300))
    reader.open(link)
    with outbox.database.reading() as connection:
        months = connection.execute(select(subscriptions.c.seen_month)).scalars().all()
    assert months == [month_of(now)]


def test_a_scanner_that_opens_at_arrival_is_no_sign_of_life(opened: Open) -> None:
    reader = opened(SILENT)
    outbox, now = reader.publisher.outbox, reader.publisher.clock()
    before = month_of(now - timedelta(days=300))
    outbox.counts.watch("daily", now - timedelta(days=300))
    row = outbox.operator.find()[-1]
    assert row.sent_at is not None
    outbox.counts.seen([row.id], row.sent_at + timedelta(seconds=5))
    with outbox.database.reading() as connection:
        months = connection.execute(select(subscriptions.c.seen_month)).scalars().all()
    assert months == [before]
