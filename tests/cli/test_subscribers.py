import csv
import json
import sqlite3
import time
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.conftest import CONFIG, Terminal

COUNT = 20_000


def write(site: Terminal, content: str | bytes, name: str = "readers.csv") -> str:
    raw = content.encode() if isinstance(content, str) else content
    (site.folder / name).write_bytes(raw)
    return name


def bring(site: Terminal, content: str | bytes, newsletter: str = "daily") -> str:
    return site.publish(
        "subscribers", "import", write(site, content), "--newsletter", newsletter
    ).strip()


def readers(site: Terminal, newsletter: str = "daily") -> dict[str, str]:
    rows = site.json("subscribers", "list", "--newsletter", newsletter)
    return {row["email"]: row["name"] for row in rows}


def export(site: Terminal, newsletter: str = "daily") -> str:
    return site.publish("subscribers", "export", "--newsletter", newsletter)


class TestOneReader:
    def test_every_key_and_an_aware_time(self, site: Terminal) -> None:
        site.publish(
            "subscribers", "add", "Ann@Example.org", "--name", "Ann Ä", "--newsletter", "daily"
        )
        (row,) = site.json("subscribers", "list")
        assert set(row) == {"email", "name", "newsletter", "state", "since"}
        assert (row["email"], row["name"], row["state"]) == ("Ann@Example.org", "Ann Ä", "active")
        assert row["since"][-6:] in {"+00:00", "+01:00"}

    def test_twice_is_once_however_it_is_written(self, peopled: Terminal) -> None:
        told = peopled.publish("subscribers", "add", "ANN@example.ORG", "--newsletter", "daily")
        assert told == "ANN@example.ORG: already subscribed (daily)\n"
        assert len(readers(peopled)) == 2

    def test_who_left_comes_back_only_when_asked(self, peopled: Terminal) -> None:
        words = ["subscribers", "add", "ann@example.org", "--newsletter", "daily"]
        peopled.publish("subscribers", "remove", "Ann@example.org", "--newsletter", "daily")
        assert "has unsubscribed" in peopled.refused(*words, code=1)
        assert "again" in peopled.publish(*words, "--again")
        states = {row["state"] for row in peopled.json("subscribers", "list")}
        assert states == {"active"}

    def test_who_is_suppressed_is_never_added(self, site: Terminal) -> None:
        site.publish("subscribers", "suppress", "sue@example.org", "--reason", "asked us to")
        told = site.refused(
            "subscribers", "add", "sue@example.org", "--newsletter", "daily", code=1
        )
        assert "is suppressed" in told
        (row,) = site.json("subscribers", "show", "SUE@example.org")
        assert (row["email"], row["suppressed"]) == ("SUE@example.org", "asked us to")
        assert row["subscriptions"] == []
        assert "asked us to" in site.publish("subscribers", "show", "sue@example.org")

    def test_show_names_every_newsletter(self, peopled: Terminal) -> None:
        peopled.publish("subscribers", "add", "ann@example.org", "--newsletter", "weekly")
        told = peopled.publish("subscribers", "show", "ann@example.org")
        assert "daily: active since" in told
        assert "weekly: active since" in told
        assert "no such subscriber" in peopled.refused("subscribers", "show", "nobody@example.org")

    def test_since_is_the_moment_of_the_state(self, peopled: Terminal) -> None:
        added = peopled.json("subscribers", "list", "--state", "active")[0]["since"]
        peopled.publish("subscribers", "remove", "ann@example.org", "--newsletter", "daily")
        (left,) = peopled.json("subscribers", "list", "--state", "unsubscribed")
        assert datetime.fromisoformat(left["since"]) > datetime.fromisoformat(added)
        moment = datetime.fromisoformat(left["since"]).astimezone(UTC)
        assert f",unsubscribed,{moment.isoformat()}," in export(peopled)

    def test_removing_a_stranger_is_refused(self, peopled: Terminal) -> None:
        words = ["subscribers", "remove", "cat@example.org", "--newsletter", "daily"]
        assert "no subscriber of daily" in peopled.refused(*words)

    def test_removing_twice_is_no_mistake(self, peopled: Terminal) -> None:
        words = ["subscribers", "remove", "ann@example.org", "--newsletter", "daily"]
        assert "ann@example.org: unsubscribed (daily)" in peopled.publish(*words)
        assert "ann@example.org: already unsubscribed (daily)" in peopled.publish(*words)

    @pytest.mark.parametrize("email", ["nobody", "a b@example.org", "a@b@c.org", "", "a@\x1b.org"])
    def test_what_is_no_address_is_refused(self, site: Terminal, email: str) -> None:
        told = site.refused("subscribers", "add", email, "--newsletter", "daily")
        assert "\x1b" not in told
        assert site.json("subscribers", "list") == []


