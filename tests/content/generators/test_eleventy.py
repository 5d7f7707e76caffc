"""A small Eleventy site, and what its permalinks may hold."""

# ruff: noqa: E501 - files of a site in one line each

from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.generators.eleventy.globs import Ignored, matcher
from publisher.content.generators.eleventy.permalinks import (
    default_url,
    file_path_stem,
    file_slug,
    href,
)
from publisher.content.generators.eleventy.site import Site
from publisher.content.generators.eleventy.slugs import slug, slugify
from publisher.content.generators.eleventy.templates import rendered
from publisher.content.settings.javascript.apply import Unknown
from publisher.testing import Expected, GeneratorSuite

URL = "https://gazette.example/in"

CONFIG = """
    import { slugifyTitle } from "./lib/slugs.js"
    const isLive = (post) => !post.data.draft
    export default async function (eleventyConfig) {
        eleventyConfig.addFilter("byYear", (date) => new Date(date).getFullYear() + "")
        eleventyConfig.addFilter("titled", slugifyTitle)
        eleventyConfig.addFilter("remote", async (text) => await fetch(text))
        eleventyConfig.addCollection("shelf", (api) => api.getFilteredByGlob("./content/books/*.md"))
        eleventyConfig.addCollection("seen", (api) => api.getFilteredByTag("sightings"))
        eleventyConfig.addLayoutAlias("column", "layouts/column.njk")
        eleventyConfig.ignores.add("content/ignored/**")
        eleventyConfig.addDataExtension("yml", (contents) => yaml.load(contents))
    }
    export const config = {
        dir: { input: "content", includes: "../_includes", data: "../_data", output: "built" },
        pathPrefix: "/in/",
        templateFormats: ["md", "njk", "html", "11ty.js"],
    }
"""


def head(title: str, *lines: str) -> str:
    return "\n".join(["---", f"title: {title}", *lines, "---", "Text.", ""])


