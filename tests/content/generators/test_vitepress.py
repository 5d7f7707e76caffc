"""Sites of VitePress: pages by path, rewrites, locales."""

from pathlib import Path
from typing import ClassVar

from publisher.content.generators.base import Sure
from publisher.testing import Expected, GeneratorSuite

CONFIG = """\
const own = defineConfig({
  title: 'The Gazette',
  description: 'News of the harbour',
  lang: 'en-GB',
  base: '/harbour/',
  srcDir: './pages',
  srcExclude: ['**/old/**'],
  sitemap: {hostname: 'https://gazette.example'},
  rewrites: {'posts/:year/:name.md': 'blog/:name.md', 'notes/(.*)/README.md': 'notes/(.*).md'},
  locales: {root: {lang: 'en-GB'}, fr: {lang: 'fr-FR'}},
  themeConfig: {socialLinks: [{icon: 'mastodon', link: 'https://social.example/@gazette'}]},
})
export default {...own, mermaid: {}}
"""


def post(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "", "Text.", ""])


class TestVitepress(GeneratorSuite):
    """Posts, notes and French posts."""

    name = "vitepress"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": "https://gazette.example/harbour",
        "title": "The Gazette",
        "description": "News of the harbour",
        "language": "en-GB",
        "timezone": "UTC",
        "accounts": ("https://social.example/@gazette",),
    }
    files: ClassVar = {
        ".vitepress/config.mts": CONFIG,
        "pages/index.md": "# Home",
        "pages/posts/index.md": post("title: Posts", "layout: page", "date: 2026-05-01"),
        "pages/posts/one.md": post("title: One", "date: 2026-05-11", "lang: 'en'"),
        "pages/posts/a/b/index.md": post("title: Deep", "date: 2026-05-12T09:30:00"),
        "pages/posts/2026/two.md": post("title: Two", "date: 2026-05-13"),
        "pages/posts/2026-05-14-three.md": post("title: Three"),
        "pages/posts/about.md": post("title: About"),
        "pages/posts/draft.md": post("title: Draft", "date: 2026-05-15", "draft: true"),
        "pages/posts/old/no.md": post("title: No"),
        "pages/posts/[tag].md": post("title: Tag"),
        "pages/notes/a/README.md": post("title: A", "date: 2026-05-16"),
        "pages/fr/posts/un.md": post("title: Un", "date: 2026-05-17"),
    }
    posts: ClassVar = {
        "pages/posts/index.md": Expected("https://gazette.example/harbour/posts/", page=True),
        "pages/posts/one.md": Expected(
            "https://gazette.example/harbour/posts/one.html",
            "2026-05-11T00:00:00+00:00",
            language="en",
        ),
        "pages/posts/a/b/index.md": Expected(
            "https://gazette.example/harbour/posts/a/b/", "2026-05-12T09:30:00+00:00"
        ),
        "pages/posts/2026/two.md": Expected("https://gazette.example/harbour/blog/two.html"),
        "pages/posts/2026-05-14-three.md": Expected(
            "https://gazette.example/harbour/posts/2026-05-14-three.html",
            "2026-05-14T00:00:00+00:00",
        ),
        "pages/posts/about.md": Expected(
            "https://gazette.example/harbour/posts/about.html", "", page=True
        ),
        "pages/posts/draft.md": Expected(
            "https://gazette.example/harbour/posts/draft.html", hidden=True
        ),
        "pages/notes/a/README.md": Expected("https://gazette.example/harbour/notes/a.html"),
        "pages/fr/posts/un.md": Expected(
            "https://gazette.example/harbour/fr/posts/un.html", language="fr-FR"
        ),
    }

    def test_clean_addresses(self, site: Path) -> None:
        config = site / ".vitepress/config.mts"
        config.write_text(CONFIG.replace("title:", "cleanUrls: true, title:", 1))
        read = self.read(site)
        assert read["pages/posts/one.md"].url == "https://gazette.example/harbour/posts/one"
        assert read["pages/posts/a/b/index.md"].url == "https://gazette.example/harbour/posts/a/b/"

    def test_what_is_made_in_code_is_said(self, site: Path) -> None:
        config = site / ".vitepress/config.mts"
        config.write_text("export default {rewrites: (id) => id.toLowerCase()}")
        notes = "\n".join(self.detected(site).notes)
        assert "rewrites are made in code" in notes
        assert "no host" in notes

    def test_the_host_may_stand_in_the_head_of_pages(self, tmp_path: Path) -> None:
        config = tmp_path / ".vitepress/config.js"
        config.parent.mkdir()
        head = "[['meta', {property: 'og:url', content: 'https://gazette.example/'}]]"
        config.write_text(f"export default {{head: {head}}}")
        found = self.detected(tmp_path)
        assert found.base_url == "https://gazette.example"
        assert [each.folder for each in found.sources] == [tmp_path]
