"""Small Zola sites: every rule of addresses, dates and drafts; several languages; odd settings."""

from functools import partial
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

import pytest

from publisher.content.generators import detect
from publisher.content.generators.base import Sure
from publisher.content.generators.zola.slugs import slug
from publisher.testing import Expected, GeneratorSuite
from tests.content.generators import small_site

site_of = partial(small_site.site_of, zone="Europe/Paris")
SITE = "https://gazette.example/paper"
MIDNIGHT = "2026-05-11T00:00:00+00:00"


def page(title: str, *lines: str, dated: bool = True) -> str:
    date = ["date = 2026-05-11"] if dated else []
    return "\n".join(["+++", f'title = "{title}"', *date, *lines, "+++", "Text.", ""])


class TestZola(GeneratorSuite):
    """Sections, colocated pages, languages, drafts and dates in names."""

    name = "zola"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": SITE,
        "title": "The Gazette",
        "description": "News",
        "language": "en",
        "seen": "config.toml",
    }
    files: ClassVar = {
        "config.toml": f"""
base_url = "{SITE}/"
title = "The Gazette"
description = "News"
default_language = "en"
ignored_content = ["**/left-out*.md"]
[languages.fr]
title = "La Gazette"
""",
        "themes/x/config.toml": 'base_url = "https://example.org"',
        "themes/x/content/example.md": page("Example"),
        "content/_index.md": "+++\n+++\n",
        "content/about.md": page("About"),
        "content/colophon.md": page("Colophon", dated=False),
        "content/dated.md": page("Dated"),
        "content/News Room/_index.md": page("News", 'sort_by = "date"', dated=False),
        "content/News Room/_index.fr.md": page("Nouvelles", dated=False),
        "content/News Room/Old Harbour & Wall.md": page("Old"),
        "content/News Room/left-out.md": page("Left out"),
        "content/News Room/one.fr.md": page("Une"),
        "content/News Room/two.en.md": page("Two"),
        "content/News Room/slug.md": page("Slug", 'slug = "Own Slug"'),
        "content/News Room/path.md": page("Path", 'path = "/Some/Where"'),
        "content/News Room/path.fr.md": page("Chemin", 'path = "ici/"'),
        "content/News Room/undated.md": page("Undated", dated=False),
        "content/News Room/2024-03-02-named.md": page("Named", dated=False),
        "content/News Room/2024-03-02T05:06:07Z_timed.md": page("Timed", dated=False),
        "content/News Room/2024-03-02-given.md": page("Given"),
        "content/News Room/in-path.md": page("In", 'path = "2023/02/01/x"', dated=False),
        "content/News Room/with-picture/index.md": page("", "[extra]", 'image = "a b.jpg"'),
        "content/News Room/with-picture/a b.jpg": "",
        "content/News Room/with-picture/index.fr.md": page("Image", '[extra]\ncover = "/c.jpg"'),
        "content/News Room/yaml.md": (
            "---\ntitle: Yaml\ndate: 2026-05-11T09:30:00+02:00\n"
            "taxonomies:\n  tags: [harbour]\n---\n"
        ),
        "content/News Room/naive.md": page("Naive", "date = 2026-05-11T09:30:00", dated=False),
        "content/News Room/draft.md": page("Draft", "draft = true"),
        "content/News Room/unrendered.md": page("Unrendered", "render = false"),
        "content/hidden/_index.md": page("Hidden", "draft = true", dated=False),
        "content/hidden/below/post.md": page("Post"),
    }
    posts: ClassVar = {
        "content/about.md": Expected(f"{SITE}/about/", page=True),
        "content/colophon.md": Expected(f"{SITE}/colophon/", "", page=True),
        "content/dated.md": Expected(f"{SITE}/dated/", MIDNIGHT),
        "content/News Room/Old Harbour & Wall.md": Expected(
            f"{SITE}/News Room/old-harbour-wall/", MIDNIGHT, date_only=True, language="en"
        ),
        "content/News Room/one.fr.md": Expected(f"{SITE}/fr/News Room/one/", language="fr"),
        "content/News Room/two.en.md": Expected(f"{SITE}/News Room/two-en/", language="en"),
        "content/News Room/slug.md": Expected(f"{SITE}/News Room/own-slug/"),
        "content/News Room/path.md": Expected(f"{SITE}/Some/Where/"),
        "content/News Room/path.fr.md": Expected(f"{SITE}/ici/", language="fr"),
        "content/News Room/undated.md": Expected(f"{SITE}/News Room/undated/", ""),
        "content/News Room/2024-03-02-named.md": Expected(
            f"{SITE}/News Room/named/", "2024-03-02T00:00:00+00:00"
        ),
        "content/News Room/2024-03-02T05:06:07Z_timed.md": Expected(
            f"{SITE}/News Room/timed/", "2024-03-02T05:06:07+00:00"
        ),
        "content/News Room/2024-03-02-given.md": Expected(f"{SITE}/News Room/given/", MIDNIGHT),
        "content/News Room/in-path.md": Expected(
            f"{SITE}/2023/02/01/x/", "2023-02-01T00:00:00+00:00"
        ),
        "content/News Room/with-picture/index.md": Expected(
            f"{SITE}/News Room/with-picture/",
            title="With picture",
            image=f"{SITE}/News%20Room/with-picture/a%20b.jpg",
        ),
        "content/News Room/with-picture/index.fr.md": Expected(
            f"{SITE}/fr/News Room/with-picture/", image=f"{SITE}/c.jpg", language="fr"
        ),
        "content/News Room/yaml.md": Expected(
            f"{SITE}/News Room/yaml/", "2026-05-11T09:30:00+02:00", title="Yaml"
        ),
        "content/News Room/naive.md": Expected(
            f"{SITE}/News Room/naive/", "2026-05-11T09:30:00+00:00", date_only=False
        ),
        "content/News Room/draft.md": Expected(f"{SITE}/News Room/draft/", hidden=True),
        "content/News Room/unrendered.md": Expected("", hidden=True),
        "content/hidden/below/post.md": Expected(f"{SITE}/hidden/below/post/", hidden=True),
    }

    def test_taxonomies_are_categories(self, site: Path) -> None:
        assert self.read(site)["content/News Room/yaml.md"].categories == ("harbour",)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ('slugify = {paths = "safe"}', "Été «two»"),
        ('slugify = {paths = "off"}', "Été? «two»"),
        ("slugify_paths = false", "Été? «two»"),
        ("slugify = {paths_keep_dates = true}", "2024-03-02-ete-two"),
        ("", "ete-two"),
    ],
)
def test_slugs_and_dates_follow_the_settings(tmp_path: Path, settings: str, url: str) -> None:
    file = "content/2024-03-02-Été? «two».md"
    config = f'base_url = "https://gazette.example"\nlanguages = [{{code = "fr"}}]\n{settings}\n'
    found, posts = site_of(tmp_path, {"zola.toml": config, file: page("Two")})
    assert found.seen == "zola.toml"
    assert unquote(posts[file].url) == f"https://gazette.example/{url}/"


@pytest.mark.parametrize(
    ("written", "on", "safe"),
    [
        ("test (hey)", "test-hey", "test (hey)"),
        ("dot. ", "dot", "dot"),
        ("日本", "ri-ben", "日本"),
        ("héhé", "hehe", "héhé"),
        ("A/B?", "a-b", "AB"),
        ("__init__", "init", "__init__"),
    ],
)
def test_slugs(written: str, on: str, safe: str) -> None:
    assert slug(written, "on") == on
    assert slug(written, "safe") == safe
    assert slug(written, "off") == written


def test_an_address_may_stand_beside_the_site(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "config.toml").write_text('base_url = "/"')
    found = detect(tmp_path)
    assert found is not None
    assert found.base_url == ""
    assert any("base_url" in note for note in found.notes)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "CNAME").write_text("gazette.example\n")
    again = detect(tmp_path)
    assert again is not None
    assert again.base_url == "https://gazette.example"


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "zola.toml").write_text("base_url = ")
    found = detect(tmp_path)
    assert found is not None
    assert any("zola.toml" in note for note in found.notes)
