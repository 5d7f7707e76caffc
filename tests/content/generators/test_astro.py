"""A small Astro site, and how routes make addresses of entries."""

# ruff: noqa: E501 - files of a site in one line each

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from publisher.content.generators.astro.addresses import entry_id, slug
from publisher.content.generators.astro.detect import detect
from publisher.content.generators.astro.site import Site
from publisher.content.reader import read_site
from publisher.content.source import Source
from publisher.testing import Expected, GeneratorSuite

URL = "https://gazette.example/in"

CONFIG = """
import { defineConfig } from 'astro/config'
import { SITE } from './src/consts'
export default defineConfig({
    site: SITE.url, base: '/in', trailingSlash: 'ignore',
    i18n: { defaultLocale: 'en', locales: ['en', { path: 'fr', codes: ['fr'] }] },
})
"""

CONTENT = """
import { defineCollection, z } from 'astro:content'
import { glob, file } from 'astro/loaders'
const base = z.object({ title: z.string(), draft: z.boolean().optional() })
const blog = defineCollection({
    loader: glob({ pattern: ['**/[^_]*.{md,mdx}', '!**/skipped.md'], base: './src/content/blog' }),
    schema: ({ image }) => base.extend({
        updatedDate: z.coerce.date().optional(),
        published: z.string().or(z.date()).transform((value) => new Date(value)),
        cover: image().optional(),
    }),
})
const notes = defineCollection({
    loader: glob({ pattern: '**/*.md', base: 'notes', generateId: ({ entry }) => entry.replace(/\\.md$/, '') }),
    schema: z.object({ title: z.string(), date: z.date(), unlisted: z.boolean() }),
})
const essays = defineCollection({
    loader: glob({ pattern: '*.md', base: 'essays' }),
    schema: z.object({ title: z.string(), pubDate: z.date() }),
})
const hashed = defineCollection({
    loader: glob({ pattern: '*.md', base: 'hashed' }),
    schema: z.object({ title: z.string(), added: z.union([z.string(), z.date()]) }),
})
const authors = defineCollection({ loader: glob({ pattern: '*.md', base: 'authors' }) })
const data = defineCollection({ loader: file('data.json') })
export const collections = { authors, blog, notes, essays, hashed, data }
"""


def route(collection: str, params: str, before: str = "") -> str:
    return f"""---
import {{ getCollection }} from 'astro:content'
{before}
export const getStaticPaths = (async () => {{
    const entries = await getCollection('{collection}', ({{ data }}) => !data.draft)
    return entries.sort((a, b) => b.data.date - a.data.date).map((entry) => ({{
        params: {{ {params} }}, props: {{ entry, next: entries[0] }},
    }}))
}}) satisfies GetStaticPaths
---
<html lang="en"><h1>{{Astro.props.entry.data.title}}</h1></html>
"""


def head(title: str, *lines: str) -> str:
    return "\n".join(["---", f"title: {title}", *lines, "---", "Text.", ""])