class TestWhichNewsletter:
    def test_it_must_be_said_where_there_are_several(self, site: Terminal) -> None:
        told = site.refused("subscribers", "add", "ann@example.org")
        assert "config.yaml has: daily, weekly" in told

    def test_it_goes_without_saying_where_there_is_one(self, site: Terminal) -> None:
        text = "\n".join(line for line in CONFIG.splitlines() if "weekly:" not in line)
        (site.folder / "config.yaml").write_text(text, encoding="utf-8")
        site.publish("subscribers", "add", "ann@example.org")
        assert list(readers(site)) == ["ann@example.org"]

    @pytest.mark.parametrize("command", ["list", "export"])
    def test_an_unknown_one_is_refused(self, site: Terminal, command: str) -> None:
        assert "unknown newsletter" in site.refused("subscribers", command, "--newsletter", "dayly")


class TestImport:
    def test_twenty_thousand_readers_come_at_once(self, site: Terminal) -> None:
        lines = [f"reader{number}@example.org,Reader {number}" for number in range(COUNT)]
        name = write(site, "\n".join(["email,name", *lines]))
        start = time.monotonic()
        done = site.run("subscribers", "import", name, "--newsletter", "daily")
        assert (done.returncode, done.stdout) == (0, "20,000 added\n")
        assert "20,000 came without a sign of consent" in done.stderr
        assert time.monotonic() - start < 10
        database = sqlite3.connect(site.folder / "queue" / "publisher.db")
        assert database.execute("SELECT count(*) FROM subscriptions").fetchone() == (COUNT,)
        database.close()

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (
                b"\xef\xbb\xbfEmail;Name\r\nzoe@example.org;Zo\xc3\xab\r\n",
                {"zoe@example.org": "Zoë"},
            ),
            ("name\temail\nTab\tt@example.org\n", {"t@example.org": "Tab"}),
            ("E-Mail\na@example.org\n\n  \nb@example.org", dict.fromkeys("ab", "")),
            ('email,name\na@example.org,"A, B"\n', {"a@example.org": "A, B"}),
            ("email,name,more\na@example.org,A,x,,\nb@example.org\n", {"a": "A", "b": ""}),
            ("email,name\nl@example.org,Zoë\n".encode("utf-16"), {"l": "Zoë"}),
            ("email,name\nDup@example.org,A\ndup@EXAMPLE.org,B\n", {"Dup@example.org": "A"}),
        ],
        ids=["semicolons", "tabs", "one-column", "quotes", "ragged", "utf-16", "twice"],
    )
    def test_many_kinds_of_files_are_read(
        self, site: Terminal, content: str | bytes, found: dict[str, str]
    ) -> None:
        bring(site, content)
        whole = {key if "@" in key else f"{key}@example.org": found[key] for key in found}
        assert readers(site) == whole

    def test_a_name_beside_the_address_is_given_with_its_option(self, site: Terminal) -> None:
        words = ["subscribers", "add", "You <you2@example.com>", "--newsletter", "daily"]
        assert "give the address only, and the name with --name" in site.refused(*words)

    def test_every_bad_line_is_named_and_nobody_is_added(self, site: Terminal) -> None:
        name = write(
            site, 'email,name\nok@example.org,Ok\nbad,No\n\n"x\ny@example.org",Line\n@,C\n'
        )
        told = site.refused("subscribers", "import", name, "--newsletter", "daily")
        lines = [line.split(":")[1] for line in told.splitlines()[:3]]
        assert lines == ["3", "5", "7"]
        assert "3 bad lines; nothing was imported" in told
        assert site.json("subscribers", "list") == []

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "no column named email"),
            (b"a@example.org,A\nb@example.org,B\n", "no column named email"),
            (b"email,email\na@example.org,b@example.org\n", "multiple columns named email"),
            ("email,name\nl@example.org,Zoë\n".encode("latin-1"), ":2: is not UTF-8"),
            (b"email,name\na\x00b@example.org,Nul\n", ":2: "),
            (b"email,name\na@example.org," + b"x" * 200_000, ":2: is not valid CSV"),
        ],
        ids=["empty", "headless", "two", "latin-1", "nul", "huge"],
    )
    def test_a_hostile_file_is_one_line(self, site: Terminal, content: bytes, words: str) -> None:
        name = write(site, content)
        told = site.refused("subscribers", "import", name, "--newsletter", "daily")
        assert words in told
        assert site.json("subscribers", "list") == []

    @pytest.mark.parametrize("name", ["nowhere.csv", "."])
    def test_what_is_no_file_is_one_line(self, site: Terminal, name: str) -> None:
        told = site.refused("subscribers", "import", name, "--newsletter", "daily")
        assert f"{name}: cannot be read" in told

    def test_nobody_who_left_comes_back(self, peopled: Terminal) -> None:
        peopled.publish("subscribers", "remove", "ann@example.org", "--newsletter", "daily")
        peopled.publish("subscribers", "suppress", "sue@example.org")
        told = bring(
            peopled, "email\nann@example.org\nbob@example.org\nsue@example.org\nnew@example.org\n"
        )
        assert set(told.split(", ")) == {
            "1 unsubscribed",
            "1 already subscribed",
            "1 suppressed",
            "1 added",
        }


