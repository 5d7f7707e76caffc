"""Exports of other tools, in their shape: nobody who left gets an email; consent comes along.

Addresses say what is to become of them: `in.…` is mailed, `maybe.…` has not confirmed, `left.…` is
never mailed.
"""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CONFIG, Terminal

EXPORTS = Path(__file__).with_name("exports")
TOOLS = {
    "mailchimp": "Mailchimp",
    "substack": "Substack",
    "ghost.csv": "Ghost",
    "buttondown.csv": "Buttondown",
    "listmonk.csv": "listmonk",
    "mailman2.csv": "Mailman",
    "mailman3.csv": "Mailman",
    "mailman_roster.txt": "",
    "kit.csv": "Kit",
    "beehiiv.csv": "beehiiv",
    "mailerlite.csv": "MailerLite",
}
TOPICS = "choices: {topics: {tv: TV, sports: Sports}}, "
MOMENT = "2019-04-02T"


@pytest.fixture
def offering(site: Terminal) -> Terminal:
    """The site, whose newsletter offers topics."""
    text = CONFIG.replace("daily: {channel: mail,", f"daily: {{{TOPICS}channel: mail,")
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    return site


def brought(site: Terminal, name: str, *words: str) -> dict[str, Any]:
    """Import what lies under `name`; a folder as the ZIP archive that the tool makes of it."""
    source, file = EXPORTS / name, site.folder / name
    if source.is_dir():
        file = file.with_suffix(".zip")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(source.rglob("*.*")):
                archive.write(each, each.relative_to(source))
    else:
        shutil.copy(source, file)
    command = ["subscribers", "import", file.name, "--newsletter", "daily", *words]
    (told,) = site.json(*command)
    return dict(told)


@pytest.mark.parametrize("name", TOOLS)
def test_nobody_who_left_gets_an_email(offering: Terminal, name: str) -> None:
    told = brought(offering, name)
    assert TOOLS[name] in told["from"]
    assert told["refused"] == 0
    readers = offering.json("subscribers", "list", "--newsletter", "daily")
    states = {row["email"]: row["state"] for row in readers}
    for email, state in states.items():
        kind = email.partition(".")[0]
        assert state in {"in": {"active"}, "left": {"unsubscribed"}}.get(
            kind, {"pending", "unsubscribed"}
        )
    offering.publish("now", "daily", "--at", "2026-03-05T07:00")
    rows = offering.json("queue", "list")
    mailed = {row["recipient"] for row in rows}
    assert "in.two@example.org" in mailed
    assert all(email.startswith("in.") for email in mailed)


@pytest.mark.parametrize("name", ["mailchimp", "substack"])
def test_who_got_or_opened_an_email_is_no_subscriber_for_that(
    offering: Terminal, name: str
) -> None:
    brought(offering, name)
    readers = {row["email"] for row in offering.json("subscribers", "list")}
    assert "in.one@example.org" in readers and "left.deleted@example.org" not in readers


def test_beside_an_export_a_file_must_say_who_wants_email(offering: Terminal) -> None:
    with zipfile.ZipFile(offering.folder / "all.zip", "w") as archive:
        archive.write(EXPORTS / "ghost.csv", "members.csv")
        archive.writestr("events.csv", "email,event\nleft.deleted@example.org,opened\n")
    told = offering.run("subscribers", "import", "all.zip", "--newsletter", "daily").stderr
    assert "all.zip/events.csv: has nothing that says who wants email, not read" in told
    readers = {row["email"] for row in offering.json("subscribers", "list")}
    assert "in.one@example.org" in readers and "left.deleted@example.org" not in readers


def test_a_log_alone_is_refused(offering: Terminal) -> None:
    shutil.copy(EXPORTS / "substack/posts/1.first.opens.csv", offering.folder)
    words = ["subscribers", "import", "1.first.opens.csv", "--newsletter", "daily"]
    assert "who got or opened a post, not who subscribes" in offering.refused(*words)
    assert offering.json("subscribers", "list") == []


