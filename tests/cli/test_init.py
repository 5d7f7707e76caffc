import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.cli.entry import run
from publisher.cli.first_look import days_back, look, main_language
from publisher.model.posts import Post, Status
from tests.cli.conftest import Terminal

SAMPLE = Path(__file__).parents[2] / "sample"


def test_a_folder_of_posts_that_leads_out_of_the_site_is_named(site: Terminal) -> None:
    elsewhere, blog = site.folder / "elsewhere", site.folder / "blog"
    elsewhere.mkdir()
    (elsewhere / "one.md").write_text("---\ntitle: One\ndate: 2026-05-04\n---\nText.\n")
    blog.mkdir()
    (blog / "hugo.toml").write_text('baseURL = "https://gazette.example"\n')
    (blog / "content").symlink_to(elsewhere)
    told = site.run("init", "blog", "--yes").stderr
    assert f"note: content is outside of the site, in {elsewhere.resolve()}; all that" in told


def test_the_sample_is_recognised_and_its_configuration_works(site: Terminal) -> None:
    shutil.copytree(SAMPLE, site.folder / "gazette")
    done = site.run("init", "gazette", "--yes")
    assert done.returncode == 0
    assert done.stderr.startswith("A Jigsaw site (config.php)\n")
    assert "  url          https://gazette.example  (config.php)\n" in done.stderr
    assert "  posts        source/_posts\n" in done.stderr
    assert "44 files read\n" in done.stderr
    assert (
        "  2026-05-14  https://gazette.example/articles/bakers-of-three-streets-agree"
        in done.stderr
    )
    assert done.stdout.startswith("Wrote gazette/config.yaml\n")
    rows = site.json("-c", "gazette/config.yaml", "check", code=1)
    assert [row["where"] for row in rows] == ["same-url", "salvaged"], "the sample has one of each"
    urls = {row["url"] for row in site.json("-c", "gazette/config.yaml", "posts")}
    assert all(url.startswith("https://gazette.example/articles/") for url in urls)


def test_an_empty_folder_gets_one_to_fill_in(site: Terminal) -> None:
    (site.folder / "empty").mkdir()
    done = site.run("init", "empty", "--yes")
    assert done.returncode == 0
    assert "no generator recognised" in done.stderr
    assert "Is it the folder with your generator's settings?" in done.stderr
    assert "title (My site), url (https://www.example.org)" in done.stderr
    assert "there is no folder source/_posts" in done.stderr
    text = (site.folder / "empty" / "config.yaml").read_text()
    assert "title: My site  # fill in\n" in text and text.count("# fill in") >= 4
    assert "content.folder" in site.refused("-c", "empty/config.yaml", "posts")


def test_a_configuration_that_is_there_stays(site: Terminal) -> None:
    before = (site.folder / "config.yaml").read_bytes()
    assert "use --force to overwrite it" in site.refused("init")
    assert (site.folder / "config.yaml").read_bytes() == before
    site.publish("init", "--force", "--yes")
    assert (site.folder / "config.yaml").read_bytes() != before