class TestEleventy(GeneratorSuite):
    """Data of folders and files, templates, functions, layouts, drafts and pages."""

    name = "eleventy"
    found: ClassVar = {
        "base_url": URL,
        "title": "The Gazette",
        "language": "en-GB",
        "description": "Harbour news",
    }
    files: ClassVar = {
        "eleventy.config.js": CONFIG,
        "lib/slugs.js": "export const slugifyTitle = (t) => t.toLowerCase().replace(/ /g, '_')",
        "package.json": '{"scripts": {"build": "eleventy"}}',
        "_data/metadata.js": "export default {title: 'The Gazette', url: 'https://gazette.example/',"
        "language: 'en-GB', description: 'Harbour news'}",
        "_includes/layouts/column.njk": "---\ntags: posts\npermalink: /columns/{{ page.fileSlug }}/\n"
        "layout: layouts/base.njk\n---\n",
        "_includes/layouts/base.njk": "---\nlang: fr\n---\n<html lang='de'>",
        ".eleventyignore": "# none of these\nREADME.md\ncontent/secret\n!content/secret/open.md\n",
        ".gitignore": "content/local.md\n",
        "content/content.json": '{"author": "Ann"}',
        "content/index.njk": "home",
        "content/about.md": head("About", "permalink: /about-us/"),
        "content/left-out.md": head("Left out", "eleventyExcludeFromCollections: true"),
        "content/loose.md": head("Loose", "date: 2026-05-01"),
        "content/secret/one.md": head("Secret"),
        "content/secret/open.md": head("Open"),
        "content/local.md": head("Local"),
        "content/ignored/one.md": head("Ignored"),
        "content/posts/posts.json": '{"tags": ["posts"], "permalink": "/p/{{ title | slugify }}/"}',
        "content/posts/one.md": head("A Harbour, rebuilt", "date: 2026-05-11", "image: /a.png"),
        "content/posts/Own.md": head("Own", "date: 2026-05-11T09:30:00+02:00", "permalink: /own.html"),
        "content/posts/none.md": head("None", "date: 2026-05-11", "permalink: false"),
        "content/posts/draft.md": head("Draft", "date: 2026-05-11", "draft: true"),
        "content/posts/hidden.md": head(
            "Hidden", "date: 2026-05-11", "eleventyExcludeFromCollections: true"
        ),
        "content/posts/feed.njk": head("Feed"),
        "content/posts/list.njk": head("List", "pagination:", "  data: collections.posts"),
        "content/posts/template.njk": head("Template", "date: 2026-05-12 08:00:00"),
        "content/posts/index.md": head("All posts", "permalink: /posts/"),
        "content/blog/blog.11tydata.js": """
            module.exports = () => ({ lang: "de", eleventyComputed: {
                permalink: (data) => data.gone ? false : `/${data.page.date.getFullYear()}/${data.page.fileSlug}/`
            }})""",
        "content/blog/2026-05-13-dated.md": head("Dated"),
        "content/blog/gone.md": head("Gone", "date: 2026-01-01", "gone: true"),
        "content/blog/deep/deep.11tydata.mjs": "export default {eleventyComputed: {permalink: false}}",
        "content/blog/deep/deep.md": head("Deep", "date: 2026-01-01"),
        "content/notes/2026-05-14-a-note.md": head("Note"),
        "content/notes/2026-05-15-folder/index.md": head("Folder"),
        "content/notes/same/same.md": head("Same", "date: 2026-05-15"),
        "content/notes/own.md": head("Own data"),
        "content/notes/own.11tydata.json": '{"permalink": "notes/mine/index.html", "date": "2026-02-02"}',
        "content/notes/data.md": "No head.\n",
        "content/notes/data.yml": "title: From data\ndate: 2026-03-03\n",
        "content/notes/code.md": "---js\nconst title = 'Code', date = '2026-04-04';\n---\nText.\n",
        "content/notes/object.md": "---js\n{ title: 'Object', date: '2026-04-05', draft: true }\n---\n",
        "content/notes/column.md": head("Column", "date: 2026-06-01", "layout: column"),
        "content/notes/filters.md": head(
            "By Filters", "date: 2026-06-02",
            'permalink: "/{{ page.date | byYear }}/{% if title %}{{ title | titled }}{% endif %}/"',
        ),
        "content/notes/computed.md": head(
            "Computed", "date: 2026-06-03", 'permalink: "/{{ title | remote }}/"'
        ),
        "content/notes/2026-05-16-script.11ty.js": "module.exports = class {}",
        "content/books/reading.md": head("Reading", "date: 2026-06-04"),
        "content/birds/heron.md": head("Heron", "tags: sightings", "date: 2026-06-05"),
        "built/posts/copy.md": head("Copy"),
        "node_modules/package/readme.md": head("Package"),
    }  # fmt: skip
    settings_dates = "2026-05-11T00:00:00+00:00"
    posts: ClassVar = {
        "content/about.md": Expected(f"{URL}/about-us/", page=True),
        "content/left-out.md": Expected(f"{URL}/left-out/", page=True),
        "content/loose.md": Expected(f"{URL}/loose/", "2026-05-01T00:00:00+00:00", date_only=True),
        "content/posts/one.md": Expected(
            f"{URL}/p/a-harbour-rebuilt/", settings_dates, "A Harbour, rebuilt", image=f"{URL}/a.png",
        ),
        "content/posts/Own.md": Expected(f"{URL}/own.html", "2026-05-11T09:30:00+02:00"),
        "content/posts/none.md": Expected("", settings_dates),
        "content/posts/draft.md": Expected(f"{URL}/p/draft/", hidden=True),
        "content/posts/hidden.md": Expected(f"{URL}/p/hidden/", hidden=True),
        "content/posts/list.njk": Expected(f"{URL}/p/list/", page=True),
        "content/posts/template.njk": Expected(f"{URL}/p/template/", "2026-05-12T08:00:00+00:00"),
        "content/posts/index.md": Expected(f"{URL}/posts/"),
        "content/blog/2026-05-13-dated.md": Expected(
            f"{URL}/2026/dated/", "2026-05-13T00:00:00+00:00", language="de", date_only=True
        ),
        "content/blog/gone.md": Expected(""),
        "content/blog/deep/deep.md": Expected(""),
        "content/notes/2026-05-14-a-note.md": Expected(f"{URL}/notes/2026-05-14-a-note/"),
        "content/notes/2026-05-15-folder/index.md": Expected(
            f"{URL}/notes/2026-05-15-folder/", "2026-05-15T00:00:00+00:00"
        ),
        "content/notes/same/same.md": Expected(f"{URL}/notes/same/"),
        "content/notes/own.md": Expected(f"{URL}/notes/mine/", "2026-02-02T00:00:00+00:00"),
        "content/notes/data.md": Expected(
            f"{URL}/notes/data/", "2026-03-03T00:00:00+00:00", "From data"
        ),
        "content/notes/code.md": Expected(
            f"{URL}/notes/code/", "2026-04-04T00:00:00+00:00", "Code", language="en-GB"
        ),
        "content/notes/object.md": Expected(f"{URL}/notes/object/", title="Object", hidden=True),
        "content/notes/column.md": Expected(f"{URL}/columns/column/", language="fr"),
        "content/notes/filters.md": Expected(f"{URL}/2026/by_filters/"),
        "content/notes/computed.md": Expected(f"{URL}/notes/computed/"),
        "content/books/reading.md": Expected(f"{URL}/books/reading/"),
        "content/birds/heron.md": Expected(f"{URL}/birds/heron/"),
    }  # fmt: skip
    unread = frozenset({"content/notes/2026-05-16-script.11ty.js"})

    def test_what_is_computed_is_said(self, site: Path) -> None:
        """And the default address stands in for it."""
        post = self.read(site)["content/notes/computed.md"]
        assert post.problem.startswith(
            "its permalink is computed, and Publisher cannot read 'fetch'"
        )

    def test_drafts_are_shown_where_nothing_looks_at_them(self, site: Path) -> None:
        config = site / "eleventy.config.js"
        config.write_text(CONFIG.replace("!post.data.draft", "post"))
        assert not self.read(site)["content/posts/draft.md"].draft
        (site / "content/posts/posts.11tydata.js").write_text(
            "export default {live: (data) => !data.draft}"
        )
        assert self.read(site)["content/posts/draft.md"].draft

    def test_a_changed_layout_or_data_file_is_read_again(self, site: Path) -> None:
        layout = site / "_includes/layouts/column.njk"
        layout.write_text("---\npermalink: /c/{{ page.fileSlug }}/\ntags: posts\n---\n")
        assert self.read(site)["content/notes/column.md"].url == f"{URL}/c/column/"

    def test_git_and_file_times_are_the_files(self, site: Path) -> None:
        post = site / "content/blog/2026-05-13-dated.md"
        post.write_text(head("Dated", "date: git Last Modified"))
        date = self.read(site)["content/blog/2026-05-13-dated.md"].date
        assert date is not None
        assert date.year > 2000