def test_a_list_that_hides_who_turned_emails_off_is_refused(offering: Terminal) -> None:
    lines = "Email,Subscription type,Receiving emails for\nin.one@example.org,Free,\n"
    (offering.folder / "page.csv").write_text(lines, encoding="utf-8")
    words = ["subscribers", "import", "page.csv", "--newsletter", "daily"]
    assert "does not say who has turned emails off" in offering.refused(*words)
    assert offering.json("subscribers", "list") == []
    offering.publish(*words, "--ignore", "Receiving emails for")
    assert len(offering.json("subscribers", "list")) == 1


@pytest.mark.parametrize("name", [name for name in TOOLS if "mailman" not in name])
def test_when_they_agreed_comes_along_and_no_ip_address(offering: Terminal, name: str) -> None:
    told = brought(offering, name)
    assert told["without_consent"] == 0
    (one,) = offering.json("subscribers", "show", "in.one@example.org")
    assert one["consent"]["at"].startswith(MOMENT)
    assert one["consent"]["from"].startswith(TOOLS[name])
    assert "203.0.113" not in offering.publish("subscribers", "export")


@pytest.mark.parametrize(
    "name", ["mailchimp", "ghost.csv", "buttondown.csv", "kit.csv", "beehiiv.csv", "mailerlite.csv"]
)
def test_tags_that_are_topics_here_come_along(offering: Terminal, name: str) -> None:
    brought(offering, name)
    (one,) = offering.json("subscribers", "show", "in.one@example.org")
    (two,) = offering.json("subscribers", "show", "in.two@example.org")
    assert one["subscriptions"][0]["choices"]["topics"] == ["tv"]
    assert two["subscriptions"][0]["choices"] is None


def test_tags_are_no_topics_unless_the_owner_offers_them(site: Terminal) -> None:
    brought(site, "kit.csv")
    (one,) = site.json("subscribers", "show", "in.one@example.org")
    assert one["subscriptions"][0]["choices"] is None


def test_suppressions_names_and_languages_come_along(offering: Terminal) -> None:
    brought(offering, "mailman3.csv")
    (one,) = offering.json("subscribers", "show", "in.one@example.org")
    assert (one["name"], one["language"]) == ("Ines One", "de")
    (gone,) = offering.json("subscribers", "show", "left.bounced@example.org")
    assert gone["suppressed"] == "bounced, says Mailman"
    assert [event["kind"] for event in gone["events"]] == ["suppressed"]


@pytest.mark.parametrize("name", TOOLS)
def test_an_export_gives_back_the_same_rows(offering: Terminal, name: str) -> None:
    brought(offering, name)
    before = offering.publish("subscribers", "export")
    (offering.folder / "out.csv").write_bytes(before.encode())
    for file in (offering.folder / "queue").glob("publisher.db*"):
        file.unlink()
    offering.publish("subscribers", "import", "out.csv")
    assert offering.publish("subscribers", "export") == before


def test_a_dry_run_says_what_would_happen_and_changes_nothing(offering: Terminal) -> None:
    told = brought(offering, "buttondown.csv", "--dry-run")
    assert told["fates"]["added"] == 2
    whys = {each["email"]: each["why"] for each in told["examples"]}
    assert whys["left.bounced@example.org"] == "bounced, says Buttondown"
    assert whys["left.one@example.org"] == "says the list"
    assert offering.json("subscribers", "list") == []


def test_a_large_list_from_elsewhere_warms_up(site: Terminal) -> None:
    text = (site.folder / "config.yaml").read_text(encoding="utf-8")
    mail = "mail: {adapter: smtp, host: localhost, port: 2}"
    text = text.replace("mail: {adapter: folder, path: out/mail}", mail)
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    lines = [f"{number},,r{number}@example.org,active,2019-04-02,," for number in range(5_000)]
    head = "id,first_name,email,status,created_at,tags,referrer"
    (site.folder / "kit.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    done = site.run("subscribers", "import", "kit.csv", "--newsletter", "daily")
    assert "mail warms up: 500 a day at first" in done.stderr
    assert "5,000 readers take about 4 days" in site.publish("plan", "daily")
    assert "mail: warming up: 0 of 500 a day used" in site.publish("status")
