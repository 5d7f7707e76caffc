"""Sites of Docusaurus: blogs of the preset and of plugins, translated ones, names of files."""

from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.frontmatter.script_dates import script_date
from publisher.content.generators.base import Sure
from publisher.content.generators.docusaurus.names import file_parts
from publisher.testing import Expected, GeneratorSuite

CONFIG = """\
import {themes} from 'prism-react-renderer';
const news = {id: 'news', path: './news', routeBasePath: '/what-is-new/', exclude: ['old/**']};
export default {
  title: 'The Gazette',
  tagline: 'News of the harbour',
  url: 'https://gazette.example',
  baseUrl: '/harbour/',
  i18n: {defaultLocale: 'en', locales: ['en', 'fr', 'de'],
         localeConfigs: {de: {url: 'https://gazette.example', baseUrl: '/hafen/'}}},
  presets: [['classic', {docs: false, blog: {showReadingTime: true}}]],
  plugins: [['@docusaurus/plugin-content-blog', news], './src/own-plugin'],
  themeConfig: {
    navbar: {items: [{href: 'https://github.com/gazette/harbour'}, {to: '/docs'}]},
    footer: {links: [{title: 'More', items: [{href: 'https://social.example/@gazette'}]}]},
  },
};
"""
HARBOUR = "https://gazette.example/harbour"


def post(*lines: str, body: str = "Text.") -> str:
    return "\n".join(["---", *lines, "---", "", body, ""])


