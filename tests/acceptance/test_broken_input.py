"""Every mistake gives one located line that says what to do; never a traceback, never a secret."""

from contextlib import closing
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.acceptance.conftest import AT, Site

GOOD = """\
site: {title: Gazette, url: https://gazette.example, timezone: Europe/London}
content: {folder: source/_posts, path: "/articles/{-title}"}
channels:
  mail: {adapter: folder, path: queue/mail}
newsletters:
  daily: {channel: mail, sender: "Gazette <news@gazette.example>"}
"""

BROKEN = {
    "unknown-section": (GOOD + "chanels: {}\n", 7, "channels"),
    "unknown-option": (GOOD.replace("adapter: folder", "adaptor: folder"), 4, "adapter"),
    "unknown-adapter": (GOOD.replace("adapter: folder", "adapter: foldr"), 4, "folder"),
    "unknown-channel": (GOOD.replace("channel: mail", "channel: mial"), 6, "mail"),
    "no-url": (GOOD.replace("url: https://gazette.example, ", ""), 1, "url"),
    "bad-url": (GOOD.replace("https://gazette.example,", "gazette,"), 1, "https://"),
    "bad-zone": (GOOD.replace("Europe/London", "Europe/Londn"), 1, "Europe/London"),
    "bad-sender": (GOOD.replace("Gazette <news@gazette.example>", "news"), 6, "mailbox"),
    "sender-line-break": (GOOD.replace("Gazette <news", "A\\nBcc: x@y.example <news"), 6, "line"),
    "bad-schedule": (GOOD.replace("channel: mail", "channel: mail, schedule: hourly"), 6, "every"),
    "bad-weekday": (
        GOOD.replace("channel: mail", 'channel: mail, schedule: "every mondy at 07:00"'),
        6,
        "monday",
    ),
    "bad-duration": (GOOD.replace("channel: mail", "channel: mail, max_age: long"), 6, "48h"),
    "negative": (GOOD.replace("channel: mail", "channel: mail, latest: -1"), 6, "latest"),
    "not-a-number": (GOOD.replace("channel: mail", "channel: mail, latest: many"), 6, "latest"),
    "no-room": (
        GOOD.replace("channel: mail", "channel: mail, latest: 0, featured: 0"),
        6,
        "no room",
    ),
    "min-posts": (GOOD.replace("channel: mail", "channel: mail, min_posts: 50"), 6, "min_posts"),
    "no-folder": (GOOD.replace("source/_posts", "nowhere"), 2, "nowhere"),
    "duplicate-key": (GOOD + "site: {title: Again, url: https://a.example}\n", 7, "site"),
    "missing-variable": (GOOD.replace("title: Gazette", "title: ${NO_SUCH}"), 1, "NO_SUCH"),
    "yaml": (GOOD + "  : : [\n", None, ""),
    "list": ("- a\n- b\n", None, ""),
    "empty": ("", None, ""),
    "tab": (GOOD.replace("  mail:", "\tmail:"), 4, ""),
    "smtp-without-host": (
        GOOD.replace("adapter: folder, path: queue/mail", "adapter: smtp"),
        4,
        "host",
    ),
    "mastodon-as-mail": (
        GOOD.replace(
            "adapter: folder, path: queue/mail",
            "adapter: mastodon, base_url: https://m.example, token: abcsecret",
        ),
        None,
        "mail",
    ),
    "announced-by-mail": (GOOD + "announcements: {social: {channels: [m]}}\n", 7, "mail"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_configuration_is_one_located_line(site: Site, name: str) -> None:
    text, line, word = BROKEN[name]
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    done = site.run("now", "--at", AT)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout
    assert "abcsecret" not in done.stderr + done.stdout
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"config.yaml:{line}:" if line else "config.yaml"), first
    assert word in done.stderr


def test_all_mistakes_come_together(site: Site) -> None:
    text = GOOD.replace("Europe/London", "Europe/Londn").replace("channel: mail", "chanel: mail")
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    rows = site.json("check", code=2)
    assert {row["line"] for row in rows} == {1, 6}


def test_no_configuration_at_all(tmp_path: Path) -> None:
    done = Site(tmp_path).run("status")
    assert done.returncode == 2
    assert "publish init" in done.stderr


FOLDER = {"mail": {"adapter": "folder", "path": "queue/mail"}}


@pytest.fixture
def ready(site: Site) -> Site:
    site.configure(FOLDER)
    site.publish("subscribers", "add", "reader@example.com")
    return site


def post(site: Site, name: str, content: bytes) -> None:
    (site.folder / "source" / "_posts" / name).write_bytes(content)


HEAD = "---\ntitle: {} \ndescription: {} \ndate: {} \ncategories: [latest, news] \n--- \nBody\n"
ODD = {
    "no-head.md": b"Just text.\n",
    "empty.md": b"",
    "broken.md": b"---\ntitle: a: b: c\n\tdescription: [x\ndate: 2026-03-04\n---\n",
    "impossible-date.md": HEAD.format("Leap", "x", "2026-02-31").encode(),
    "latin.md": HEAD.format("Caf\u00e9 opens", "x", "2026-03-04").encode("latin-1"),
    "utf16.md": HEAD.format("Wide letters", "x", "2026-03-04").encode("utf-16"),
    "undated.md": b"---\ntitle: When\n---\n",
    "never-ends.md": b"---\ntitle: On and on\n" + b"x: y\n" * 100_000,
}


def test_odd_posts_are_named_and_the_rest_goes_on(ready: Site) -> None:
    for name, content in ODD.items():
        post(ready, name, content)
    done = ready.run("check", "--offline")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name in ODD:
        assert name in done.stdout, name
    assert len(ready.json("posts")) == 6 + len(ODD)
    assert [row["state"] for row in ready.json("now", "--at", AT)] == ["sent"]


def test_strange_but_sound_posts_are_read(ready: Site) -> None:
    post(ready, "big.md", HEAD.format("Big", "x", "2026-03-04").encode() + b"word " * 180_000)
    post(ready, "long.md", HEAD.format("Long", "y " * 2_500, "2026-03-04").encode())
    post(ready, "script.md", HEAD.format("Less < <more>", "x", "2026-03-04").encode())
    (ready.folder / "source" / "_posts" / "loop").symlink_to(ready.folder / "source")
    statuses = {row["path"].rpartition("/")[2]: row["status"] for row in ready.json("posts")}
    assert statuses["big.md"] == statuses["long.md"] == statuses["script.md"] == "ok"
    assert len(statuses) == 9
    ready.publish("now", "--at", AT)
    mail = message_from_bytes(next((ready.folder / "queue" / "mail").glob("*.eml")).read_bytes())
    html = next(part for part in mail.walk() if part.get_content_type() == "text/html")
    assert b"Less &lt; &lt;more&gt;" in bytes(html.get_payload(decode=True))
    assert b"<more>" not in bytes(html.get_payload(decode=True))


def test_an_address_with_a_line_break_is_refused(ready: Site) -> None:
    done = ready.run("subscribers", "add", "a@example.com\nBcc: b@example.com")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) <= 2


