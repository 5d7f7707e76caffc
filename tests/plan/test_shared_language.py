"""Who speaks as the site does is no variant, however their language was stored."""

from datetime import UTC, datetime
from pathlib import Path

from publisher.config import load
from publisher.outbox.outbox import Outbox
from publisher.plan.slots import due_slots

CONFIG = """\
site: {title: Gazette, url: https://gazette.example, language: de}
content: {folder: .}
channels:
  mail: {adapter: folder, path: out}
newsletters:
  daily: {channel: mail, sender: news@gazette.example, schedule: every day at 07:00}
"""
NOW = datetime(2026, 5, 11, 7, 30, tzinfo=UTC)


def test_readers_whose_language_is_the_site_s_now_are_brought_together(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    config = load(tmp_path / "config.yaml", {}, sends=False)
    with Outbox.open(f"sqlite:///{tmp_path / 'publisher.db'}", folder=tmp_path) as outbox:
        for name, language in (("ann", "de"), ("bob", ""), ("cat", "fr")):
            outbox.subscribers.add("daily", f"{name}@reader.example", language=language)
        due_slots(config, outbox, NOW, write=False)
        assert outbox.segments.sizes("daily") == {"": 1, "language=de": 1, "language=fr": 1}
        due_slots(config, outbox, NOW)
        assert outbox.segments.sizes("daily") == {"": 2, "language=fr": 1}
        assert outbox.segments.keys("daily") == ["language=fr"]
