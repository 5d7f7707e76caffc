"""Whether bounces go to the mailbox that is read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.cli.checks.mailbox import bounces_unread
from publisher.config import Config, load
from publisher.config.options.mailbox import Bounces
from publisher.model.contacts import Share

BOX = {"address": "bounces@gazette.example", "host": "h", "username": "u", "password": "p"}


def config(tmp_path: Path, channel: dict[str, Any], sender: str, **more: Any) -> Config:
    (tmp_path / "posts").mkdir(exist_ok=True)
    values = {
        "site": {"title": "The Gazette", "url": "https://gazette.example"},
        "content": {"folder": "posts"},
        "channels": {"mail": channel},
        "newsletters": {"daily": {"channel": "mail", "sender": sender}},
    }
    file = tmp_path / "config.yaml"
    file.write_text(json.dumps(values | more), encoding="utf-8")
    return load(file, {})


@pytest.mark.parametrize(
    ("options", "sender", "expected"),
    [
        ({}, "News <news@gazette.example>", "bounces go to news@gazette.example"),
        ({"return_path": "bounces@gazette.example"}, "news@gazette.example", ""),
        ({"return_path": "b@gazette.example"}, "bounces@gazette.example", "bounces go to b@"),
        ({}, "The Gazette <Bounces@gazette.example>", ""),
    ],
)
def test_bounces_that_nobody_reads(
    tmp_path: Path, options: dict[str, Any], sender: str, expected: str
) -> None:
    smtp = {"adapter": "smtp", "host": "mail.gazette.example", **options}
    problems = [str(each) for each in bounces_unread(config(tmp_path, smtp, sender, mailbox=BOX))]
    assert len(problems) == bool(expected)
    assert all(expected in each and "set return_path: bounces@" in each for each in problems)


def test_nothing_is_said_without_a_mailbox_or_a_server(tmp_path: Path) -> None:
    smtp = {"adapter": "smtp", "host": "mail.gazette.example"}
    assert not list(bounces_unread(config(tmp_path, smtp, "news@gazette.example")))
    folder = {"adapter": "folder"}
    assert not list(bounces_unread(config(tmp_path, folder, "n@gazette.example", mailbox=BOX)))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ((1000, 101, 0), "101 of the 1,000 emails of daily's edition bounced, more than 10%"),
        ((1000, 100, 0), ""),
        ((20, 4, 4), ""),
        ((20, 5, 0), "5 of the 20"),
        ((1000, 0, 5), "5 of the 1,000 emails of daily's edition were complained of"),
        ((10_000, 0, 30), ""),
        ((0, 5, 0), "5 of the 5"),
    ],
)
def test_too_many(share: tuple[int, int, int], expected: str) -> None:
    found = Bounces().too_many(Share("daily", "mail", datetime(2026, 3, 1, tzinfo=UTC), *share))
    assert (expected in found) if expected else not found