NAMES = ["=1+1", "+1", "-x", "@me", "'=quoted", "''-twice", "'plain", "Zoë, the 'first'", ""]


class TestExport:
    def test_it_can_be_imported_again(self, site: Terminal) -> None:
        lines = [
            ["email", "name"],
            *([f"r{at}@example.org", name] for at, name in enumerate(NAMES)),
        ]
        with (site.folder / "in.csv").open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows(lines)
        # A leading quote before a sign is what exports write, so an import takes it away.
        site.publish("subscribers", "import", "in.csv", "--newsletter", "daily")
        before = readers(site)
        write(site, export(site), "out.csv")
        site.publish("subscribers", "import", "out.csv", "--newsletter", "weekly")
        assert readers(site, "weekly") == before
        assert len(before) == len(NAMES)

    def test_no_cell_is_a_formula(self, site: Terminal) -> None:
        words = ["--name", "=cmd|calc", "--newsletter", "daily"]
        site.publish("subscribers", "add", "=2+2@example.org", *words)
        (row,) = list(csv.DictReader(export(site).splitlines()))
        assert row["email"] == "'=2+2@example.org"
        assert row["name"] == "'=cmd|calc"

    def test_who_left_stays_away_in_a_fresh_database(self, peopled: Terminal) -> None:
        peopled.publish("subscribers", "remove", "ann@example.org", "--newsletter", "daily")
        content = export(peopled)
        for file in Path(peopled.folder / "queue").glob("publisher.db*"):
            file.unlink()
        assert bring(peopled, content) == "1 added, 1 unsubscribed"
        states = {row["email"]: row["state"] for row in peopled.json("subscribers", "list")}
        assert states == {"ann@example.org": "unsubscribed", "bob@example.org": "active"}

    def test_who_is_suppressed_stays_so_in_a_fresh_database(self, peopled: Terminal) -> None:
        peopled.publish("subscribers", "suppress", "ann@example.org", "--reason", "asked, twice")
        peopled.publish("subscribers", "suppress", "sue@example.org")
        everybody, never = export(peopled), peopled.publish("subscribers", "export", "--suppressed")
        for file in Path(peopled.folder / "queue").glob("publisher.db*"):
            file.unlink()
        assert bring(peopled, everybody) == "1 added, 1 suppressed"
        told = peopled.publish("subscribers", "suppress", "--file", write(peopled, never))
        assert told == "1 suppressed, 1 already suppressed\n"
        (row,) = peopled.json("subscribers", "show", "ann@example.org")
        assert row["suppressed"] == "asked, twice"


