"""Small Hugo sites: one with every rule of addresses, one in several languages, and odd ones."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.generators import detect
from publisher.content.generators.base import Sure
from publisher.content.generators.hugo.dates import name_date
from publisher.content.generators.hugo.globs import matches
from publisher.content.generators.hugo.godates import go_date, has_layout
from publisher.content.generators.hugo.slugs import Slugs, cleaned
from publisher.testing import Expected, GeneratorSuite
from tests.content.generators import small_site

site_of = partial(small_site.site_of, zone="UTC")
SITE = "https://gazette.example/paper"
MIDNIGHT = "2026-05-11T00:00:00+00:00"
CONFIG = """
baseURL = "https://gazette.example/paper/"
title = "The Gazette"
languageCode = "en-gb"
theme = "broadsheet"
ignoreFiles = ["/ignored-.*\\\\.md$", "(a+)+b"]
[permalinks]
  notes = "/n/:year/:month/:slug/"
  docs = "/d/:sections[1:]/:slugorfilename"
  "/" = "/root/:filename/"
  talks = "/:wrong/:title/"
[permalinks.page]
  dated = "/:yearday/:weekdayname/:monthname/:Jan/:06/:contentbasename/"
[uglyURLs]
  ugly = true
[params]
  mainSections = ["posts", "notes", "docs", "dated", "ugly", "talks"]
[frontmatter]
  date = [":filename", ":default"]
  publishDate = ["publishdate", "date"]
