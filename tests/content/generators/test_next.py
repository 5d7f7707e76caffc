"""Sites of Next.js: folders of posts and the routes of app/ and pages/."""

from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.generators import detect_by
from publisher.content.generators.base import Sure
from publisher.content.generators.next.routes import route_of_file
from publisher.testing import Expected, GeneratorSuite


def post(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "", "Text.", ""])


class TestNext(GeneratorSuite):
    """Posts and notes, each with a route of its own."""

    name = "next"
    sure = Sure.LIKELY
    found: ClassVar = {
        "base_url": "https://gazette.example/harbour",
        "title": "The Gazette",
        "description": "News of the harbour",
        "timezone": "UTC",
    }
    files: ClassVar = {
        "next.config.mjs": "export default {basePath: '/harbour', trailingSlash: true}",
        "package.json": '{"dependencies": {"next": "15"}}',
        "config/site.ts": "export const site = {url: 'https://gazette.example'}",
        "app/layout.tsx": "export const metadata = {title: {default: 'The Gazette'},"
        " description: 'News of the harbour', metadataBase: new URL(site.url)}",
        "app/(main)/[locale]/blog/[slug]/page.tsx": "",
        "app/tags/[tag]/page.tsx": "",
        "app/notes/[...path]/page.tsx": "",
        "content/posts/one.mdx": post("title: One", "date: 2026-05-11T09:30:00"),
        "content/posts/2026-05-12-two/index.md": post("title: Two"),
        "content/posts/own.md": post("title: Own", "date: 2026-05-13", "slug: my-own"),
        "content/posts/draft.md": post("title: Draft", "date: 2026-05-14", "draft: true"),
        "content/posts/about.md": post("title: About"),
        "content/notes/2026/a.md": post("title: A", "date: 2026-05-15"),
    }
    posts: ClassVar = {
        "content/posts/one.mdx": Expected(
            "https://gazette.example/harbour/blog/one/", "2026-05-11T09:30:00+00:00"
        ),
        "content/posts/2026-05-12-two/index.md": Expected(
            "https://gazette.example/harbour/blog/2026-05-12-two/", "2026-05-12T00:00:00+00:00"
        ),
        "content/posts/own.md": Expected("https://gazette.example/harbour/blog/my-own/"),
        "content/posts/draft.md": Expected(
            "https://gazette.example/harbour/blog/draft/", hidden=True
        ),
        "content/posts/about.md": Expected(
            "https://gazette.example/harbour/blog/about/", page=True
        ),
        "content/notes/2026/a.md": Expected("https://gazette.example/harbour/notes/2026/a/"),
    }

    def test_that_addresses_are_made_in_code_is_said(self, site: Path) -> None:
        notes = "\n".join(self.detected(site).notes)
        assert "taken for /blog/:{slug} or /blog/:file" in notes
        assert "--sitemap" in notes


class TestContentlayer(GeneratorSuite):
    """contentlayer names the folder, and a route takes everything."""

    name = "next"
    files: ClassVar = {
        "package.json": '{"dependencies": {"next": "^14"}}',
        "contentlayer.config.ts": "const Post = defineDocumentType(() => ({name: 'Post',"
        " filePathPattern: `articles/**/*.mdx`})); const Author = defineDocumentType(() =>"
        " ({name: 'Author', filePathPattern: `authors/*.mdx`}));"
        " export default makeSource({contentDirPath: 'data', documentTypes: [Post, Author]})",
        "pages/[[...slug]].js": "",
        "data/articles/2026/one.mdx": post("title: One", "date: 2026-05-11"),
        "data/authors/ann.mdx": post("title: Ann", "date: 2026-05-11"),
    }
    posts: ClassVar = {
        "data/articles/2026/one.mdx": Expected("https://gazette.example/articles/2026/one"),
    }


class TestFiles(GeneratorSuite):
    """The files are the pages."""

    name = "next"
    files: ClassVar = {
        "next.config.js": "module.exports = withMDX({pageExtensions: ['mdx', 'tsx']})",
        "app/blog/one/page.mdx": post("title: One", "date: 2026-05-11"),
        "app/blog/(old)/two/page.mdx": post("title: Two", "date: 2026-05-12"),
        "app/blog/part.mdx": post("title: Part", "date: 2026-05-12"),
    }
    posts: ClassVar = {
        "app/blog/one/page.mdx": Expected("https://gazette.example/blog/one"),
        "app/blog/(old)/two/page.mdx": Expected("https://gazette.example/blog/two"),
    }


def test_a_site_without_posts_in_files_is_none(tmp_path: Path) -> None:
    (tmp_path / "next.config.js").write_text("module.exports = {}")
    assert detect_by("next", tmp_path) is None


@pytest.mark.parametrize(
    ("path", "is_app", "pattern"),
    [
        ("blog/[slug]/page.tsx", True, ("blog", ":slug")),
        ("(site)/[lang]/blog/[...slug]/page.js", True, ("blog", ":path")),
        ("blog/[slug]/layout.tsx", True, ()),
        ("blog/[year]/[month]/[slug].tsx", False, ("blog", ":year", ":month", ":slug")),
        ("posts/[id]/index.jsx", False, ("posts", ":slug")),
        ("tags/[tag].tsx", False, ()),
        ("blog/page/[page].tsx", False, ()),
        ("blog/[user]/[slug].tsx", False, ()),
        ("about.tsx", False, ()),
        ("[[...all]].mdx", False, (":path",)),
    ],
)
def test_routes(path: str, is_app: bool, pattern: tuple[str, ...]) -> None:  # noqa: FBT001
    route = route_of_file(path, is_app=is_app)
    assert (route.pattern if route else ()) == pattern