class TestDocusaurus(GeneratorSuite):
    """Two blogs, one of them in three languages."""

    name = "docusaurus"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": HARBOUR,
        "title": "The Gazette",
        "description": "News of the harbour",
        "language": "en",
        "timezone": "UTC",
        "accounts": ("https://github.com/gazette/harbour", "https://social.example/@gazette"),
    }
    files: ClassVar = {
        "docusaurus.config.ts": CONFIG,
        "docs/intro.md": "# Intro",
        "blog/authors.yml": "ann:\n  name: Ann Vale\nbob:\n  image_url: /bob.png\n",
        "blog/2026-05-11-one.md": post("title: One", "authors: [ann, bob]", "image: /img/one.png"),
        "blog/2026/05/12/two.mdx": post("authors:", "  - name: Bea", "  - name: Cid"),
        "blog/2026-05-13-three/index.md": post("title: Three", "date: 2026-05-14T09:30"),
        "blog/2026-05-13-three/_part.mdx": "A part",
        "blog/deep/2026/05-15-four.md": post("title: Four", "tags: [sea]"),
        "blog/2026-05-16-own.md": post("title: Own", "slug: /a/place", "date: 2026-02-30 10:00"),
        "blog/undated.md": post("title: Undated", "date: 2026-05-17T10:00:00+02:00"),
        "blog/2026-05-18-draft.md": post("title: Draft", "draft: true"),
        "blog/2026-05-19-unlisted.md": post("title: Unlisted", "unlisted: true"),
        "blog/_drafts/2026-05-20-no.md": post("title: No"),
        "blog/notes.txt": "no post",
        "news/2026-05-21.md": post("title: Whole day", "slug: day"),
        "news/a (b) c.md": post("title: Blanks", "date: 2026-05-22"),
        "news/old/2020-01-01-old.md": post("title: Old"),
        "i18n/fr/docusaurus-plugin-content-blog/2026-05-11-one.md": post("title: Un"),
        "i18n/de/docusaurus-plugin-content-blog-news/2026-05-21.md": post("title: Tag"),
        "i18n/it/docusaurus-plugin-content-blog/2026-05-11-one.md": post("title: Uno"),
    }
    posts: ClassVar = {
        "blog/2026-05-11-one.md": Expected(
            f"{HARBOUR}/blog/2026/05/11/one",
            "2026-05-11T00:00:00+00:00",
            "One",
            image=f"{HARBOUR}/img/one.png",
            language="en",
            date_only=True,
        ),
        "blog/2026/05/12/two.mdx": Expected(
            f"{HARBOUR}/blog/2026/05/12/two", "2026-05-12T00:00:00+00:00", "two"
        ),
        "blog/2026-05-13-three/index.md": Expected(
            f"{HARBOUR}/blog/2026/05/13/three", "2026-05-14T09:30:00+00:00"
        ),
        "blog/deep/2026/05-15-four.md": Expected(
            f"{HARBOUR}/blog/2026/05/15/deep/four", "2026-05-15T00:00:00+00:00"
        ),
        "blog/2026-05-16-own.md": Expected(f"{HARBOUR}/blog/a/place", "2026-03-02T10:00:00+00:00"),
        "blog/undated.md": Expected(f"{HARBOUR}/blog/undated", "2026-05-17T10:00:00+02:00"),
        "blog/2026-05-18-draft.md": Expected(f"{HARBOUR}/blog/2026/05/18/draft", hidden=True),
        "blog/2026-05-19-unlisted.md": Expected(f"{HARBOUR}/blog/2026/05/19/unlisted", hidden=True),
        "news/2026-05-21.md": Expected(f"{HARBOUR}/what-is-new/day"),
        "news/a (b) c.md": Expected(f"{HARBOUR}/what-is-new/a (b) c", "2026-05-22T00:00:00+00:00"),
        "i18n/fr/docusaurus-plugin-content-blog/2026-05-11-one.md": Expected(
            f"{HARBOUR}/fr/blog/2026/05/11/one", language="fr"
        ),
        "i18n/de/docusaurus-plugin-content-blog-news/2026-05-21.md": Expected(
            "https://gazette.example/hafen/what-is-new/2026/05/21/", language="de"
        ),
    }

    def test_people_for_their_keys(self, site: Path) -> None:
        read = self.read(site)
        assert read["blog/2026-05-11-one.md"].author == "Ann Vale, bob"
        assert read["blog/2026/05/12/two.mdx"].author == "Bea, Cid"

    @pytest.mark.parametrize(
        ("said", "name", "url"),
        [
            ("true", "blog/undated.md", f"{HARBOUR}/blog/undated/"),
            ("false", "blog/2026-05-16-own.md", f"{HARBOUR}/blog/a/place"),
        ],
    )
    def test_the_final_slash_is_as_the_site_says(
        self, site: Path, said: str, name: str, url: str
    ) -> None:
        config = site / "docusaurus.config.ts"
        text = CONFIG.replace("title:", f"trailingSlash: {said}, title:", 1)
        config.write_text(text)
        post = site / "blog/2026-05-16-own.md"
        post.write_text(post.read_text().replace("/a/place", "/a/place/"))
        assert self.read(site)[name].url == url

    def test_what_is_computed_is_said(self, site: Path) -> None:
        config = site / "docusaurus.config.ts"
        config.write_text(
            CONFIG.replace("'https://gazette.example',", "address(),", 1)
            .replace("'/harbour/'", "base()")
            .replace("{showReadingTime: true}", "options()")
        )
        notes = "\n".join(self.detected(site).notes)
        assert "no readable url" in notes
        assert "computes baseUrl" in notes
        assert "computes options" in notes

    def test_no_blog_is_said(self, site: Path) -> None:
        config = site / "docusaurus.config.ts"
        config.write_text("module.exports = {presets: [['classic', {blog: false}]]}")
        found = self.detected(site)
        assert found.sources == ()
        assert "names no blog" in "\n".join(found.notes)


@pytest.mark.parametrize(
    ("path", "slug", "text", "date"),
    [
        ("2026-5-1-a.md", "/2026/5/1/a", "a", "2026-05-01"),
        ("a/2026-05-01-b/2026-05-02-c.md", "/2026/05/02/a/2026-05-01-b/c", "c", "2026-05-02"),
        ("a/2026-05-01/index.mdx", "/2026/05/01/a/index", "index", "2026-05-01"),
        ("2026-13-01-a.md", "/2026/13/01/a", "a", ""),
        ("a/index.md", "/a", "a", ""),
        ("a.b.mdx", "/a.b", "a.b", ""),
    ],
)
def test_names_of_files(path: str, slug: str, text: str, date: str) -> None:
    parts = file_parts(path)
    found = parts.date.value.date().isoformat() if parts.date else ""
    assert (parts.slug, parts.text, found) == (slug, text, date)


def test_what_is_no_date_in_a_script_either_is_refused() -> None:
    with pytest.raises(ValueError, match="not a date"):
        script_date("soon")