"""


def head(title: str, *lines: str) -> str:
    return "\n".join(["---", f"title: {title}", "date: 2026-05-11", *lines, "---", "Text.", ""])


def toml(title: str, *lines: str) -> str:
    return "\n".join(["+++", f'Title = "{title}"', *lines, "+++", "Text.", ""])


class TestHugo(GeneratorSuite):
    """One language, permalinks of every sort, bundles, cascades, drafts."""

    name = "hugo"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": SITE,
        "title": "The Gazette",
        "language": "en-gb",
        "seen": "hugo.toml",
    }
    files: ClassVar = {
        "hugo.toml": CONFIG,
        "config/_default/params.yaml": "Description: News\n",
        "config/production/permalinks.json": '{"late": "/late/:title"}',
        "themes/broadsheet/exampleSite/hugo.toml": "baseURL = 'https://example.org'",
        "themes/broadsheet/exampleSite/content/posts/example.md": head("Example"),
        "content/_index.md": head("Home"),
        "content/about.md": head("About"),
        "content/contact/index.md": head("Contact"),
        "content/posts/_index.md": head("Posts", "cascade:", "  author: Cora"),
        "content/posts/Foo & Bar.md": head("Foo"),
        "content/posts/C++ und Ñandú.markdown": head("C++"),
        "content/posts/deep/er/slug.md": head("Slug", "slug: /Old Harbour/wall-"),
        "content/posts/own.md": head("Own", "url: Some/Where"),
        "content/posts/own-file.md": head("Own file", "URL: /old/page.html"),
        "content/posts/own-tokens.md": head("Own tokens!", "url: /x/:year/:title"),
        "content/posts/whole.md": head("Whole", "url: https://elsewhere.example/"),
        "content/posts/ignored-this.md": head("Ignored"),
        "content/posts/bundle/index.md": head("Bundle", "images: [cover.jpg]"),
        "content/posts/bundle/cover.jpg": "",
        "content/posts/pictured/index.md": head("Pictured"),
        "content/posts/pictured/a-cover.png": "",
        "content/posts/pictured/featured image.jpg": "",
        "content/posts/bundle/aside.md": head("Aside"),
        "content/posts/bundle/below/index.md": head("Below"),
        "content/posts/2024-03-02-named.md": toml("Named"),
        "content/posts/2024-03-02T05-06-07 named too.md": toml("Named", 'slug = "kept"'),
        "content/posts/toml.md": toml(
            "Toml", "date = 2026-05-11T09:30:00+02:00", "Draft = false", 'image = "img/a b.png"'
        ),
        "content/posts/words.md": toml("Words", 'date = "Mon, 11 May 2026 09:30:00 +0200"'),
        "content/posts/json.md": '{"title": "Json", "PublishDate": "2026-05-11"}\n\nText.\n',
        "content/posts/comment.md": f"<!--\n{head('Comment')}-->\n",
        "content/posts/org.org": "#+TITLE: Org\n#+DATE: <2026-05-11 Mon 09:30>\n#+tags[]: a b\n",
        "content/posts/page.html": head("Html"),
        "content/posts/bare.html": "<p>No front matter.</p>",
        "content/proof/index.html": "<p>No front matter.</p>",
        "content/posts/draft.md": head("Draft", "draft: true", "published: true"),
        "content/posts/unpublished.md": head("Unpublished", "published: false"),
        "content/posts/headless.md": head("Headless", "headless: true"),
        "content/posts/unrendered.md": head("Unrendered", "build:", "  render: never"),
        "content/posts/linked.md": head("Linked", "_build:", "  render: link"),
        "content/posts/unlisted.md": head("Unlisted", "build: {list: never}"),
        "content/notes/a.md": head("A harbour wall, rebuilt"),
        "content/docs/guide/_index.md": toml(
            "Guide", "[[cascade]]", "draft = true", "[cascade._target]", 'path = "/docs/**/hid*"'
        ),
        "content/docs/guide/one/Two.md": head("Two"),
        "content/docs/guide/hidden.md": head("Hidden"),
        "content/dated/One Two.md": head("One"),
        "content/ugly/One.md": head("One"),
        "content/talks/one.md": head("One"),
        "content/late/one.md": head("One Two"),
        "content/elsewhere/undated.md": "---\ntitle: Undated\n---\n",
    }
    posts: ClassVar = {
        "content/about.md": Expected(f"{SITE}/root/about/", MIDNIGHT, page=True),
        "content/contact/index.md": Expected(f"{SITE}/root/contact/", page=True),
        "content/posts/Foo & Bar.md": Expected(f"{SITE}/posts/foo--bar/", MIDNIGHT, date_only=True),
        "content/posts/C++ und Ñandú.markdown": Expected(f"{SITE}/posts/c++-und-ñandú/"),
        "content/posts/deep/er/slug.md": Expected(f"{SITE}/posts/deep/er/old-harbour/wall/"),
        "content/posts/own.md": Expected(f"{SITE}/Some/Where/"),
        "content/posts/own-file.md": Expected(f"{SITE}/old/page.html"),
        "content/posts/own-tokens.md": Expected(f"{SITE}/x/2026/own-tokens/"),
        "content/posts/whole.md": Expected(f"{SITE}/posts/whole/"),
        "content/posts/bundle/index.md": Expected(
            f"{SITE}/posts/bundle/", image=f"{SITE}/posts/bundle/cover.jpg", title="Bundle"
        ),
        "content/posts/pictured/index.md": Expected(
            f"{SITE}/posts/pictured/", image=f"{SITE}/posts/pictured/featured%20image.jpg"
        ),
        "content/posts/2024-03-02-named.md": Expected(
            f"{SITE}/posts/named/", "2024-03-02T00:00:00+00:00", date_only=True
        ),
        "content/posts/2024-03-02T05-06-07 named too.md": Expected(
            f"{SITE}/posts/kept/", "2024-03-02T05:06:07+00:00", date_only=False
        ),
        "content/posts/toml.md": Expected(
            f"{SITE}/posts/toml/",
            "2026-05-11T09:30:00+02:00",
            title="Toml",
            image=f"{SITE}/img/a%20b.png",
            language="en-gb",
        ),
        "content/posts/words.md": Expected(f"{SITE}/posts/words/", "2026-05-11T09:30:00+02:00"),
        "content/posts/json.md": Expected(f"{SITE}/posts/json/", MIDNIGHT),
        "content/posts/comment.md": Expected(f"{SITE}/posts/comment/", MIDNIGHT, title="Comment"),
        "content/posts/org.org": Expected(f"{SITE}/posts/org/", MIDNIGHT, title="Org"),
        "content/posts/page.html": Expected(f"{SITE}/posts/page/", MIDNIGHT),
        "content/proof/index.html": Expected(f"{SITE}/root/proof/", page=True),
        "content/posts/bare.html": Expected(f"{SITE}/posts/bare/", ""),
        "content/posts/draft.md": Expected(f"{SITE}/posts/draft/", hidden=True),
        "content/posts/unpublished.md": Expected(f"{SITE}/posts/unpublished/", hidden=True),
        "content/posts/headless.md": Expected("", hidden=True, page=True),
        "content/posts/unrendered.md": Expected("", hidden=True, page=True),
        "content/posts/linked.md": Expected(f"{SITE}/posts/linked/", page=True),
        "content/posts/unlisted.md": Expected(f"{SITE}/posts/unlisted/", page=True),
        "content/notes/a.md": Expected(f"{SITE}/n/2026/05/a-harbour-wall-rebuilt/"),
        "content/docs/guide/one/Two.md": Expected(f"{SITE}/d/guide/two/"),
        "content/docs/guide/hidden.md": Expected(f"{SITE}/d/guide/hidden/", hidden=True),
        "content/dated/One Two.md": Expected(f"{SITE}/131/monday/may/may/26/one-two/"),
        "content/ugly/One.md": Expected(f"{SITE}/ugly/one.html"),
        "content/talks/one.md": Expected(""),
        "content/late/one.md": Expected(f"{SITE}/late/one-two/", page=True),
        "content/elsewhere/undated.md": Expected(f"{SITE}/elsewhere/undated/", "", page=True),
    }

    def test_what_is_wrong_is_said(self, site: Path) -> None:
        read = self.read(site)
        assert ":wrong" in read["content/talks/one.md"].problem
        assert "url" in read["content/posts/whole.md"].problem
        assert read["content/posts/Foo & Bar.md"].author == "Cora"
        assert read["content/posts/org.org"].categories == ("a", "b")

    def test_a_day_of_publication_ahead_is_the_date(self, site: Path) -> None:
        file = site / "content/posts/toml.md"
        file.write_text(head("Later", "publishDate: 2999-01-01"))
        assert self.read(site)["content/posts/toml.md"].date == datetime(2999, 1, 1, tzinfo=UTC)

    def test_a_change_of_a_section_is_read_again(self, site: Path) -> None:
        index = site / "content/posts/_index.md"
        assert self.read(site)["content/posts/own.md"].author == "Cora"
        index.write_text(head("Posts", "cascade:", "  draft: true"))
        assert self.read(site)["content/posts/own.md"].draft


class TestHugoInLanguages(GeneratorSuite):
    """Languages by file name and by folder, the default one in a folder of its own."""

    name = "hugo"
    found: ClassVar = {"base_url": "https://gazette.example", "timezone": "Europe/Oslo"}
    files: ClassVar = {
        "config/_default/config.toml": (
            'baseURL = "https://gazette.example"\ntimeZone = "Europe/Oslo"\n'
            'defaultContentLanguage = "nb"\ndefaultContentLanguageInSubdir = true\n'
            'disableLanguages = ["sv"]\n'
        ),
        "config/_default/languages.nb.toml": 'title = "Tidende"\nweight = 1\n',
        "config/_default/languages.en.toml": (
            'contentDir = "content/english"\nweight = 2\n[permalinks]\nposts = "/stories/:slug"\n'
        ),
        "config/_default/languages.zh-Hans.toml": "weight = 3\n",
        "config/_default/permalinks.toml": 'deep = "/d/:sections/:slug"\n',
        "content/deep/er/_index.md": head("Deeper"),
        "content/deep/er/six.md": head("Six"),
        "content/deep/er/six.zh-hans.md": head("Six"),
        "config/_default/languages.sv.toml": "weight = 4\n",
        "content/posts/en.md": head("En"),
        "content/posts/to.zh-hans.md": head("To"),
        "content/posts/tre.sv.md": head("Tre"),
        "content/posts/fire.de.md": head("Fire"),
        "content/posts/fem/index.zh-hans.md": head("Fem", "url: relative/"),
        "content/english/posts/one.md": head("One"),
        "content/english/posts/two.md": head("Two", "url: /absolute/"),
    }
    posts: ClassVar = {
        "content/posts/en.md": Expected(
            "https://gazette.example/nb/posts/en/", "2026-05-11T00:00:00+02:00", language="nb"
        ),
        "content/posts/to.zh-hans.md": Expected(
            "https://gazette.example/zh-hans/posts/to/", language="zh-hans"
        ),
        "content/deep/er/six.md": Expected("https://gazette.example/nb/d/deep/er/six/"),
        "content/deep/er/six.zh-hans.md": Expected("https://gazette.example/zh-hans/d/deep/six/"),
        "content/posts/fire.de.md": Expected("https://gazette.example/nb/posts/fire.de/"),
        "content/posts/fem/index.zh-hans.md": Expected("https://gazette.example/zh-hans/relative/"),
        "content/english/posts/one.md": Expected(
            "https://gazette.example/en/stories/one/", language="en"
        ),
        "content/english/posts/two.md": Expected("https://gazette.example/absolute/"),
    }


def test_mounts_name_the_folders_of_content(tmp_path: Path) -> None:
    found, posts = site_of(
        tmp_path,
        {
            "hugo.yaml": """
