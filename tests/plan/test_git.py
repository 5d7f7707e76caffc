"""Git as a source of time: real repositories, days that pass, and databases that are gone."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from publisher.config import load
from publisher.content.git import read_history
from publisher.errors import ConfigurationError, ContentError
from publisher.model.posts import Post
from publisher.wiring import Publisher, build

START = datetime(2026, 6, 1, 5, 30, tzinfo=UTC)  # half an hour before seven in London
CONFIG = """\
site: {title: Gazette, url: https://gazette.example, timezone: Europe/London}
content: {folder: posts, path: "/{-title}", first_seen: git}
database: sqlite:///queue/publisher.db
channels: {mail: {adapter: folder}, wire: {adapter: folder}}
newsletters:
  daily: {channel: mail, sender: news@gazette.example, schedule: "every day at 07:00", latest: 20}
announcements: {social: {channels: [wire], schedule: every 4 hours, pick: latest, per_slot: 20}}
"""


class Repository:
    """A repository whose commits are made at the moment of the test's clock."""

    def __init__(self, folder: Path, clock: time_machine.Traveller) -> None:
        self.folder = folder
        self.clock = clock
        (folder / "posts").mkdir(parents=True)
        (folder / "config.yaml").write_text(CONFIG)
        (folder / ".gitignore").write_text("queue/\n")
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@x.example"}
        who |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@x.example"}
        when = f"{int(self.now.timestamp())} +0000"
        who |= {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env={**os.environ, **who},
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def write(self, name: str, *, age: float = 0, text: str = "") -> Path:
        date = self.now - timedelta(days=age)
        path = self.folder / "posts" / f"{name}.md"
        path.write_text(
            f"---\ntitle: {name}\ndate: {date:%Y-%m-%d %H:%M:%S}Z\n---\n{text or name}\n"
        )
        return path

    def commit(self, *names: str, age: float = 0) -> None:
        for name in names:
            self.write(name, age=age)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "more")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def move(self, **by: float) -> None:
        self.clock.move_to(self.now + timedelta(**by))

    @contextmanager
    def publisher(self, folder: Path | None = None) -> Iterator[Publisher]:
        with build(load((folder or self.folder) / "config.yaml", {})) as made:
            made.outbox.subscribers.add("daily", "ada@reader.example")
            yield made

    def posts(self, folder: Path | None = None) -> dict[str, Post]:
        with self.publisher(folder) as made:
            return {post.title: post for post in made.planner.posts()}

    def job(self, owner: str = "daily", clone: Path | None = None, *flags: str) -> list[str]:
        """What a CI job sends: a fresh clone, or this folder with its database gone."""
        if clone is None:
            shutil.rmtree(self.folder / "queue", ignore_errors=True)
        else:
            shutil.rmtree(clone, ignore_errors=True)
            self.git("clone", "--quiet", *flags, f"file://{self.folder}", str(clone))
        return self.publish(owner, clone)

    def publish(self, owner: str = "daily", folder: Path | None = None) -> list[str]:
        with self.publisher(folder) as made:
            proposal, _ = made.planner.publish(owner, self.now)
            return sorted(pick.post.title for pick in proposal.digest.picks)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with time_machine.travel(START, tick=False) as clock:
        yield Repository(tmp_path / "site", clock)


def test_when_posts_came_and_changed(repository: Repository) -> None:
    repository.commit("one", "two", age=3)
    came = repository.now
    repository.move(days=1)
    repository.write("two", age=3, text="More of it.")
    repository.commit("three")
    (repository.folder / "posts" / "one.md").rename(repository.folder / "posts" / "moved.md")
    repository.move(days=1)
    repository.commit()
    repository.write("draft")
    found = repository.posts()
    day = timedelta(days=1)
    assert {name: post.first_seen for name, post in found.items()} == {
        "one": came,  # it was moved unchanged
        "two": came,
        "three": came + day,
        "draft": repository.now,  # not committed yet
    }
    assert {name: post.updated for name, post in found.items() if post.updated} == {
        "two": came + day
    }


def test_an_author_knows_better_when_a_post_was_updated(repository: Repository) -> None:
    path = repository.write("one")
    repository.commit()
    repository.move(days=1)
    path.write_text(path.read_text().replace("---\none", "updated: 2026-05-30\n---\none"))
    repository.commit()
    assert repository.posts()["one"].updated == datetime(2026, 5, 29, 23, tzinfo=UTC)


def test_a_job_with_an_empty_database_knows_what_is_new(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit("ancient", age=30)
    repository.commit("before", age=2)
    repository.move(days=1)
    for day in range(4):
        repository.commit(f"day {day}", f"late {day}", age=day / 2)
        repository.move(minutes=30)
        clone = None if day % 2 else tmp_path / "clone"
        assert repository.job(clone=clone) == sorted([f"day {day}", f"late {day}"])
        repository.move(hours=23, minutes=30)
    repository.move(minutes=42)  # the job begins late
    assert repository.job() == []


def test_a_job_for_a_schedule_within_the_day(repository: Repository) -> None:
    repository.commit("before")
    repository.move(hours=5)
    repository.commit("after")
    repository.move(minutes=35)  # 12:05 in London, for the slot at noon
    assert repository.job("social") == ["after"]
    repository.move(hours=4)
    assert repository.job("social") == []


def test_with_a_database_that_stays_nothing_is_lost_or_sent_twice(repository: Repository) -> None:
    repository.commit("one")
    repository.move(minutes=30)
    assert repository.publish() == ["one"]
    repository.git("checkout", "--quiet", "-b", "branch")
    repository.commit("two")
    repository.git("checkout", "--quiet", "main")
    repository.move(days=1)
    assert repository.publish() == []
    repository.git("merge", "--quiet", "--ff-only", "branch")  # its commit is older than that
    repository.move(days=1)
    assert repository.publish() == ["two"]
    repository.move(days=1)
    assert repository.publish() == []


def test_a_file_counts_from_its_merge(repository: Repository) -> None:
    repository.commit("one")
    repository.git("checkout", "--quiet", "-b", "branch")
    repository.commit("two")
    repository.git("checkout", "--quiet", "main")
    repository.move(days=2)
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "branch")
    assert repository.posts()["two"].first_seen == repository.now


def test_what_an_empty_slot_left_new_stays_new(repository: Repository) -> None:
    config = CONFIG.replace("latest: 20", "latest: 20, min_posts: 2")
    (repository.folder / "config.yaml").write_text(config)
    repository.commit("one")
    repository.move(minutes=30)
    assert repository.publish() == []
    repository.move(days=1)
    repository.commit("two")
    assert repository.publish() == ["one", "two"]


def test_a_shallow_clone_is_named(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from publisher.cli.entry import run

    repository.commit("one")
    repository.commit("two")
    clone = tmp_path / "clone"
    assert repository.job("daily", clone, "--depth=1") == ["one", "two"]
    with pytest.raises(ContentError, match="shallow clone"):
        read_history(clone / "posts")
    shutil.rmtree(clone / "queue")
    run(["-c", str(clone / "config.yaml"), "check", "--offline"])
    told = capsys.readouterr().err
    assert "posts: the repository is a shallow clone, so nobody knows when its posts came" in told
    assert "git fetch --unshallow" in told


def test_no_repository_no_commits_and_no_git(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ContentError, match="no commits yet"):
        read_history(repository.folder / "posts")
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "")
    with pytest.raises(ContentError, match="in no git repository"):
        read_history(tmp_path / "plain")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(ContentError, match="git is not installed"):
        read_history(repository.folder)
    assert repository.posts() == {}


def test_nothing_of_the_repository_is_run(repository: Repository, tmp_path: Path) -> None:
    repository.commit("one")
    marker = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand",
                "diff.x.textconv", "filter.x.clean", "alias.log", "alias.rev-parse"):  # fmt: skip
        repository.git("config", key, str(script))
    repository.git("config", "log.showSignature", "true")
    (repository.folder / ".git" / "info" / "attributes").write_text("*.md diff=x filter=x\n")
    hooks = repository.folder / ".git" / "hooks"
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        shutil.copy(script, hooks / name)
    assert len(read_history(repository.folder / "posts").added) == 1
    assert not marker.exists()


def test_odd_names(repository: Repository) -> None:
    names = ["é", "a\nb", "42", "A", "with space", "-x"]
    repository.commit(*names)
    found = read_history(repository.folder / "posts").added
    assert set(found) == {str(repository.folder / "posts" / f"{name}.md") for name in names}


def test_a_file_that_came_back(repository: Repository) -> None:
    repository.commit("one", "two")
    (repository.folder / "posts" / "one.md").unlink()
    repository.commit()
    repository.move(days=3)
    repository.commit("one")
    assert repository.posts()["one"].first_seen == repository.now


def test_a_feed_has_no_repository(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "site: {title: T, url: https://gazette.example}\n"
        "content: {feed: 'https://gazette.example/f', first_seen: git}\n"
    )
    with pytest.raises(ConfigurationError, match="a feed has no repository"):
        load(path, {})
