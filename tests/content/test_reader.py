"""The folder, the index, and what is noticed between two readings."""

import os
import socket
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.content import builder, opening
from publisher.content.files import File
from publisher.content.frontmatter.fences import Raw
from publisher.content.index import Codec
from publisher.content.opening import Opened
from publisher.content.reader import Reading, read_site
from publisher.durations import Progress
from publisher.errors import ContentError
from publisher.model.posts import IndexEntry, Post, Status
from tests.content.conftest import LONDON, NOW, MemoryIndex, Site

LATER = NOW + timedelta(hours=1)


def head(title: str, date: str = "2020-09-07 20:19:33", *lines: str) -> str:
    return "\n".join(["---", f"title: {title}", f"date: {date}", *lines, "---", "Body", ""])


def by_title(result: Reading) -> dict[str, Post]:
    return {post.title: post for post in result.posts}


def test_posts_stand_by_date_then_path_and_undated_ones_last(site: Site) -> None:
    site.write("b.md", head("B"))
    site.write("a.md", head("A"))
    site.write("deep/er/c.markdown", head("C", "2020-09-06"))
    site.write("d.blade.md", "no head\n")
    assert [post.path.removeprefix("source/_posts/") for post in site.read().posts] == [
        "deep/er/c.markdown", "a.md", "b.md", "d.blade.md",
    ]  # fmt: skip


def test_hidden_files_and_backups_are_passed_over(site: Site) -> None:
    for name in (".a.md", ".git/a.md", "a.md~", "#a.md#", "~$a.md", "a.md.swp", "a.txt", "md"):
        site.write(name, head("A"))
    assert site.read().posts == []


def test_links_are_followed_and_loops_end(site: Site) -> None:
    site.write("real/a.md", head("A"))
    (site.folder / "loop").symlink_to(site.folder)
    (site.folder / "real" / "up").symlink_to("..")
    (site.folder / "itself").symlink_to("itself")
    outside = site.base / "elsewhere"
    outside.mkdir()
    (outside / "b.md").write_text(head("B"))
    (site.folder / "linked").symlink_to(outside)
    (site.folder / "c.md").symlink_to(outside / "b.md")
    paths = [post.path.removeprefix("source/_posts/") for post in site.read().posts]
    assert paths == ["c.md", "linked/b.md", "real/a.md"]