baseURL: https://gazette.example/
languages: {en: {weight: 1}, fr: {weight: 2}}
module:
  mounts:
    - {source: pages, target: content}
    - {source: words, target: content/Posts, excludeFiles: ["**/left/*"]}
    - {source: mots, target: content, lang: fr}
    - {source: pages/posts, target: content/posts, lang: fr}
    - {source: nowhere, target: content}
    - {source: ../../elsewhere, target: content}
""",
            "pages/posts/a.md": head("A"),
            "words/b.md": head("B"),
            "words/left/c.md": head("C"),
            "mots/posts/d.md": head("D"),
        },
    )
    assert [each.folder.name for each in found.sources] == ["pages", "words", "mots"]
    assert {path: post.url for path, post in posts.items()} == {
        "pages/posts/a.md": "https://gazette.example/posts/a/",
        "words/b.md": "https://gazette.example/posts/b/",
        "mots/posts/d.md": "https://gazette.example/fr/posts/d/",
    }


def test_each_language_may_have_its_own_host(tmp_path: Path) -> None:
    _, posts = site_of(
        tmp_path,
        {
            "config.toml": """
[languages.en]
baseURL = "https://gazette.example"
[languages.fr]
baseURL = "https://gazette.example.fr/"
""",
            "content/posts/a.md": head("A"),
            "content/posts/a.fr.md": head("A"),
            "archetypes/default.md": "",
        },
    )
    assert posts["content/posts/a.md"].url == "https://gazette.example/posts/a/"
    assert posts["content/posts/a.fr.md"].url == "https://gazette.example.fr/posts/a/"


def test_posts_may_lie_outside_of_any_section(tmp_path: Path) -> None:
    _, posts = site_of(
        tmp_path,
        {
            "hugo.json": '{"baseURL": "/", "buildDrafts": true, "disablePathToLower": true}',
            "static/CNAME": "www.gazette.example\n",
            **{f"content/Post {number}.md": head("Post", "draft: true") for number in range(3)},
            "content/about.md": head("About"),
        },
    )
    assert [path for path, post in posts.items() if post.page] == ["content/about.md"]
    assert posts["content/Post 1.md"].url == "https://www.gazette.example/Post-1/"
    assert not posts["content/Post 1.md"].draft


def test_permalinks_may_be_a_list_of_targets(tmp_path: Path) -> None:
    _, posts = site_of(
        tmp_path,
        {
            "hugo.yaml": """