@pytest.mark.parametrize("settings", ["config.yaml", "config.yml", "config/_default/hugo.yaml"])
def test_a_configuration_of_the_sites_own_stays(
    site: Terminal, monkeypatch: pytest.MonkeyPatch, settings: str
) -> None:
    root = site.folder / "hugo"
    for name, text in {
        settings: "baseURL: https://gazette.example/\n",
        "content/posts/one.md": "---\ntitle: One\ndate: 2026-05-11\n---\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    assert "Wrote hugo/publisher.yaml" in site.publish("init", "hugo", "--yes")
    monkeypatch.chdir(root)
    assert (root / settings).read_text() == "baseURL: https://gazette.example/\n"
    assert "posts/one/" in site.publish("posts", "--json")


def test_it_stands_in_the_sites_folder_whatever_it_is_called(site: Terminal) -> None:
    (site.folder / "empty").mkdir()
    site.publish("-c", str(site.folder / "news.yaml"), "init", "empty")
    assert [file.name for file in (site.folder / "empty").iterdir()] == ["news.yaml"]


def test_what_is_no_folder_is_refused(site: Terminal) -> None:
    assert "no such folder" in site.refused("init", "nowhere")
    assert "no such folder" in site.refused("init", "config.yaml")


def test_a_placeholder_is_a_problem_until_it_is_filled_in(site: Terminal) -> None:
    (site.folder / "empty" / "source" / "_posts").mkdir(parents=True)
    site.publish("init", "empty", "--yes")
    told = site.publish("-c", "empty/config.yaml", "check", "--offline", code=1)
    assert "site.url: https://www.example.org is a placeholder; write the address" in told


def test_an_answer_that_cannot_be_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["nowhere", ".", "My title", "own", "www.own.example", "Mars", "Europe/Paris"])
    prompts: list[str] = []

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return next(answers)

    monkeypatch.setattr("click.termui.visible_prompt_func", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("publisher.config.site_facts.machine_zone", lambda _: ("UTC", ""))
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0
    told = "".join(capsys.readouterr())
    assert "there is no folder nowhere" in told and "unknown time zone Mars" in told
    text = (tmp_path / "config.yaml").read_text()
    assert "timezone: Europe/Paris\n" in text and "fill in" not in text
    assert 'url: "https://www.own.example"\n' in text
    assert "source/_posts" not in prompts[0], "what would be refused is no default"


def jigsaw(root: Path, posts: int) -> None:
    (root / "source" / "_posts").mkdir(parents=True)
    (root / "config.php").write_text("<?php return ['baseUrl' => 'https://own.example'];")
    for number in range(posts):
        text = f"---\ntitle: Post {number}\ndate: 2026-05-11\n---\n"
        (root / "source" / "_posts" / f"post-{number}.md").write_text(text)


def test_a_site_below_the_folder_is_read_from_there(site: Terminal) -> None:
    top = site.folder / "repository"
    jigsaw(top / "website", 2)
    jigsaw(top / "other", 1)
    done = site.run("init", "repository", "--yes")
    assert "A Jigsaw site in website (config.php)" in done.stderr
    assert "Left aside: Jigsaw site in other (config.php)" in done.stderr
    text = (top / "config.yaml").read_text()
    assert "  folder: website/source/_posts\n" in text and "  site: website\n" in text
    post, _ = site.json("-c", "repository/config.yaml", "posts")
    assert post["url"] == "https://own.example/posts/post-0"


def test_which_of_several_sites_is_asked(
    site: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    jigsaw(site.folder / "repository" / "a", 2)
    jigsaw(site.folder / "repository" / "b", 1)
    answers = iter(["3", "2", "Mine"])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: next(answers))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert run(["init", "repository"]) == 0
    told = capsys.readouterr().err
    assert "  1  Jigsaw site in a (config.php)\n  2  Jigsaw site in b (config.php)\n" in told
    text = (site.folder / "repository" / "config.yaml").read_text()
    assert "  folder: b/source/_posts\n" in text and "title: Mine\n" in text


def test_a_generator_can_be_named(site: Terminal) -> None:
    (site.folder / "empty").mkdir()
    assert "one of: " in site.refused("init", "empty", "--generator", "quill")
    assert "no files of a jigsaw site" in site.refused("init", "empty", "--generator", "jigsaw")
    jigsaw(site.folder / "own", 1)
    site.publish("init", "own", "--yes", "--generator", "jigsaw")
    assert "generator: jigsaw\n" in (site.folder / "own" / "config.yaml").read_text()


def test_what_cannot_be_sent_is_counted_and_named(site: Terminal) -> None:
    root = site.folder / "own"
    jigsaw(root, 5)
    posts = root / "source" / "_posts"
    (posts / "post-0.md").write_text("---\ntitle: A\ndraft: true\n---\n")
    (posts / "post-1.md").write_text("---\ntitle: B\n---\n")
    for number in range(10, 15):
        (posts / f"{number}.md").write_text("---\n: [\n---\n")
    done = site.run("init", "own", "--yes")
    assert "10 files read: 5 unreadable, 1 draft, 1 undated\n" in done.stderr
    assert "source/_posts/10.md: " in done.stderr
    assert "source/_posts/13.md: " not in done.stderr
    assert "  and 2 more that cannot be read\n" in done.stderr


def test_newsletters_take_one_language_of_several(site: Terminal) -> None:
    root = site.folder / "own"
    jigsaw(root, 1)
    for name, language in (("a", "fr"), ("b", "fr"), ("c", "de")):
        text = f"---\ntitle: Post {name}\ndate: 2026-05-11\nlang: {language}\n---\n"
        (root / "source" / "_posts" / f"{name}.md").write_text(text)
    done = site.run("init", "own", "--yes")
    assert "Posts are in fr, de, en; newsletters take en (see `only`)\n" in done.stderr
    assert (root / "config.yaml").read_text().count("    only: {languages: [en]}\n") == 2
    (rows,) = site.json("-c", "own/config.yaml", "plan", "daily")
    assert rows


@pytest.mark.parametrize(
    ("languages", "site", "expected"),
    [(["fr", "en"], "en", "en"), (["fr", "en-GB"], "en", "en-GB"), (["fr", "de"], "en", "fr")],
)
def test_the_language_of_newsletters(languages: list[str], site: str, expected: str) -> None:
    assert main_language(languages, site) == expected


def test_a_first_digest_of_an_old_site_has_its_newest_posts(site: Terminal) -> None:
    root = site.folder / "own"
    jigsaw(root, 3)
    done = site.run("init", "own", "--yes")
    assert "None is newer than a week, so the first digest looks back" in done.stderr
    site.publish("-c", "own/config.yaml", "subscribers", "add", "ada@example.com")
    assert "daily: 3 posts chosen" in site.run("-c", "own/config.yaml", "now").stderr


def test_a_file_without_a_date_of_its_own_is_not_among_the_newest() -> None:
    one = Post("a.md", "https://a.example/a/", "A", date=datetime.now(UTC), status=Status.UNDATED)
    assert list(look([one])) == ["1 file read: 1 undated"]


def test_how_far_a_first_digest_looks_back() -> None:
    now = datetime(2026, 5, 11, tzinfo=UTC)

    def posts(*days: int) -> list[Post]:
        dates = [now - timedelta(days=each) for each in days]
        return [Post("p", "u", "t", date=date) for date in dates]

    assert days_back([], now) == 0
    assert days_back(posts(-3), now) == 0
    assert days_back(posts(400, 3), now) == 0
    assert days_back(posts(400, 30), now) == 407
    assert days_back(posts(900, 60, 50, 40, 30, 20, 10, -5), now) == 57


def test_the_queue_stays_out_of_the_sites_repository(site: Terminal) -> None:
    root = site.folder / "own"
    jigsaw(root, 1)
    site.publish("init", "own", "--yes")
    assert not (root / "queue").exists()
    (root / ".git").mkdir()
    site.publish("init", "own", "--yes", "--force")
    assert (root / "queue" / ".gitignore").read_text() == "*\n"


def test_what_would_be_copied_to_the_web_is_said(site: Terminal) -> None:
    root = site.folder / "own"
    (root / "_posts").mkdir(parents=True)
    (root / "_config.yml").write_text("url: https://own.example\ntitle: Own\npermalink: pretty\n")
    (root / "_posts" / "2026-05-11-one.md").write_text("---\ntitle: One\n---\n")
    told = "jekyll copies queue/, with your subscribers, to the web; add: exclude: [config.yaml, q"
    assert told in site.run("init", "own", "--yes").stderr
    assert told in site.publish("-c", "own/config.yaml", "check", "--offline")
    with (root / "_config.yml").open("a") as file:
        file.write("exclude: [config.yaml, queue]\n")
    assert "queue" not in site.publish("-c", "own/config.yaml", "check", "--offline")
    (root / "_config.yml").unlink()
    told = site.publish("-c", "own/config.yaml", "check", "--offline")
    assert (
        "_config.yml: jekyll copies queue/, with your subscribers, to the web; write that" in told
    )


def test_a_folder_inside_a_site_is_told_where_the_site_is(site: Terminal) -> None:
    jigsaw(site.folder / "own", 1)
    told = site.run("init", "own/source/_posts", "--yes").stderr
    assert told.startswith("own/source/_posts lies in a jigsaw site: publish init /")
