from datetime import UTC, datetime

import pytest

from tests.acceptance.conftest import AT, TITLES
from tests.cli.conftest import CONFIG, Terminal

KEYS = {
    "path",
    "url",
    "title",
    "description",
    "image",
    "date",
    "date_only",
    "updated",
    "categories",
    "featured",
    "weight",
    "draft",
    "expires",
    "language",
    "status",
    "problem",
    "problem_line",
    "image_alt",
    "author",
    "newsletter",
    "social",
    "page",
    "source",
    "tags",
    "authors",
    "link",
}
ESCAPES = ["\x1b[31m", "\x1b]0;owned\x07", "\x9b2J", "\u202e"]


def test_every_post_has_every_key_and_an_aware_date(site: Terminal) -> None:
    rows = site.json("posts")
    assert len(rows) == len(TITLES)
    assert all(set(row) == KEYS for row in rows)
    assert {row["title"] for row in rows} == set(TITLES)
    first = rows[0]
    assert first["url"] == "https://gazette.example/articles/the-ferry-returns-to-the-old-harbour"
    assert datetime.fromisoformat(first["date"]) == datetime(2026, 3, 4, 6, tzinfo=UTC)
    assert first["updated"] is None
    assert first["expires"] is None
    assert (first["date_only"], first["featured"], first["draft"]) == (False, True, False)


def test_dates_are_in_the_sites_zone(site: Terminal) -> None:
    site.post("summer.md", "title: Summer", "date: 2026-07-01-08-00-00")
    rows = {row["title"]: row["date"] for row in site.json("posts")}
    assert rows["Summer"] == "2026-07-01T08:00:00+01:00"


def test_no_file_is_left_out_whatever_is_wrong_with_it(site: Terminal) -> None:
    site.post("undated.md", "title: When")
    (site.folder / "source" / "_posts" / "plain.md").write_text("No head\n", encoding="utf-8")
    rows = {row["path"]: row for row in site.json("posts")}
    assert rows["source/_posts/undated.md"]["status"] == "undated"
    assert rows["source/_posts/undated.md"]["date"] is None
    assert rows["source/_posts/plain.md"]["status"] == "no-front-matter"
    told = site.run("posts")
    assert "source/_posts/plain.md" in told.stdout
    assert "no front matter" in told.stdout
    assert "8 files: 6 ok" in told.stderr


def test_what_a_terminal_would_obey_never_reaches_it(site: Terminal) -> None:
    site.post("sly.md", f'title: "Sly {"".join(ESCAPES)} title"', "date: 2026-03-04")
    site.post("name \x1b[31m \x9b.md", "title: Name", "date: 2026-03-04")
    commands = [["posts"], ["plan", "--at", AT], ["check", "--offline"], ["why", "sly.md"]]
    for words in commands:
        done = site.run(*words)
        for line in (done.stdout + done.stderr).splitlines():
            assert line.isprintable(), line
    for words in (["posts"], ["plan", "--at", AT]):
        assert site.json(*words)
        for line in site.publish(*words, "--json").splitlines():
            assert line.isprintable(), ascii(line)


def test_why_names_each_newsletter_and_announcement(peopled: Terminal) -> None:
    site = peopled
    rows = site.json("why", "a_baker_wins_the_county_prize.md", "--at", AT)
    owners = [row.get("newsletter") or row.get("announcement") for row in rows]
    assert owners == ["daily", "weekly", "social", "byhand"]
    keys = {"post", "segment", "slot", "chosen", "role", "rule", "detail"}
    assert all(set(row) - {"newsletter", "announcement"} == keys for row in rows)
    assert "daily: chosen as" in site.publish("why", rows[0]["post"], "--at", AT)


def test_why_names_times_in_the_sites_zone(site: Terminal) -> None:
    site.post("soon.md", "title: Soon", "date: 2999-07-05 06:00")
    for row in site.json("why", "soon.md"):
        assert row["detail"] == "its date, 2999-07-05 06:00, is still to come"


def test_a_post_goes_by_its_path_its_file_name_or_its_url(site: Terminal) -> None:
    url = "https://gazette.example/articles/choir-sings-on-the-pier-at-dawn"
    path = "source/_posts/choir_sings_on_the_pier_at_dawn.md"
    wanted = [url, path, f"./{path}", str(site.folder / path), path.rpartition("/")[2]]
    assert {site.json("why", each)[0]["post"] for each in wanted} == {path}


def test_a_name_that_several_posts_have_is_no_name(site: Terminal) -> None:
    (site.folder / "source" / "_posts" / "old").mkdir()
    site.post("same.md", "title: One", "date: 2026-03-04")
    site.post("old/same.md", "title: Two", "date: 2026-03-04")
    assert "2 posts have that name" in site.refused("why", "same.md")
    assert site.json("why", "source/_posts/old/same.md")
    assert "no such post" in site.refused("why", "nowhere.md")


def test_notes_that_wait_for_a_post_which_is_gone_are_named(site: Terminal) -> None:
    late = {"adapter": "folder", "path": "out/notes", "quiet_hours": "00:00-23:59"}
    site.configure(
        {"notes": late},
        newsletters={},
        announcements={"social": {"channels": ["notes"], "pick": "latest"}},
    )
    site.post("fog.md", "title: Fog", "date: 2026-07-05 06:00")
    site.publish("now", "social", "--at", "2026-07-05T12:00", code=3)
    (site.folder / "source" / "_posts" / "fog.md").unlink()
    told = site.refused("why", "source/_posts/fog.md")
    assert "fog.md: no such post" in told and "publish queue cancel 1\n" in told


def test_a_post_may_be_named_by_its_short_name(site: Terminal) -> None:
    name = "a_baker_wins_the_county_prize"
    path = f"source/_posts/{name}.md"
    slug = name.replace("_", "-")
    assert {site.json("why", each)[0]["post"] for each in (name, slug)} == {path}
    told = site.refused("why", name.replace("county", "country"))
    assert f"did you mean {path}?" in told


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/New_York"])
def test_times_of_other_zones_have_their_offset(site: Terminal, zone: str) -> None:
    text = CONFIG.replace("Europe/London", zone)
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    offsets = {datetime.fromisoformat(row["date"]).utcoffset() for row in site.json("posts")}
    assert None not in offsets
    slots = [row["slot"] for row in site.json("plan", "--at", AT)]
    assert {slot[:19] for slot in slots} == {f"{AT}:00"}