DATA = {
    "title": "A Title", "empty": "", "yes": True, "no": False, "none": None, "count": 2,
    "page": {"fileSlug": "name", "date": "2026-05-11"},
}  # fmt: skip


def filters(name: str, arguments: list[object]) -> object:
    if name == "slugify":
        return slugify(str(arguments[0]))
    if name == "join":
        return "+".join(map(str, arguments))
    raise Unknown(name)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain", "plain"),
        ("/{{ page.fileSlug }}/", "/name/"),
        ("{{- title|slugify -}}", "a-title"),
        ("{{ page['fileSlug'] }}", "name"),
        ("{{ 'a' | join: 'b', 2 }}", "a+b+2"),
        ("{{ 'a' | join('b', 2) | slugify }}", "a-b-2"),
        ("{{ title ~ '-' ~ count }}", "A Title-2"),
        ("{% if yes %}a{% else %}b{% endif %}", "a"),
        ("{% if no %}a{% elsif empty %}b{% elif title %}c{% else %}d{% endif %}", "c"),
        ("{% unless no %}a{% endunless %}{# note #}", "a"),
        ("{% if not no and title == 'A Title' %}a{% endif %}", "a"),
        ("{% if no or count != 2 %}a{% else %}{{ none }}b{% endif %}", "b"),
        ("{% if no %}{% if yes %}x{% endif %}y{% endif %}z", "z"),
    ],
)
def test_templates(source: str, expected: str) -> None:
    assert rendered(source, DATA, filters) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}", "{{ title | other }}", "{{ title.replace('a', 'b') }}", "{{ title | }}",
        "{% for a in b %}{% endfor %}", "{{ page }}", "{{ title.inner }}", "{{ % }}",
        "{{ a if b else c }}", "{{ " + "title | slugify " * 200 + "}}", "{{ 'a' | join('b' }}",
    ],
)  # fmt: skip
def test_templates_that_hold_more_are_unknown(source: str) -> None:
    with pytest.raises(Unknown):
        rendered(source, DATA, filters)


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("Don't worry", "dont-worry", "don't-worry"),
        ("Größe & Maß", "groesse-and-mass", "grosse-and-mass"),
        ("fooBar BAZ", "foobar-baz", "foobar-baz"),
        ("Привет, ый", "privet-iy", "privet-yj"),
        ("100% `code`", "100-code", "100percent-code"),
        ("--a_b.c--", "a-b-c", "a_b.c"),
        ("日本 news", "news", "news"),
        ("L\u2019été…", "l-ete", "l'ete..."),
    ],
)
def test_slugs(text: str, new: str, old: str) -> None:
    assert slugify(text) == new
    assert slug(text) == old