baseURL: https://gazette.example/
removePathAccents: true
permalinks:
  - {target: {kind: section}, pattern: /never/}
  - {target: {path: "/posts/{a,b}*"}, pattern: "/ab/:title"}
  - {target: {kind: page}, pattern: "/rest/:sectionslugs/:filename"}
cascade:
  - {target: {path: /posts/d}, params: {author: Cora}, url: "/by/:slug\\\\:"}
""",
            "content/posts/_index.md": head("Posts", "slug: Café"),
            "content/posts/a.md": head("Ünter"),
            "content/posts/c.md": head("C"),
            "content/posts/d.md": head("D"),
        },
    )
    assert posts["content/posts/a.md"].url == "https://gazette.example/ab/unter/"
    assert posts["content/posts/c.md"].url == "https://gazette.example/rest/cafe/c/"
    assert posts["content/posts/d.md"].url == "https://gazette.example/by/d:/"
    assert posts["content/posts/d.md"].author == "Cora"


def test_odd_names_are_written_as_hugo_does(tmp_path: Path) -> None:
    _, posts = site_of(
        tmp_path,
        {
            "hugo.yaml": """
baseURL: https://gazette.example/
disablePathToLower: true
permalinks: {big names: "/:section/:title", big-names: "/:section/:title"}
languages: {en: {weight: 1}, fr: {weight: 2}}
""",
            "content/Big Names/C#/one.md": head("About C#"),
            "content/Other Names/One Two.md": head("One"),
            "content/Other Names/two.fr.md": head("Two", "url: fr/two/"),
            "content/Other Names/three.fr.md": head("Three", "url: ../fr/three"),
            "content/own/_index.md": head("Own", "slug: Mine"),
            "content/own/below/four.md": head("Four"),
            "content/own/%e6%97%a5.md": head("Day"),
        },
    )
    assert {path[8:]: post.url.removeprefix(SITE[:23]) for path, post in posts.items()} == {
        "Big Names/C#/one.md": "/big-names/About-C/",
        "Other Names/One Two.md": "/Other-Names/One-Two/",
        "Other Names/two.fr.md": "/fr/fr/two/",
        "Other Names/three.fr.md": "/fr/three/",
        "own/below/four.md": "/Mine/below/four/",
        "own/%e6%97%a5.md": "/Mine/%e6%97%a5/",
    }


@pytest.mark.parametrize(
    ("file", "text", "url"),
    [
        ("netlify.toml", 'HUGO_VERSION = "0.144.2"', "/own/four/"),
        (".github/workflows/a.yml", "  hugo-version: 'v0.166.1'", "/mine/four/"),
        ("package.json", '{"devDependencies": {"hugo-extended": "^0.99.1"}}', "/own/four/"),
        ("README.md", "", "/mine/four/"),
    ],
)
def test_slugs_of_sections_depend_on_hugos_version(
    tmp_path: Path, file: str, text: str, url: str
) -> None:
    files = {
        "hugo.yaml": "baseURL: https://gazette.example/",
        "content/own/_index.md": head("Own", "slug: mine"),
        "content/own/four.md": head("Four"),
        file: text,
    }
    assert site_of(tmp_path, files)[1]["content/own/four.md"].url == SITE[:23] + url


def test_a_post_without_the_date_that_its_address_needs_says_so(tmp_path: Path) -> None:
    _, posts = site_of(
        tmp_path,
        {
            "hugo.yaml": "baseURL: https://gazette.example\npermalinks: {posts: /:year/:slug}\n",
            "content/posts/a.md": "---\ntitle: A\n---\n",
        },
    )
    assert posts["content/posts/a.md"].url == "https://gazette.example/1/a/"
    assert "date" in posts["content/posts/a.md"].problem


def test_the_time_of_a_file_is_a_date_only_where_the_settings_say_so(tmp_path: Path) -> None:
    settings = "baseURL: https://gazette.example\nfrontmatter: {date: ':fileModTime'}\n"
    files = {"hugo.yaml": settings, "content/posts/a.md": head("A")}
    date = site_of(tmp_path, files)[1]["content/posts/a.md"].date
    assert date is not None
    assert date.year > 2020
    assert date != datetime(2026, 5, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("config.toml", "base_url = 'https://gazette.example'\ntitle = 'Zola'"),
        ("config.yaml", "site: {}\ncontent: {}\nchannels: {}"),
        ("config.json", '{"theme": "x"}'),
    ],
)
def test_settings_of_others_are_not_taken_for_hugos(
    tmp_path: Path, name: str, settings: str
) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / name).write_text(settings)
    found = detect(tmp_path)
    assert found is None or found.generator != "hugo"


def test_publishers_own_configuration_is_none_of_the_sites(tmp_path: Path) -> None:
    files = {
        "config.yaml": "site: {}\ncontent: {}\nchannels: {}\npermalinks: {posts: /wrong/}",
        "config/_default/hugo.toml": "baseURL = 'https://gazette.example/'",
        "content/posts/a.md": head("A"),
    }
    found, posts = site_of(tmp_path, files)
    assert found.seen == "config/_default/hugo.toml"
    assert posts["content/posts/a.md"].url == "https://gazette.example/posts/a/"


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "hugo.toml").write_text("baseURL = ")
    found = detect(tmp_path)
    assert found is not None
    assert any("hugo.toml" in note for note in found.notes)


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("Social Media", "social-media"),
        ("Foo - Bar", "foo-bar"),
        ("foo--bar", "foo--bar"),
        ("100% of C# & F#", "100-of-c#-f#"),
        ("  lead", "lead"),
        ("a%20b", "a%20b"),
        ("Ünïcode ½ 三", "ünïcode-三"),
        ("İX", "ix"),
        ("v1.2_x~y@z", "v1.2_x~y@z"),
    ],
)
def test_slugs(written: str, slug: str) -> None:
    assert Slugs()(written) == slug


def test_slugs_follow_the_settings() -> None:
    assert Slugs(keep_case=True)("Foo Bar") == "Foo-Bar"
    assert Slugs(plain=True)("Crème Brûlée") == "creme-brulee"


@pytest.mark.parametrize(
    ("path", "clean"),
    [("//a/./b//", "/a/b"), ("a/../../b", "/b"), ("/", "/"), ("", "/")],
)
def test_paths_are_cleaned(path: str, clean: str) -> None:
    assert cleaned(path) == clean


@pytest.mark.parametrize(
    ("layout", "written"),
    [
        ("2006", "2026"), ("06", "26"), ("01", "05"), ("1", "5"), ("Jan", "May"), ("02", "09"),
        ("2", "9"), ("_2", " 9"), ("002", "129"), ("Monday", "Saturday"), ("Mon", "Sat"),
        ("15", "17"), ("03", "05"), ("3", "5"), ("04", "06"), ("4", "6"), ("05", "07"), ("5", "7"),
        ("PM", "PM"), ("pm", "pm"), ("MST", "UTC"), ("January", "May"), ("20060102", "20260509"),
    ],
)  # fmt: skip
def test_go_layouts(layout: str, written: str) -> None:
    assert has_layout(layout)
    assert go_date(datetime(2026, 5, 9, 17, 6, 7, tzinfo=UTC), layout) == written


def test_what_is_no_layout_is_none() -> None:
    assert not has_layout("wrong")
    assert not has_layout("Monkey")


@pytest.mark.parametrize(
    ("glob", "path", "does"),
    [
        ("/posts/*", "/posts/a", True),
        ("/posts/*", "/posts/a/b", False),
        ("/posts/**", "/Posts/a/b", True),
        ("{page,section}", "page", True),
        ("/p?st/[a-c]", "/post/b", True),
        ("/p?st/[!a-c]", "/post/b", False),
        ("**" * 200 + "x", "/" + "a" * 5000, False),
        ("{a,b}" * 50, "/", False),
    ],
)
def test_globs(glob: str, path: str, *, does: bool) -> None:
    assert matches(glob, path) is does


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("2024-03-02-a-b", ("2024-03-02", "a-b")),
        ("2024-03-02_a", ("2024-03-02", "a")),
        ("2024-13-02-a", None),
        ("a", None),
        ("2024-03-02", ("2024-03-02", "")),
    ],
)
def test_dates_in_names(name: str, told: tuple[str, str] | None) -> None:
    assert name_date(name) == told
