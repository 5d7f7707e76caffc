from pathlib import Path

from publisher.model.posts import IndexEntry
from publisher.outbox.outbox import Outbox


def row(path: str, payload: str = "{}", first_seen: float | None = None) -> IndexEntry:
    return IndexEntry(path, 2**40, 1_700_000_000_123_456_789, first_seen, payload)


def test_nothing_was_ever_indexed(outbox: Outbox) -> None:
    assert not outbox.post_index.ever_indexed()
    assert outbox.post_index.load("v1") == ({}, False)


def test_an_empty_folder_counts_as_indexed(outbox: Outbox) -> None:
    outbox.post_index.save("v1", [], [])
    assert outbox.post_index.ever_indexed()
    assert outbox.post_index.load("v1") == ({}, True)


def test_rows_come_back_as_they_were(outbox: Outbox) -> None:
    rows = [row("a.md"), row("b 2.md", '{"title": "Žluťoučký 🐎"}', 1_700_000_000.25)]
    outbox.post_index.save("v1", rows, [])
    loaded, same = outbox.post_index.load("v1")
    assert same
    assert loaded == {"a.md": rows[0], "b 2.md": rows[1]}


def test_another_fingerprint_keeps_the_rows(outbox: Outbox) -> None:
    outbox.post_index.save("v1", [row("a.md", first_seen=5.0)], [])
    loaded, same = outbox.post_index.load("v2")
    assert not same
    assert loaded["a.md"].first_seen == 5.0


def test_changed_and_removed_in_one_saving(outbox: Outbox) -> None:
    outbox.post_index.save("v1", [row("a.md"), row("b.md")], [])
    outbox.post_index.save(
        "v2", [row("a.md", '{"title": "new"}'), row("c.md")], ["b.md", "never.md"]
    )
    loaded, same = outbox.post_index.load("v2")
    assert same
    assert sorted(loaded) == ["a.md", "c.md"]
    assert loaded["a.md"].payload == '{"title": "new"}'


def test_a_file_name_that_is_no_text_is_kept_readable(outbox: Outbox) -> None:
    outbox.post_index.save("v1", [row("caf\udce9.md", "nul \0"), row("ok.md")], [])
    loaded, _ = outbox.post_index.load("v1")
    assert sorted(loaded) == ["caf\ufffd.md", "ok.md"]


def test_two_outboxes_see_the_same_index(outbox: Outbox, database_url: str, tmp_path: Path) -> None:
    with Outbox.open(database_url, folder=tmp_path) as other:
        other.post_index.save("v1", [row("a.md")], [])
    assert list(outbox.post_index.load("v1")[0]) == ["a.md"]
