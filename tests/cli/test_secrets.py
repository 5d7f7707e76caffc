"""What a command needs to know: secrets only where it sends, and where they may stand."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from publisher.cli.entry import publish
from tests.acceptance.conftest import AT, COMMAND, TITLES
from tests.adapters.smtp_server import PASSWORD, USERNAME, MailServer
from tests.cli.conftest import Terminal

CRON = Path(__file__).parents[2] / "docs" / "how-to" / "cron.md"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as started:
        yield started


@pytest.fixture
def site(
    tmp_path: Path,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    for name in ("SMTP_PASSWORD", "SMTP_PASSWORD_FILE", "PUBLISHER_ENV_FILE", "PUBLISHER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    site = Terminal(tmp_path, capture=capsys)
    site.write_posts(TITLES)
    mail = {
        "adapter": "smtp",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": USERNAME,
        "password": "${SMTP_PASSWORD}",
    }
    site.configure({"mail": mail}, web={"url": "https://letters.gazette.example"})
    site.publish("subscribers", "add", "ann@example.org")
    return site


@pytest.mark.parametrize(
    "words",
    [
        ["posts"],
        ["why", "choir_sings_on_the_pier_at_dawn.md"],
        ["plan", "--at", AT],
        ["preview", "--at", AT],
        ["now", "--dry-run", "--at", AT],
        ["subscribers", "list"],
        ["queue", "list"],
        ["editions"],
        ["status"],
        ["pause", "mail"],
        ["check", "--offline"],
    ],
    ids=" ".join,
)
def test_what_sends_nothing_needs_no_secret(site: Terminal, words: list[str]) -> None:
    site.publish(*words)


@pytest.mark.parametrize("words", [["now"], ["run"], ["check"]], ids=" ".join)
def test_what_sends_asks_for_it(site: Terminal, words: list[str]) -> None:
    done = site.run(*words)
    assert done.returncode == 2
    assert "channels.mail.password: the environment variable SMTP_PASSWORD is not set" in (
        done.stdout + done.stderr
    )


def test_a_check_offline_says_what_sending_needs(site: Terminal) -> None:
    (warning,) = site.json("check", "--offline")
    assert (warning["where"], warning["hint"]) == (
        "channels.mail.password",
        "export SMTP_PASSWORD=…",
    )


def test_the_cron_line_of_the_documents_sends_as_it_stands(
    site: Terminal, server: MailServer
) -> None:
    secrets = site.folder / "secrets.env"
    secrets.touch(mode=0o600)
    secrets.write_text(f"SMTP_PASSWORD={PASSWORD}\n", encoding="utf-8")
    documented = re.search(r"^0 7 \* \* \*  (.+)$", CRON.read_text("utf-8"), re.MULTILINE)
    assert documented is not None
    line = documented[1].replace("/srv/site", str(site.folder))
    line = line.replace("/srv/publisher/.venv/bin/publish", COMMAND)
    line = line.replace("now daily", f"now daily --at {AT}")
    done = subprocess.run(
        ["env", "-i", "sh", "-c", line], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert server.recipients == ["ann@example.org"]
    assert '"state": "sent"' in (site.folder / "queue" / "daily.log").read_text("utf-8")


def test_an_env_file_that_others_can_read_is_warned_of(site: Terminal) -> None:
    secrets = site.folder / "secrets.env"
    secrets.write_text("SMTP_PASSWORD=x\n", encoding="utf-8")
    secrets.chmod(0o644)
    assert "readable by other users" in site.publish(
        "--env-file", "secrets.env", "check", "--offline"
    )


def test_no_command_takes_a_secret_as_an_argument() -> None:
    """It would stand in the list of processes, and in the shell's history."""

    def parameters(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
        yield from ((name, str(each.name)) for each in command.params)
        context = click.Context(command)
        for below in command.list_commands(context) if isinstance(command, click.Group) else ():
            found = (
                command.get_command(context, below) if isinstance(command, click.Group) else None
            )
            assert found is not None
            yield from parameters(found, f"{name} {below}")

    every = [*parameters(publish, "publish")]
    assert ("publish connect", "channel") in every
    every.remove(("publish subscribers unsubscribe", "tokens"))  # a reader's, out of a link
    assert not [each for each in every if re.search("token|secret|password|credential", each[1])]
