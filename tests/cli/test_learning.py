"""`publish init` learns addresses from a sitemap, a feed, or a built folder."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

HEAD = "---\ntitle: {title}\ndate: 2026-05-{day:02}\n---\nText.\n"
URL = "https://gazette.example/b/2026/{name}/"


@pytest.fixture
def blog(site: Terminal) -> Path:
    """A folder of posts that no generator knows."""
    folder = site.folder / "blog"
    (folder / "words").mkdir(parents=True)
    for day in range(1, 21):
        text = HEAD.format(title=f"Story {day}", day=day)
        (folder / "words" / f"harbour-{day}.md").write_text(text)
    return folder


def sitemap(path: Path, days: range) -> None:
    urls = (f"<url><loc>{URL.format(name=f'harbour-{day}')}</loc></url>" for day in days)
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(f"<urlset>{''.join(urls)}</urlset>")


def found(site: Terminal, folder: Path) -> set[str]:
    return {row["url"] for row in site.json("-c", str(folder / "config.yaml"), "posts")}


EVERY = {URL.format(name=f"harbour-{day}") for day in range(1, 21)}


def test_half_of_a_sitemap_is_enough(site: Terminal, blog: Path) -> None:
    sitemap(site.folder / "half.xml", range(1, 21, 2))
    done = site.run("init", "blog", "--yes", "--sitemap", "half.xml")
    assert "10 of 10 posts in half.xml are explained by" in done.stderr
    text = (blog / "config.yaml").read_text()
    assert "folder: words\n" in text and "url: https://gazette.example" in text.replace('"', "")
    assert "/b/:year/:slug/" in text
    assert found(site, blog) == EVERY


def test_a_map_is_kept_where_nothing_explains_it(site: Terminal, blog: Path) -> None:
    urls = [f"https://gazette.example/x{day * 7919 % 97}/harbour-{day}/" for day in range(1, 21)]
    (blog / "map.txt").write_text("\n".join(urls))
    site.publish("init", "blog", "--yes", "--sitemap", str(blog / "map.txt"))
    text = (blog / "config.yaml").read_text()
    assert "- sitemap\n" in text or "urls: sitemap\n" in text
    assert "sitemap: map.txt\n" in text
    assert found(site, blog) == set(urls)


def test_a_built_folder_is_looked_at_unasked(site: Terminal, blog: Path) -> None:
    shutil.move(blog / "words", blog / "posts")
    for url in [*EVERY, "https://gazette.example/"]:
        page = blog / "public" / url.split("/", 3)[3] / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f'<html><head><link rel="canonical" href="{url}"></head></html>')
    done = site.run("init", "blog", "--yes")
    assert "20 of 20 posts in public are explained by" in done.stderr
    assert {url.split("/", 3)[3] for url in found(site, blog)} == {
        url.split("/", 3)[3] for url in EVERY
    }


def test_check_compares_with_built_pages(site: Terminal, blog: Path) -> None:
    for url in [*sorted(EVERY)[:4], "https://gazette.example/"]:
        page = blog / "public" / url.split("/", 3)[3] / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f'<html><head><link rel="canonical" href="{url}"></head></html>')
    sitemap(site.folder / "half.xml", range(1, 21, 2))
    site.publish("init", "blog", "--yes", "--sitemap", "half.xml")
    config = blog / "config.yaml"
    done = site.run("-c", str(config), "check", "--offline")
    assert "elsewhere" not in done.stderr
    config.write_text(config.read_text().replace("/b/:year/", "/:year/"))
    done = site.run("-c", str(config), "check", "--offline")
    assert "public: 0 posts found at their addresses, 4 elsewhere" in done.stderr
    assert (
        "https://gazette.example/b/2026/harbour-1/, not https://gazette.example/2026/harbour-1/"
        in (done.stderr)
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing.xml", "missing.xml cannot be read: no such file or directory"),
        ("page.html", "page.html is an HTML page"),
        ("http://127.0.0.1:9/sitemap.xml", "cannot be fetched"),
    ],
)
def test_what_is_no_sitemap_is_refused(site: Terminal, blog: Path, name: str, problem: str) -> None:
    (site.folder / "page.html").write_text("<!doctype html><html></html>")
    assert problem in site.refused("init", "blog", "--yes", "--sitemap", name)
    assert not (blog / "config.yaml").exists()