class TestLeaving:
    def test_the_token_of_an_unsubscribe_email_is_enough(self, peopled: Terminal) -> None:
        peopled.publish("now", "daily", "--at", "2026-03-05T07:00")
        mail = next(file for file in peopled.files("mail") if "ann@" in file.read_text())
        parsed = message_from_bytes(mail.read_bytes(), policy=policy.default)
        link = urlsplit(parsed["List-Unsubscribe"].strip("<>"))
        assert (link.scheme, link.path) == ("mailto", "news@gazette.example")
        (subject,) = parse_qs(link.query)["subject"]
        told = peopled.publish("subscribers", "unsubscribe", subject)
        assert told == "ann@example.org: unsubscribed (daily)\n"
        token = subject.split()[1]
        assert "already unsubscribed" in peopled.publish("subscribers", "unsubscribe", token)
        states = {row["email"]: row["state"] for row in peopled.json("subscribers", "list")}
        assert states["ann@example.org"] == "unsubscribed"
        assert states["bob@example.org"] == "active"

    @pytest.mark.parametrize("token", ["nobody", "-x", "\x1b"])
    def test_a_strangers_token_is_one_line(self, peopled: Terminal, token: str) -> None:
        told = peopled.refused("subscribers", "unsubscribe", token)
        assert "unknown token" in told and "\x1b" not in told


class TestSuppressing:
    @pytest.mark.parametrize(
        "content",
        [
            "ann@example.org\nSue@example.org\n",
            "email,reason\nann@example.org,asked\nSue@example.org,asked\n",
            "\ufeffReason;E-mail Address\nasked;ann@example.org\n\nasked;Sue@example.org",
        ],
    )
    def test_a_file_is_suppressed(self, peopled: Terminal, content: str) -> None:
        words = ["subscribers", "suppress", "--file", write(peopled, content)]
        assert (
            peopled.publish(*words, "--reason", "asked") == "2 suppressed, 0 already suppressed\n"
        )
        rows = list(
            csv.DictReader(peopled.publish("subscribers", "export", "--suppressed").splitlines())
        )
        assert [row["reason"] for row in rows] == ["asked", "asked"]

    def test_a_wrong_line_suppresses_nobody(self, peopled: Terminal) -> None:
        name = write(peopled, 'ann@example.org\nnobody\n"open\n')
        told = peopled.refused("subscribers", "suppress", "--file", name)
        assert "readers.csv:2: " in told and "readers.csv:3: " in told
        assert "nobody was suppressed" in told
        header = "email,reason\n"
        assert peopled.publish("subscribers", "export", "--suppressed").replace("\r", "") == header

    @pytest.mark.parametrize("words", [[], ["ann@example.org", "--file", "x.csv"]])
    def test_either_an_address_or_a_file(self, peopled: Terminal, words: list[str]) -> None:
        assert "--file" in peopled.refused("subscribers", "suppress", *words)


HIDDEN = ["\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\u200d", "\ufeff", "\x1b[2J", "\x9b"]


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_what_cannot_be_seen_is_escaped_on_a_terminal_and_left_out_of_headers(
    site: Terminal, hidden: str
) -> None:
    words = ["--name", f"An{hidden}na", "--newsletter", "daily"]
    site.publish("subscribers", "add", "ann@example.org", *words)
    for command in (["list"], ["list", "--json"]):
        told = site.publish("subscribers", *command)
        assert hidden[0] not in told
        assert hidden[0].encode("unicode_escape").decode()[1:].lstrip("xu0") in told
    site.publish("now", "daily", "--at", "2026-03-05T07:00")
    (file,) = [file for file in site.files("mail") if file.suffix == ".eml"]
    to = message_from_bytes(file.read_bytes(), policy=policy.default)["To"]
    assert to.addresses[0].display_name.isprintable()
    assert hidden[0] not in to.addresses[0].display_name