def test_what_is_no_file_is_named_and_never_opened(site: Site) -> None:
    os.mkfifo(site.folder / "pipe.md")
    (site.folder / "nowhere.md").symlink_to("gone.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(site.folder / "s.md"))
    (site.folder / "folder.md").mkdir()
    site.write("folder.md/a.md", head("A"))
    problems = {post.path.rpartition("/")[2]: post.problem for post in site.read().posts}
    assert problems["a.md"] == ""
    assert "leads nowhere" in problems["nowhere.md"]
    assert "not a file but a device" in problems["pipe.md"] == problems["s.md"]


def test_a_file_that_may_not_be_read_is_named_and_kept_in_the_index(
    site: Site, index: MemoryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = site.write("a.md", head("A"))
    site.read(index)
    os.utime(path, ns=(1, 1))

    def refusing(_path: str) -> Raw:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(builder, "read_raw", refusing)
        result = site.read(index, LATER)
    (post,) = result.posts
    assert (post.status, post.title, result.removed) == (Status.UNREADABLE, "A", 0)
    assert "permission denied; " in post.problem
    (post,) = site.read(index, LATER).posts
    assert post.sendable_from == post.date


def test_a_folder_that_was_closed_for_a_while_is_not_new_afterwards(
    site: Site, index: MemoryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write("closed/b.md", head("B"))
    site.read(index)
    opened = os.open

    def refusing(path: str, *flags: int) -> int:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *flags)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refusing)
        result = site.read(index, LATER)
    (post,) = result.posts
    assert (post.status, result.removed) == (Status.UNREADABLE, 0)
    assert post.path == "source/_posts/closed"
    assert "permission denied" in post.problem
    (post,) = site.read(index, LATER).posts
    assert post.sendable_from == post.date


@pytest.mark.parametrize("make", [Path.touch, lambda _: None])
def test_a_folder_that_is_missing_or_no_folder_is_one_clear_error(
    site: Site, make: "object"
) -> None:
    folder = site.base / "nothing"
    assert callable(make)
    make(folder)
    with pytest.raises(ContentError, match="cannot be read") as caught:
        site.read(folder=folder)
    assert "content.folder" in caught.value.hint


def test_an_unknown_generator_is_one_clear_error(site: Site) -> None:
    with pytest.raises(ContentError, match="no generator") as caught:
        site.read(generator="jigsow")
    assert "jigsaw" in caught.value.hint


def test_a_file_that_is_deleted_while_it_is_read_is_gone(
    site: Site, index: MemoryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = site.write("a.md", head("A"))
    site.read(index)
    path.write_text(head("A, longer"))

    def gone(_path: str) -> Raw:
        raise FileNotFoundError

    monkeypatch.setattr(builder, "read_raw", gone)
    result = site.read(index, LATER)
    assert (result.posts, result.removed, index.entries) == ([], 1, {})


def test_a_name_that_is_not_utf_8_is_shown_and_read(site: Site) -> None:
    site.write(os.fsdecode(b"caf\xe9.md"), head("A"))
    site.write("é.md", head("B"))
    paths = {post.path: post.title for post in site.read().posts}
    assert paths == {"source/_posts/caf\\xe9.md": "A", "source/_posts/é.md": "B"}


def test_a_folder_outside_the_base_keeps_its_absolute_path(site: Site, tmp_path: Path) -> None:
    path = site.write("a.md", head("A"))
    (post,) = site.read(base=tmp_path / "conf").posts
    assert post.path == path.as_posix()


def test_only_the_head_of_a_long_post_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write("a.md", head("A") + "word " * 200_000)
    read: list[int] = []
    true_read = os.read

    def counting(descriptor: int, size: int) -> bytes:
        content = true_read(descriptor, size)
        read.append(len(content))
        return content

    monkeypatch.setattr(os, "read", counting)
    assert by_title(site.read())["A"].status is Status.OK
    assert sum(read) == 4096


def test_the_second_reading_opens_and_writes_nothing(
    site: Site, index: MemoryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write("a.md", head("A", "2020-09-07", "expires: 2020-10-01", "weight: 2", "lang: de"))
    site.write("b.md", head("B: broken", "2020-09-07T10:00:00-04:30"))
    site.write("c.md", "nothing")
    first = site.read(index)
    assert (first.changed, first.removed, index.saves) == (3, 0, 1)

    def refusing(_path: str) -> Raw:
        raise AssertionError("opened a file that did not change")

    monkeypatch.setattr(builder, "read_raw", refusing)
    second = site.read(index, LATER)
    assert second == Reading(first.posts, 0, 0, LATER)
    assert index.saves == 1


def test_a_changed_file_is_read_again(site: Site, index: MemoryIndex) -> None:
    path = site.write("a.md", head("A"))
    site.read(index)
    path.write_text(head("Z"))
    os.utime(path, ns=(1, 1))
    result = site.read(index, LATER)
    assert [post.title for post in result.posts] == ["Z"]
    assert (result.changed, index.saves) == (1, 2)
    assert result.posts[0].sendable_from == result.posts[0].date


def test_a_deleted_file_is_forgotten(site: Site, index: MemoryIndex) -> None:
    path = site.write("a.md", head("A"))
    site.read(index)
    path.unlink()
    assert site.read(index, LATER) == Reading([], 0, 1, LATER)
    assert index.entries == {}


def test_what_was_there_at_first_counts_from_its_date_and_what_comes_later_from_then(
    site: Site, index: MemoryIndex
) -> None:
    site.write("old.md", head("Old"))
    site.read(index)
    site.write("late.md", head("Late"))
    site.write("future.md", head("Future", "2021-01-01"))
    posts = by_title(site.read(index, LATER))
    assert posts["Old"].sendable_from == posts["Old"].date
    assert posts["Late"].sendable_from == LATER
    assert posts["Future"].sendable_from == posts["Future"].date
    assert posts == by_title(site.read(index, LATER + timedelta(days=1)))


def test_an_empty_folder_counts_as_indexed(site: Site, index: MemoryIndex) -> None:
    site.read(index)
    site.write("late.md", head("Late"))
    assert by_title(site.read(index, LATER))["Late"].sendable_from == LATER


def test_a_moved_file_keeps_the_moment_it_was_first_seen(site: Site, index: MemoryIndex) -> None:
    old = site.write("old.md", head("Old"))
    site.read(index)
    late = site.write("late.md", head("Late"))
    site.read(index, LATER)
    old.rename(site.folder / "older.md")
    late.rename(site.folder / "later.md")
    result = site.read(index, LATER + timedelta(hours=5))
    posts = by_title(result)
    assert posts["Old"].sendable_from == posts["Old"].date
    assert posts["Late"].sendable_from == LATER
    assert (result.changed, result.removed) == (2, 2)


@pytest.mark.parametrize("line", ["draft: true", "date: 2020-02-31"])
def test_what_could_not_be_sent_counts_from_the_moment_it_can(
    site: Site, index: MemoryIndex, line: str
) -> None:
    path = site.write("a.md", head("A", "2020-09-07", line))
    site.read(index)
    path.write_text(head("A", "2020-09-07"))
    (post,) = site.read(index, LATER).posts
    assert post.sendable_from == LATER


def test_another_process_that_indexes_first_makes_no_post_look_new(site: Site) -> None:
    class Overtaken(MemoryIndex):
        """Another process saves its first reading right after this one has looked."""

        def load(self, fingerprint: str) -> tuple[dict[str, IndexEntry], bool]:
            before = super().load(fingerprint)
            self.save(fingerprint, [], [])
            return before

    site.write("one.md", head("One"))
    (post,) = site.read(Overtaken(), LATER).posts
    assert post.sendable_from == post.date


def test_other_settings_read_everything_again_but_keep_what_was_first_seen(
    site: Site, index: MemoryIndex
) -> None:
    site.write("old.md", head("Old"))
    site.read(index)
    site.write("late.md", head("Late"))
    site.read(index, LATER)
    result = site.read(index, LATER + timedelta(days=1), path="/notes/{-title}")
    posts = by_title(result)
    assert result.changed == 2
    assert posts["Late"].url == "https://gazette.example/notes/late"
    assert posts["Late"].sendable_from == LATER
    assert posts["Old"].sendable_from == posts["Old"].date


def test_progress_is_told_from_first_to_last(site: Site, index: MemoryIndex) -> None:
    for number in range(600):
        site.write(f"{number}.md", head(f"T{number}"))
    told: list[tuple[int, int]] = []
    read_site([site.source()], index, lambda: NOW, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (600, 600)
    assert len(told) > 2


def test_readings_in_two_threads_agree(site: Site) -> None:
    for number in range(50):
        site.write(f"{number}.md", head(f"T{number}"))
    results: list[Reading] = []
    threads = [threading.Thread(target=lambda: results.append(site.read())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result == results[0] for result in results)
    assert len(results[0].posts) == 50


def test_a_post_of_the_usual_size_stays_small_in_memory(site: Site) -> None:
    site.write(
        "x" * 70 + ".md",
        head(
            "word " * 17,
            "2020-09-07-20-19-33",
            f"description: {'word ' * 34}",
            f"image: https://images.example/{'x' * 60}.jpg",
        ),
    )
    (post,) = site.read().posts
    values = (getattr(post, name) for name in Post.__slots__)
    own = {id(value): sys.getsizeof(value) for value in values if isinstance(value, str | datetime)}
    assert sys.getsizeof(post) + sum(own.values()) < 1330


EARLIEST = datetime(1900, 1, 2)  # noqa: DTZ001 - Hypothesis takes naive bounds
TIMES = st.none() | st.datetimes(
    EARLIEST,
    EARLIEST.replace(year=2100),
    allow_imaginary=False,
    timezones=st.sampled_from([LONDON, UTC, timezone(timedelta(minutes=-270))]),
)
POSTS = st.builds(
    Post,
    path=st.just("a.md"),
    url=st.text(st.characters(codec="utf-8")),
    title=st.text(st.characters(codec="utf-8")),
    description=st.text(st.characters(codec="utf-8")),
    image=st.text(st.characters(codec="utf-8")),
    date=TIMES,
    date_only=st.booleans(),
    updated=TIMES,
    categories=st.lists(st.text(st.characters(codec="utf-8"))).map(tuple),
    featured=st.booleans(),
    weight=st.none() | st.integers(-9, 9),
    draft=st.booleans(),
    expires=TIMES,
    language=st.sampled_from(["", "en", "de"]),
    status=st.sampled_from(Status),
    problem=st.text(st.characters(codec="utf-8")),
    problem_line=st.none() | st.integers(1, 9),
    image_alt=st.text(st.characters(codec="utf-8")),
    author=st.text(st.characters(codec="utf-8")),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a post has many fields to make up
@given(st.lists(POSTS, max_size=3))
def test_a_payload_gives_back_the_post(posts: list[Post]) -> None:
    codec = Codec(LONDON)
    entries = [IndexEntry(post.path, 1, 2, None, codec.encode(post)) for post in posts]
    for decoded, post in zip(codec.decode(entries), posts, strict=True):
        for name in Post.__slots__:
            expected = getattr(post, name)
            value = getattr(decoded, name)
            if isinstance(expected, datetime):  # two zones never agree on an hour that comes twice
                assert value.isoformat() == expected.isoformat()
            else:
                assert value == expected


def test_a_file_first_seen_by_a_clock_that_was_ahead_is_brought_back(
    site: Site, index: MemoryIndex
) -> None:
    site.read(index)
    site.write("a.md", head("A"))
    assert site.read(index, NOW + timedelta(days=3)).posts[0].sendable_from == NOW + timedelta(
        days=3
    )
    (post,) = site.read(index, LATER).posts
    assert post.sendable_from == LATER
    assert site.read(index, LATER + timedelta(hours=1)).posts[0].sendable_from == LATER


def test_the_clock_is_asked_once_after_the_folder_was_read(site: Site, index: MemoryIndex) -> None:
    site.read(index)
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(NOW + timedelta(minutes=len(asked)))
        return asked[-1]

    site.write("a.md", head("A"))
    result = read_site([site.source()], index, clock)
    assert asked == [NOW]
    assert result.moment == result.posts[0].sendable_from == NOW


def test_links_that_lead_out_of_the_site_are_named_and_not_followed(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "b.md").write_text(head("B"))
    (outside / "back").symlink_to(site.folder)
    site.write("a.md", head("A"))
    (site.folder / "file.md").symlink_to(outside / "b.md")
    (site.folder / "folder").symlink_to(outside)
    (site.folder / "hop").symlink_to(site.base / "hop")
    (site.base / "hop").symlink_to(outside)
    (site.folder / "near.md").symlink_to("a.md")
    posts = {post.path.rpartition("/")[2]: post for post in site.read().posts}
    assert posts.keys() == {"a.md", "near.md", "file.md", "folder", "hop"}
    for name in ("file.md", "folder", "hop"):
        assert posts[name].status is Status.UNREADABLE
        assert posts[name].problem.startswith("the link leads out of the site; ")
    assert posts["near.md"].status is Status.OK


def test_a_name_shows_in_one_line(site: Site) -> None:
    for name in ("a\nb.md", "c\x1b[31m.md", "d\u202e.md", "e\tf.md"):
        site.write(name, head("A"))
    paths = sorted(post.path.removeprefix("source/_posts/") for post in site.read().posts)
    assert paths == ["a\\nb.md", "c\\x1b[31m.md", "d\\u202e.md", "e\\tf.md"]


def test_a_folder_with_the_name_of_a_post_is_named(site: Site) -> None:
    site.write("folder.md/a.md", head("A"))
    posts = {post.path.rpartition("/")[2]: post for post in site.read().posts}
    assert posts["a.md"].problem == ""
    assert "a folder with the name of a post" in posts["folder.md"].problem


def files(count: int) -> list[File]:
    return [File(f"{number}.md", f"{number}.md", 1, 1) for number in range(count)]


def named(some: Sequence[File], progress: Progress) -> list[Opened]:
    progress(0, len(some))
    return [Opened(file.name) for file in some]


def test_two_processes_give_what_one_would_and_tell_of_progress() -> None:
    told: list[tuple[int, int]] = []
    done: list[str] = []
    opened = opening.in_two_processes(
        named, files(9), lambda *steps: told.append(steps), lambda: done.append("meanwhile")
    )
    assert opened == named(files(9), lambda *_: None)
    assert (told, done) == ([(0, 9)], ["meanwhile"])


@pytest.mark.parametrize("failure", [MemoryError, SystemExit])
def test_what_a_copy_of_the_process_could_not_do_is_done_here(failure: type) -> None:
    here = os.getpid()

    def failing(some: Sequence[File], progress: Progress) -> list[Opened]:
        if os.getpid() != here:
            raise failure
        return named(some, progress)

    opened = opening.in_two_processes(failing, files(9), lambda *_: None, lambda: None)
    assert [each.payload for each in opened] == [file.name for file in files(9)]


@pytest.mark.parametrize("line", ["lang: 'fr'", "image: 'https://gazette.example/a.png'"])
def test_quoted_text_is_text(site: Site, index: MemoryIndex, line: str) -> None:
    site.write("a.md", head("A", "2020-09-06", line))
    assert site.read(index).posts[0].status is Status.OK
