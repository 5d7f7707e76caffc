"""What all commands share: the configuration's place, usage, output that ends or lacks letters."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from publisher.cli.entry import publish
from tests.acceptance.conftest import AT
from tests.adapters.smtp_server import eventually
from tests.cli.conftest import Terminal, shell


class TestConfiguration:
    def test_it_is_named_before_the_command(self, site: Terminal) -> None:
        (site.folder / "config.yaml").rename(site.folder / "other.yaml")
        assert "publish init" in site.refused("status")
        assert len(site.json("-c", "other.yaml", "posts")) == 6
        assert len(site.json("--config", str(site.folder / "other.yaml"), "posts")) == 6
        assert "No such option" in site.refused("status", "-c", "other.yaml")

    def test_the_environment_names_it_too(
        self, site: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        monkeypatch.setenv("PUBLISHER_CONFIG", str(site.folder / "config.yaml"))
        assert len(site.json("posts")) == 6
        assert "nowhere.yaml" in site.refused("-c", "nowhere.yaml", "posts")

    def test_its_paths_start_where_it_stands(
        self, site: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir("/")
        rows = site.json("-c", str(site.folder / "config.yaml"), "posts")
        assert rows[0]["path"].startswith("source/_posts/")
        assert (site.folder / "queue" / "publisher.db").is_file()


class TestUsage:
    @pytest.mark.parametrize(
        "words",
        [["nwo"], ["now", "--nope"], ["queue"], ["queue", "lst"], ["why"], ["pause"], []],
        ids=" ".join,
    )
    def test_what_is_no_command_is_2(self, site: Terminal, words: list[str]) -> None:
        assert site.refused(*words).startswith("Usage: ")

    def test_a_near_miss_is_named(self, site: Terminal) -> None:
        for words, meant in (
            (["nwo"], "'now'"),
            (["now", "--agian"], "'--again'"),
            (["queue", "list", "--st"], "'--state'"),
            (["subscribers", "supress", "x"], "'suppress'"),
        ):
            assert f" Did you mean {meant}?\n" in site.refused(*words)

    @pytest.mark.parametrize("words", [["--help"], ["-h"], ["queue", "list", "-h"], ["--version"]])
    def test_help_is_0(self, site: Terminal, words: list[str]) -> None:
        assert site.publish(*words)


class TestOutput:
    LETTERS = "Zürich, “naïve” 日本 🎉"

    @pytest.fixture
    def foreign(self, peopled: Terminal) -> Terminal:
        peopled.post("foreign.md", f"title: {self.LETTERS}", "date: 2026-03-04-20-00-00")
        peopled.publish(
            "subscribers", "add", "zoe@example.org", "--name", "Zoë", "--newsletter", "daily"
        )
        return peopled

    def test_no_command_fails_for_lack_of_letters(self, foreign: Terminal) -> None:
        commands = ["posts", f"plan --at {AT}", "subscribers list", "check --offline", "queue list"]
        line = "; ".join(f"publish {command} || echo FAILED" for command in commands)
        done = shell(foreign, line, LC_ALL="C", PYTHONIOENCODING="ascii")
        assert "FAILED" not in done.stdout
        assert "Traceback" not in done.stderr
        assert "Z\\xfcrich" in done.stdout

    def test_json_stays_json_without_letters(self, foreign: Terminal) -> None:
        line = f"publish posts --json && publish plan daily --json --at {AT}"
        done = shell(foreign, line, PYTHONIOENCODING="ascii")
        assert done.stdout.isascii()
        rows = [json.loads(row) for row in done.stdout.splitlines()]
        assert self.LETTERS in {row.get("title") for row in rows}
        assert self.LETTERS in {post["title"] for post in rows[-1]["posts"]}

    def test_an_export_is_utf_8_everywhere(self, foreign: Terminal) -> None:
        done = shell(foreign, "publish subscribers export", PYTHONIOENCODING="ascii")
        assert "zoe@example.org,Zoë,daily,active," in done.stdout

    def test_a_reader_that_leaves_early_sees_no_traceback(self, foreign: Terminal) -> None:
        for number in range(3_000):
            foreign.post(f"more{number}.md", f"title: More {number}", "date: 2026-03-01")
        lines = [
            "publish posts | head -1",
            "publish posts --json | head -1",
            "publish status | true",
        ]
        done = shell(foreign, "; ".join(lines))
        assert done.stderr == ""
        assert len(done.stdout.splitlines()) == 2

    def test_a_full_disk_is_one_line(self, site: Terminal) -> None:
        done = shell(site, "publish posts --json > /dev/full")
        assert done.returncode == 1
        assert done.stderr == "cannot write the output: No space left on device\n"


class TestInterrupted:
    """Ctrl-C, wherever it comes, is 130 and one line, and nothing is lost."""

    def interrupted(
        self, site: Terminal, *words: str, when: Callable[[], bool]
    ) -> tuple[int, str, str]:
        process = site.start(*words)
        assert eventually(lambda: when() or process.poll() is not None, seconds=30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def test_while_sending(self, site: Terminal) -> None:
        lines = [f"reader{number}@example.org" for number in range(3_000)]
        (site.folder / "r.csv").write_text("\n".join(["email", *lines]), encoding="utf-8")
        site.publish("subscribers", "import", "r.csv", "--newsletter", "daily")
        mails = site.folder / "out" / "mail"
        code, out, err = self.interrupted(
            site, "now", "daily", "--at", AT, when=lambda: any(mails.glob("*.eml"))
        )
        assert (code, out) == (130, "")
        assert err.startswith("interrupted; nothing is lost: ")
        assert len(err.splitlines()) == 1
        rows = site.json("queue", "list")
        assert len(rows) == 3_000
        assert {row["state"] for row in rows} == {"sent", "queued"}
        assert sum(row["state"] == "sent" for row in rows) == len(list(mails.glob("*.eml")))

    def test_while_reading(self, site: Terminal) -> None:
        for number in range(3_000):
            site.post(f"more{number}.md", f"title: More {number}", "date: 2026-03-01")
        database = site.folder / "queue" / "publisher.db"
        code, out, err = self.interrupted(site, "plan", when=database.exists)
        assert (code, out) == (130, "")
        assert err == "interrupted; nothing is lost. See what is pending with: publish status\n"


def test_signals_are_as_before_when_a_command_has_ended(site: Terminal) -> None:
    before = signal.getsignal(signal.SIGINT)
    site.publish("now", "byhand", "--at", AT)
    assert signal.getsignal(signal.SIGINT) is before


def test_no_progress_bar_where_nobody_looks(site: Terminal) -> None:
    done = site.run("posts")
    assert done.stderr == "6 files: 6 ok\n"


def options() -> list[list[str]]:
    """Every option and argument of every command that takes a value, given empty."""
    found: list[list[str]] = [["-c", "", "status"], ["--config=", "status"]]

    def look(command: click.Command, words: list[str]) -> None:
        if isinstance(command, click.Group):
            ctx = click.Context(command)
            for name in command.list_commands(ctx):
                below = command.get_command(ctx, name)
                assert below is not None
                look(below, [*words, name])
            return
        arguments = [each for each in command.params if isinstance(each, click.Argument)]
        needed = ["something"] * sum(each.required for each in arguments)
        for each in command.params:
            if isinstance(each, click.Argument):
                found.append([*words, ""])
            elif isinstance(each, click.Option) and not each.is_flag:
                found.extend([*words, *needed, name, ""] for name in each.opts)
                found.extend([*words, *needed, f"{name}="] for name in each.opts if "--" in name)
                found.append([*words, *needed, each.opts[0], " \t"])

    look(publish, [])
    return found


@pytest.mark.parametrize("words", options(), ids=" ".join)
def test_what_is_given_empty_is_a_mistake(
    site: Terminal, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """An unset variable of a script must not mean "everybody"."""
    monkeypatch.setattr(publish, "main", None)  # no command is even begun
    assert "is empty" in site.refused(*words)