def test_slugs_with_options() -> None:
    assert slugify("fooBarBAZ2", decamelize=True) == "foo-bar-baz-2"
    assert slug("A (b)!", lower=False, strict=True) == "A-b"
    assert slug("a.b'c", removed="[.']") == "abc"


@pytest.mark.parametrize(
    ("path", "url", "slug_of_it", "stem"),
    [
        ("a.md", "/a/", "a", "/a"),
        ("posts/2026-05-11-a.md", "/posts/2026-05-11-a/", "a", "/posts/a"),
        ("posts/2026-5-1-a.md", "/posts/2026-5-1-a/", "2026-5-1-a", "/posts/2026-5-1-a"),
        ("posts/a/index.md", "/posts/a/", "a", "/posts/a/index"),
        ("posts/2026-05-11-a/index.md", "/posts/2026-05-11-a/", "a", "/posts/2026-05-11-a/index"),
        ("a/a.md", "/a/", "a", "/a/a"),
        ("index.md", "/", "", "/index"),
    ],
)
def test_paths(path: str, url: str, slug_of_it: str, stem: str) -> None:
    assert (default_url(path), file_slug(path), file_path_stem(path)) == (url, slug_of_it, stem)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("a/index.html", "/a/"), ("/a/", "/a/"), ("/a", "/a"), ("a.html", "/a.html"),
        ("/", "/"), ("//a//b/", "/a/b/"), ("/a/index", "/a/"), ("../../a/", "/a/"),
    ],
)  # fmt: skip
def test_permalinks_become_addresses(written: str, url: str) -> None:
    assert href(written) == url


def test_globs() -> None:
    assert matcher("./src/**/*.{md,njk}").fullmatch("src/a/b/c.njk")
    assert matcher("src/**/*.md").fullmatch("src/c.md")
    assert not matcher("src/*.md").fullmatch("src/a/c.md")
    assert matcher("a?.[md").fullmatch("ab.[md")


def test_the_last_pattern_decides(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    ignored = Ignored(tmp_path, ["folder", "*.log", "!folder/kept.md", "other/"])
    assert "folder/a.md" in ignored
    assert "folder/kept.md" not in ignored
    assert "a.log" in ignored
    assert "deep/a.log" not in ignored
    assert "other/deep/a.md" in ignored


def test_the_command_line_names_folders(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(
        '{"scripts": {"a": "eleventy --config=eleventy.one.cjs --input=./text/ --output out"}}'
    )
    (tmp_path / "eleventy.one.cjs").write_text("module.exports = {dir: {input: 'other'}}")
    (tmp_path / "text").mkdir()
    site = Site(tmp_path)
    assert (site.input, site.output, site.data_folder) == ("text", "out", "text/_data")
    assert site.config_path == tmp_path / "eleventy.one.cjs"


def test_folders_by_setters(tmp_path: Path) -> None:
    (tmp_path / ".eleventy.js").write_text(
        "module.exports = (c) => { c.setInputDirectory('views'); c.setDataDirectory('facts')"
        "; c.setUseGitIgnore(false); c.addGlobalData('permalink', '/x/') }"
    )
    (tmp_path / "views").mkdir()
    site = Site(tmp_path)
    assert (site.input, site.data_folder) == ("views", "views/facts")
    assert site.data("permalink") == "/x/"
    assert site.data("../etc") is None
