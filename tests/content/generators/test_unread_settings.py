"""Settings that cannot be read: no post gets the address that the defaults would make."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.content.reader import read_site
from publisher.content.source import Rule, Source
from publisher.durations import utc_now
from publisher.model.posts import Post

POST = "---\ntitle: Ferry\ndate: 2026-11-20\n---\nText.\n"
BROKEN = [
    ("hugo", "hugo.toml", "title = [\n", "content/posts/p.md", "content"),
    ("jekyll", "_config.yml", "title: [\n", "_posts/2026-11-20-p.md", "."),
    ("hexo", "_config.yml", "title: [\n", "source/_posts/p.md", "source/_posts"),
    ("zola", "zola.toml", "title = [\n", "content/p.md", "content"),
    ("mkdocs", "mkdocs.yml", "site_name: [\n", "docs/p.md", "docs"),
    ("quarto", "_quarto.yml", "website: [\n", "posts/p.qmd", "."),
]


def read(root: Path, generator: str, folder: str, *urls: Rule) -> Post:
    place = root / folder
    source = Source(
        place, root, "https://a.example", ZoneInfo("UTC"), generator, site=root, urls=urls
    )
    (post,) = read_site([source], None, utc_now).posts
    return post


@pytest.mark.parametrize(("generator", "name", "settings", "file", "folder"), BROKEN)
def test_no_address_while_settings_cannot_be_read(
    tmp_path: Path, generator: str, name: str, settings: str, file: str, folder: str
) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(POST)
    (tmp_path / name).write_text(settings)
    post = read(tmp_path, generator, folder)
    assert (post.url, post.title) == ("", "Ferry")
    assert f"{name} cannot be read" in post.problem
    pattern = read(tmp_path, generator, folder, Rule("", "/blog/:title/"))
    assert pattern.url == "https://a.example/blog/ferry/"
    ended = read(tmp_path, generator, folder, Rule("", "generator~slash"))
    assert ended.url == ""


def test_a_script_of_settings_that_is_cut_off_makes_no_defaults(tmp_path: Path) -> None:
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog/2026-11-20-p.md").write_text(POST)
    script = 'module.exports = {title: "A", presets: [["classic", {blog: {routeBasePath: "n"}}]]'
    (tmp_path / "docusaurus.config.js").write_text(script)
    post = read(tmp_path, "docusaurus", "blog")
    assert (post.url, post.problem.split(";")[0]) == (
        "",
        "docusaurus.config.js is no valid script",
    )
    (tmp_path / "docusaurus.config.js").write_text(f"{script}}}")
    assert read(tmp_path, "docusaurus", "blog").url == "https://a.example/n/2026/11/20/p"


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_a_mark_before_settings_is_passed_over(tmp_path: Path, mark: str) -> None:
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "content/posts/p.md").write_text(POST)
    settings = f'{mark}title = "A"\r\n[permalinks]\r\nposts = "/:year/:filename/"\r\n'
    (tmp_path / "hugo.toml").write_text(settings)
    assert read(tmp_path, "hugo", "content").url == "https://a.example/2026/p/"


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_settings_that_may_not_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/p.md").write_text(POST)
    (tmp_path / "hugo.toml").write_text('title = "A"\n')
    (tmp_path / "hugo.toml").chmod(0)
    post = read(tmp_path, "hugo", "content")
    assert (post.url, post.problem.split(";")[0]) == (
        "",
        "hugo.toml cannot be read: permission denied",
    )


def test_a_parent_of_settings_counts_too(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/p.md").write_text(POST)
    (tmp_path / "mkdocs.yml").write_text("INHERIT: base.yml\nsite_name: A\n")
    (tmp_path / "base.yml").write_text("plugins: [\n")
    assert "base.yml cannot be read" in read(tmp_path, "mkdocs", "docs").problem


def test_settings_of_hugo_that_are_gone_make_no_defaults(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/p.md").write_text(POST)
    post = read(tmp_path, "hugo", "content")
    assert (post.url, post.problem.split(";")[0]) == (
        "",
        "the site's settings (hugo.toml) cannot be read: there are none",
    )
    assert read(tmp_path, "hugo", "content", Rule("", "/:name/")).url == "https://a.example/p/"