class TestAstro(GeneratorSuite):
    """Collections by loaders, ids, parameters by functions, languages, and pages in Markdown."""

    name = "astro"
    found: ClassVar = {
        "base_url": URL,
        "title": "The Gazette",
        "description": "Harbour news",
        "language": "en",
        "notes": (),
    }
    files: ClassVar = {
        "astro.config.mjs": CONFIG,
        "package.json": '{"dependencies": {"astro": "^5.1.0"}}',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        "src/consts.ts": "export const SITE = { title: 'The Gazette', url: 'https://gazette.example/', description: 'Harbour news' } as const",
        "src/content.config.ts": CONTENT,
        "src/lib/posts.ts": "import { getCollection } from 'astro:content'; export const all = () => getCollection('notes')\n"
        "export default function years(entry) { return String(entry.data.pubDate.getUTCFullYear()) }",
        "src/pages/index.astro": "---\n---\nhome",
        "src/pages/blog/[...id].astro": route("blog", "id: entry.id"),
        "src/pages/blog/[...page].astro": route("blog", "page: '1'"),
        "src/pages/blog/tag/[tag].astro": route("blog", "tag: 'a'"),
        "src/pages/preview/[...path].astro": route("blog", "path: entry.id"),
        "src/pages/fr/blog/[...id].astro": route("blog", "id: entry.id.replace(/^fr\\//, '')"),
        "src/pages/notes/[slug].astro": "---\nimport { all } from '@/lib/posts'\nexport async function getStaticPaths() {\n"
        "const notes = await all(); return notes.map((note) => { return { params: { slug: note.id }, props: note } }) }\n---\n",
        "src/pages/[year]/[slug]/index.astro": route(
            "essays", "year: years(entry), slug: slugify(entry.data.title)",
            "import years from '@/lib/posts'",
        ),
        "src/pages/hashed/[slug].astro": route("hashed", "slug: sha256(entry.id)"),
        "src/pages/authors/[id].astro": route("authors", "id: entry.id"),
        "src/pages/og/[...slug].png.ts": "export const getStaticPaths = () => getCollection('blog')",
        "src/pages/about.md": head("About"),
        "src/pages/posts/in-pages.md": head("In pages", "pubDate: 2026-05-01"),
        "src/pages/posts/index.md": head("All"),
        "src/pages/posts/_part.md": head("Part"),
        "src/content/blog/One Post.md": head("One", "published: 2026-05-11", "updatedDate: 2026-06-01", "cover: ./a.png"),
        "src/content/blog/deep/index.mdx": head("Deep", "published: '2026-05-12 09:30'", "heroImage: /hero.png"),
        "src/content/blog/named.md": head("Named", "published: May 13 2026", "slug: own/Name", "permalink: /nothing/"),
        "src/content/blog/draft.md": head("Draft", "published: 05/14/2026", "draft: true"),
        "src/content/blog/fr/un.md": head("Un", "published: 2026-05-15"),
        "src/content/blog/_part.md": head("Part"),
        "src/content/blog/skipped.md": head("Skipped"),
        "src/content/blog/-index.md": head("Index"),
        "notes/A.Note.md": head("Note", "date: 2026-05-16T10:00:00+02:00"),
        "notes/unlisted.md": head("Unlisted", "date: 2026-05-16", "unlisted: true"),
        "essays/long-read.md": head("The Long Read!", "pubDate: 2025-12-31"),
        "hashed/one.md": head("Hashed", "added: 2025-12-31"),
        "authors/ann.md": head("Ann"),
    }  # fmt: skip
    posts: ClassVar = {
        "src/pages/about.md": Expected(f"{URL}/about/", page=True),
        "src/pages/posts/in-pages.md": Expected(
            f"{URL}/posts/in-pages/", "2026-05-01T00:00:00+00:00", date_only=True
        ),
        "src/pages/posts/index.md": Expected(f"{URL}/posts/", page=True),
        "src/content/blog/One Post.md": Expected(
            f"{URL}/blog/one-post/", "2026-05-11T00:00:00+00:00", "One", image="", language="en"
        ),
        "src/content/blog/deep/index.mdx": Expected(
            f"{URL}/blog/deep/", "2026-05-12T09:30:00+00:00", image=f"{URL}/hero.png"
        ),
        "src/content/blog/named.md": Expected(f"{URL}/blog/own/Name/", "2026-05-13T00:00:00+00:00"),
        "src/content/blog/draft.md": Expected(
            f"{URL}/blog/draft/", "2026-05-14T00:00:00+00:00", hidden=True
        ),
        "src/content/blog/fr/un.md": Expected(f"{URL}/fr/blog/un/", language="fr"),
        "notes/A.Note.md": Expected(f"{URL}/notes/A.Note/", "2026-05-16T10:00:00+02:00"),
        "notes/unlisted.md": Expected(f"{URL}/notes/unlisted/", hidden=True),
        "essays/long-read.md": Expected(f"{URL}/2025/the-long-read/"),
        "hashed/one.md": Expected(f"{URL}/hashed/one/"),
    }

    def test_what_is_computed_is_said(self, site: Path) -> None:
        post = self.read(site)["hashed/one.md"]
        assert post.problem == "the site computes its address, and Publisher cannot read 'sha256'"

    def test_the_likeliest_collection_stands_first(self, site: Path) -> None:
        found = self.detected(site)
        assert [each.name for each in found.sources] == [
            "blog",
            "essays",
            "hashed",
            "notes",
            "pages",
        ]

    @pytest.mark.parametrize(
        ("settings", "url"),
        [
            ("trailingSlash: 'never'", "https://a.example/blog/deep"),
            ("trailingSlash: 'always', build: {format: 'file'}", "https://a.example/blog/deep/"),
            ("build: {format: 'file'}", "https://a.example/blog/deep"),
            ("base: process.env.BASE || '/x/'", "https://a.example/x/blog/deep/"),
        ],
    )
    def test_addresses_end_as_the_site_says(self, site: Path, settings: str, url: str) -> None:
        config = f"export default {{site: 'https://a.example', {settings}}}"
        (site / "astro.config.mjs").write_text(config)
        assert self.read(site)["src/content/blog/deep/index.mdx"].url == url