def test_bad_lines_of_an_import_are_named_and_nothing_is_half_imported(ready: Site) -> None:
    (ready.folder / "r.csv").write_text("email,name\na@example.com,A\nnobody,B\n@,C\n")
    done = ready.run("subscribers", "import", "r.csv")
    assert done.returncode == 2
    assert "r.csv:3" in done.stderr and "r.csv:4" in done.stderr
    assert len(ready.json("subscribers", "list")) == 1


def test_a_broken_template_is_located(ready: Site) -> None:
    templates = ready.folder / "templates"
    templates.mkdir()
    mjml = "<mjml><mj-body>\n<mj-section><mj-colum></mj-colum></mj-section>\n</mj-body></mjml>\n"
    (templates / "digest.mjml.j2").write_text(mjml)
    done = ready.run("check", "--offline")
    assert done.returncode == 1
    assert "digest.mjml.j2:2" in done.stdout and "mj-column" in done.stdout
    done = ready.run("now", "--at", AT)
    assert done.returncode == 2
    assert "digest.mjml.j2:2" in done.stderr


def test_a_database_of_a_newer_version_is_left_alone(ready: Site) -> None:
    import sqlite3

    with closing(sqlite3.connect(ready.folder / "queue" / "publisher.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    done = ready.run("status")
    assert done.returncode == 1
    assert "newer" in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_named(ready: Site) -> None:
    for each in (ready.folder / "queue").glob("publisher.db*"):
        each.unlink()
    (ready.folder / "queue" / "publisher.db").write_bytes(b"no database at all" * 100)
    done = ready.run("status")
    assert done.returncode == 1
    assert "publisher.db" in done.stderr and "Traceback" not in done.stderr


def test_a_database_password_is_never_shown(site: Site) -> None:
    url = "postgresql+psycopg://publisher:topsecret@127.0.0.1:1/publisher"
    site.configure(FOLDER, database=url)
    done = site.run("status")
    assert done.returncode == 1
    assert "topsecret" not in done.stdout + done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
def test_wrong_usage_is_told(ready: Site) -> None:
    for words in (
        ["nwo"],
        ["now", "wekly"],
        ["now", "--at", "yesterday"],
        ["now", "--to", "nobody"],
        ["now", "--post", "nothing.md"],
        ["queue", "show", "99"],
        ["resolve", "1", "maybe"],
        ["pause", "nobody"],
        ["why", "nothing.md"],
    ):
        done = ready.run(*words)
        assert done.returncode == 2, words
        assert done.stderr and "Traceback" not in done.stderr, words