class TestHistory:
    def test_every_change_has_a_dated_reason(self, peopled: Terminal) -> None:
        words = ["--newsletter", "daily"]
        peopled.publish("subscribers", "remove", "ann@example.org", *words, "--reason", "by phone")
        peopled.publish("subscribers", "add", "ann@example.org", *words, "--again")
        peopled.publish("subscribers", "suppress", "ann@example.org", "--reason", "asked")
        release = ["subscribers", "release", "ann@example.org", "--reason", "asked again"]
        assert "may be mailed again" in peopled.publish(*release)
        (row,) = peopled.json("subscribers", "show", "ann@example.org")
        assert [(each["kind"], each["reason"]) for each in row["events"]] == [
            ("subscribed", "added by the owner"),
            ("unsubscribed", "by phone"),
            ("subscribed", "added by the owner"),
            ("suppressed", "asked"),
            ("released", "asked again"),
        ]
        assert row["consent"]["how"] == "added by the owner"
        told = peopled.publish("subscribers", "show", "ann@example.org")
        assert "released: asked again" in told and "consent: added by the owner" in told

    def test_who_has_not_confirmed_has_not_consented(self, peopled: Terminal) -> None:
        (peopled.folder / "asked.csv").write_text("email,status\nzoe@example.org,unconfirmed\n")
        peopled.publish("subscribers", "import", "asked.csv", "--newsletter", "daily")
        told = peopled.publish("subscribers", "show", "zoe@example.org")
        assert "daily: pending since" in told and "consent:" not in told

    def test_what_was_sent_lately(self, peopled: Terminal) -> None:
        peopled.publish("now", "daily", "--at", "2026-03-05T07:00")
        (row,) = peopled.json("subscribers", "show", "ann@example.org")
        assert [each["state"] for each in row["messages"]] == ["sent"]
        assert "sent lately:" in peopled.publish("subscribers", "show", "ann@example.org")

    def test_a_complaint_is_not_lightly_ended(self, peopled: Terminal) -> None:
        peopled.publish("subscribers", "suppress", "ann@example.org", "--reason", "complained")
        words = ["subscribers", "release", "ann@example.org", "--reason", "asked"]
        assert "use --force" in peopled.refused(*words, code=1)
        assert "may be mailed" in peopled.publish(*words, "--force")
        assert "is not suppressed" in peopled.publish(*words)

    def test_language_and_zone_can_be_given(self, site: Terminal) -> None:
        words = ["subscribers", "add", "ann@example.org", "--newsletter", "daily"]
        assert "time zone" in site.refused(*words, "--timezone", "Mars")
        assert "language tag" in site.refused(*words, "--language", "speaks German")
        site.publish(*words, "--language", "de", "--timezone", "Europe/Berlin")
        (row,) = site.json("subscribers", "show", "ann@example.org")
        assert (row["language"], row["timezone"]) == ("de", "Europe/Berlin")

    def test_the_site_s_own_language_makes_no_variant(self, site: Terminal) -> None:
        site.publish(
            *("subscribers", "add", "ann@example.org", "--newsletter", "daily"),
            *("--language", "EN"),
        )
        (site.folder / "list.csv").write_text("email,language\nbob@example.org,en\n")
        site.publish("subscribers", "import", "list.csv", "--newsletter", "daily")
        for email in ("ann@example.org", "bob@example.org"):
            assert site.json("subscribers", "show", email)[0]["language"] is None

    def test_numbers(self, peopled: Terminal) -> None:
        peopled.publish("subscribers", "remove", "ann@example.org", "--newsletter", "daily")
        peopled.publish("subscribers", "suppress", "cat@example.org")
        daily, weekly = peopled.json("subscribers", "stats")
        assert (daily["active"], daily["unsubscribed"], daily["left"]) == (1, 1, 1)
        assert (weekly["active"], weekly["suppressed"], weekly["joined"]) == (0, 1, 1)
        assert "weekly" in peopled.publish("subscribers", "stats")


