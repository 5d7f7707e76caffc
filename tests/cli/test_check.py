import sqlite3

from tests.adapters.mastodon_server import MastodonServer
from tests.cli.conftest import CONFIG, Terminal

KEYS = {"file", "line", "where", "problem", "hint"}


def test_a_sound_site_has_no_problems(site: Terminal) -> None:
    for words in (["check"], ["check", "--offline"], ["check", "--json"]):
        done = site.run(*words)
        assert (done.returncode, done.stdout) == (0, "")
        assert "6 files read, 0 problems" in done.stderr


def test_the_flag_that_all_posts_bear_is_named(site: Terminal) -> None:
    assert "all 6 posts are marked featured" in site.run("check", "--offline").stderr


def test_a_broken_post_is_located_and_told_how_to_mend(site: Terminal) -> None:
    (site.folder / "source" / "_posts" / "plain.md").write_text("No head\n", encoding="utf-8")
    (row,) = site.json("check", "--offline", code=1)
    assert set(row) == KEYS
    assert (row["file"], row["line"]) == ("source/_posts/plain.md", 1)
    assert row["where"] == "no-front-matter"
    assert row["problem"] == "no front matter"
    assert row["hint"].startswith("begin the file with")
    done = site.run("check", "--offline")
    assert done.stdout.startswith("source/_posts/plain.md:1: no-front-matter: no front matter; ")
    assert "7 files read, 1 problem\n" in done.stderr


def test_every_mistake_of_the_configuration_is_located(site: Terminal) -> None:
    text = CONFIG.replace("timezone: Europe/London", "timezone: Europe/Londn")
    text = text.replace("channel: extra", "chanel: extra")
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    rows = site.json("check", code=2)
    assert all(set(row) == KEYS for row in rows)
    assert [row["line"] for row in rows] == [1, 10]
    assert {row["file"] for row in rows} == {"config.yaml"}


def test_a_template_is_located(site: Terminal) -> None:
    (site.folder / "templates").mkdir()
    page = "<mjml><mj-body>\n<mj-section><mj-colum></mj-colum></mj-section></mj-body></mjml>"
    (site.folder / "templates" / "digest.mjml.j2").write_text(page, encoding="utf-8")
    rows = site.json("check", "--offline", code=1)
    assert (rows[0]["file"], rows[0]["line"]) == ("templates/digest.mjml.j2", 2)


def test_a_server_is_asked_unless_offline(site: Terminal) -> None:
    with MastodonServer() as server:
        options = {**server.options, "base_url": f"http://127.0.0.1:{server.port}"}
        site.configure({"fediverse": {"adapter": "mastodon", **options}})
        told = site.json("check")
        assert [row["where"] for row in told] == ["channels.fediverse.token"], "a mere warning"
        asked = len(server.requests)
        assert asked
        site.json("check", "--offline")
        assert len(server.requests) == asked
    row = site.json("check", code=1)[-1]
    assert row["where"] == "channels.fediverse"
    assert row["file"] == "config.yaml"
    site.json("check", "--offline")


def test_a_database_that_cannot_be_used_is_a_problem_too(site: Terminal) -> None:
    site.publish("status")
    with sqlite3.connect(site.folder / "queue" / "publisher.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    (row,) = site.json("check", code=1)
    assert (row["where"], row["file"]) == ("database", "config.yaml")
    assert "newer" in row["problem"]