class TestLegacyAstro(GeneratorSuite):
    """Collections in src/content without loaders, as before Astro 5, and none configured."""

    name = "astro"
    found: ClassVar = {"base_url": "", "title": "", "language": "de"}
    files: ClassVar = {
        "astro.config.ts": "export default {}",
        "package.json": '{"devDependencies": {"astro": "4.16.1"}}',
        "src/layouts/Base.astro": "<html lang='de'>",
        "src/content/posts/Ein Post.md": head("Ein", "pubDate: 2026-05-11"),
        "src/content/posts/folder/index.md": head("Folder", "date: 2026-05-12"),
        "src/content/posts/_hidden/one.md": head("One"),
        "src/content/news/2026-05-13-dated.md": head("Dated"),
        "src/pages/posts/[...slug].astro": route("posts", "slug: entry.slug"),
        "src/pages/news/[file].astro": route("news", "file: entry.id.split('.')[0]"),
    }
    posts: ClassVar = {
        "src/content/posts/Ein Post.md": Expected(
            "https://gazette.example/posts/ein-post/", "2026-05-11T00:00:00+00:00"
        ),
        "src/content/posts/folder/index.md": Expected("https://gazette.example/posts/folder/"),
        "src/content/news/2026-05-13-dated.md": Expected(
            "https://gazette.example/news/2026-05-13-dated/", "2026-05-13T00:00:00+00:00"
        ),
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("One Post.md", "one-post"),
        ("a/B c/index.mdx", "a/b-c"),
        ("index.md", "index"),
        ("What's new_in 2.0?.md", "whats-new_in-20"),
        ("Größe 日本 x².md", "größe-日本-x"),
        ("a--b -.mdoc", "a--b--"),
    ],
)
def test_ids(path: str, expected: str) -> None:
    assert entry_id(path) == expected


def test_slugs_keep_marks_and_digits() -> None:
    assert slug("१२ Ünï-cödé 🎉!") == "१२-ünï-cödé-"


def test_a_collection_without_a_route_is_named(tmp_path: Path) -> None:
    (tmp_path / "astro.config.mjs").write_text("export default {site: 'https://a.example'}")
    (tmp_path / "src/content/blog").mkdir(parents=True)
    found = detect(tmp_path)
    assert found
    assert found.sources == ()
    assert found.notes == ("blog is left out: no file in src/pages makes pages of it",)


def test_a_route_without_a_function_is_named(tmp_path: Path) -> None:
    (tmp_path / "astro.config.mjs").write_text("export default {site: 'https://a.example'}")
    (tmp_path / "src/content/blog").mkdir(parents=True)
    (tmp_path / "src/pages").mkdir()
    (tmp_path / "src/pages/[...blog].astro").write_text("---\nawait getCollection('blog')\n---\n")
    found = detect(tmp_path)
    assert found
    assert [each.name for each in found.sources] == ["blog"]
    (note,) = found.notes
    assert note.startswith("the site computes the addresses of blog; see whether they are right")


@pytest.mark.parametrize(
    ("route", "file", "url"),
    [
        ("[year]/[month]/[day]/[slug]", "2026-05-11-One post.md", "2026/05/11/one-post/"),
        ("blog/[year]/[slug]", "one.md", "blog/2026/one/"),
        ("[...lang]/blog/[slug]", "2026-05-11-one.md", "blog/2026-05-11-one/"),
        ("[author]/[slug]", "2026-05-11-one.md", ""),
    ],
)
def test_parameters_that_a_script_computes(tmp_path: Path, route: str, file: str, url: str) -> None:
    for name, text in {
        "astro.config.mjs": "export default {site: 'https://a.example'}",
        f"src/content/blog/{file}": head("One", "date: 2026-05-11"),
        f"src/pages/{route}.astro": "---\nawait getCollection('blog')\n---\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (post,) = TestAstro().read(tmp_path).values()
    assert post.url == (f"https://a.example/{url}" if url else "")
    assert bool(post.problem) is not bool(url)


def test_a_schema_tells_the_date(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/content.config.ts").write_text(CONTENT)
    collections = Site(tmp_path).collections
    assert collections["blog"].dates == ("published",)
    assert set(collections["blog"].keys) == {"title", "draft", "updatedDate", "published", "cover"}
    assert "data" not in collections


def test_days_are_those_of_javascript(tmp_path: Path) -> None:
    (tmp_path / "src" / "pages").mkdir(parents=True)
    (tmp_path / "src" / "pages" / "a.md").write_text(head("A", "pubDate: 2026-04-31"))
    source = Source(
        folder=tmp_path / "src" / "pages",
        base=tmp_path,
        site=tmp_path,
        url=URL,
        zone=ZoneInfo("UTC"),
        generator="astro",
    )
    (post,) = read_site([source], None, lambda: datetime(2100, 1, 1, tzinfo=UTC)).posts
    assert post.date == datetime(2026, 5, 1, tzinfo=UTC)