class TestErasing:
    def test_it_asks_before_it_acts(self, peopled: Terminal) -> None:
        assert "--yes" in peopled.refused("subscribers", "erase", "ann@example.org")
        assert "erased" in peopled.publish("subscribers", "erase", "ann@example.org", "--yes")
        words = ["subscribers", "add", "ann@example.org", "--newsletter", "daily"]
        assert "is suppressed" in peopled.refused(*words, code=1)
        stranger = ["subscribers", "erase", "nobody@example.org", "--yes"]
        assert "no such subscriber" in peopled.refused(*stranger)

    def test_an_email_of_somebody_who_is_erased_is_no_digest_on_a_network(
        self, peopled: Terminal
    ) -> None:
        peopled.publish("now", "daily", "--at", "2026-03-05T07:00")
        peopled.publish("subscribers", "erase", "ann@example.org", "--yes")
        rows = peopled.publish("queue", "list", "--channel", "mail").splitlines()[1:]
        assert "-" in {row.split()[2] for row in rows} and " digest " not in "".join(rows)

    def test_all_rows_about_one_reader(self, peopled: Terminal) -> None:
        peopled.publish("now", "daily", "--at", "2026-03-05T07:00")
        told = peopled.publish("subscribers", "export", "--reader", "ann@example.org")
        whole = json.loads(told)
        assert whole["email"] == "ann@example.org"
        assert len(whole["messages"]) == 1
        stranger = ["subscribers", "export", "--reader", "nobody@example.org"]
        assert "no such subscriber" in peopled.refused(*stranger)


class TestRefusedLines:
    CONTENT = "email,name\nok@example.org,Ok\nbad,=No\ntwo@example.org,Two\n"

    def test_the_rest_goes_on_if_the_owner_says_so(self, site: Terminal) -> None:
        name = write(site, self.CONTENT)
        words = ["subscribers", "import", name, "--newsletter", "daily"]
        assert site.publish(*words, "--refused", "bad.csv") == "2 added, 1 refused\n"
        _, row = csv.reader((site.folder / "bad.csv").read_text(encoding="utf-8").splitlines())
        assert row[:2] == ["readers.csv", "3"]
        assert "needs exactly one @" in row[2]
        assert row[3:] == ["bad", "'=No"]

    def test_a_hundred_are_named_and_the_rest_counted(self, site: Terminal) -> None:
        name = write(site, "email\n" + "nobody\n" * 150)
        told = site.refused("subscribers", "import", name, "--newsletter", "daily")
        assert "and 50 more lines that are wrong" in told
        assert "150 bad lines; nothing was imported" in told


class TestArchives:
    @pytest.mark.parametrize(
        ("member", "words"),
        [
            ("[Content_Types].xml", "is a spreadsheet"),
            ("readme.txt", "contains no CSV file"),
            ("posts.csv", "no list in it has a column named email"),
        ],
    )
    def test_what_is_no_list_is_one_line(self, site: Terminal, member: str, words: str) -> None:
        with zipfile.ZipFile(site.folder / "all.zip", "w") as archive:
            archive.writestr(member, "post_id,title\n1,One\n")
        told = site.refused("subscribers", "import", "all.zip", "--newsletter", "daily")
        assert words in told

    def test_one_that_is_damaged_is_one_line(self, site: Terminal) -> None:
        file = site.folder / "all.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            lines = "".join(f"r{number}@example.org\n" for number in range(5000))
            archive.writestr("list.csv", f"email\n{lines}")
        whole = file.read_bytes()
        for damaged in (whole[:200] + bytes(60) + whole[260:], whole[:1000]):
            file.write_bytes(damaged)
            told = site.refused("subscribers", "import", "all.zip", "--newsletter", "daily")
            assert "damaged" in told
        assert site.json("subscribers", "list") == []
