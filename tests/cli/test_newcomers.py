"""The first digest of four newcomers, by the commands of README alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

TODAY = datetime.now(UTC).date()
HEAD = "---\ntitle: {title}\n{dated}\n---\nText of {title}.\n"


def post(title: str, dated: str = f"date: {TODAY}") -> str:
    return HEAD.format(title=title, dated=dated)


HUGO = {
    "hugo.toml": """\
baseURL = "https://own.net/"
title = "Own"
[permalinks]
posts = "/:year/:title/"
""",
    "content/posts/one.md": post("Ferry news"),
    "content/posts/two/index.md": post("Later", f"date: {TODAY}\ndraft: true"),
    "content/_index.md": "---\ntitle: Home\n---\n",
    "themes/ananke/exampleSite/hugo.toml": 'baseURL = "https://example.org/"\n',
    "themes/ananke/exampleSite/content/posts/x.md": post("Not ours"),
}
JEKYLL = {
    "_config.yml": "url: https://own.net\ntitle: Own\npermalink: pretty\nexclude: [queue]\n",
    f"_posts/{TODAY}-ferry.md": post("Ferry news", "layout: post"),
    "_drafts/later.md": post("Later", "layout: post"),
    "about.md": post("About", "layout: page"),
}
ELEVENTY = {
    "eleventy.config.js": """\
export default function (eleventyConfig) {
  eleventyConfig.addPreprocessor("drafts", "*", (data) => (data.draft ? false : undefined));
  return { dir: { input: "src", output: "_site" } };
}
""",
    "package.json": '{"type": "module", "devDependencies": {"@11ty/eleventy": "^3.0.0"}}',
    "src/_data/metadata.json": '{"title": "Own", "url": "https://own.net/", "language": "en"}',
    "src/blog/blog.json": '{"tags": ["posts"], "permalink": "/{{ page.fileSlug }}/"}',
    f"src/blog/{TODAY}-ferry.md": post("Ferry news", "layout: post"),
    "src/blog/later.md": post("Later", f"date: {TODAY}\ndraft: true"),
    "src/about.md": post("About", "layout: page"),
    "node_modules/other/eleventy.config.js": "export default () => ({});",
}
ASTRO = {
    "astro.config.mjs": """\
import { defineConfig } from "astro/config";
export default defineConfig({ site: "https://own.net" });
""",
    "package.json": '{"dependencies": {"astro": "^5.1.0"}}',
    "src/consts.ts": "export const SITE_TITLE = 'Own';\n",
    "src/content.config.ts": """\
import { glob } from 'astro/loaders';
import { defineCollection, z } from 'astro:content';
const blog = defineCollection({
    loader: glob({ base: './src/content/blog', pattern: '**/*.{md,mdx}' }),
    schema: z.object({ title: z.string(), pubDate: z.coerce.date() }),
});
export const collections = { blog };
""",
    "src/pages/blog/[...slug].astro": """\
---
import { getCollection } from 'astro:content';
export async function getStaticPaths() {
    const posts = await getCollection('blog');
    return posts.map((post) => ({ params: { slug: post.id }, props: post }));
}
---
""",
    "src/pages/about.astro": "---\n---\n<p>About</p>\n",
    "src/content/blog/ferry.md": post("Ferry news", f"pubDate: '{TODAY:%b %d %Y}'"),
    "src/content/blog/old.md": post("Long ago", "pubDate: 'Jul 08 2022'"),
}
SITES: dict[str, tuple[Mapping[str, str], str]] = {
    "hugo": (HUGO, f"https://own.net/{TODAY.year}/ferry-news/"),
    "astro": (ASTRO, "https://own.net/blog/ferry/"),
    "eleventy": (ELEVENTY, "https://own.net/ferry/"),
    "jekyll": (JEKYLL, f"https://own.net/{TODAY:%Y/%m/%d}/ferry/"),
}


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", SITES)
def test_the_first_digest_is_right(
    site: Terminal, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, url = SITES[name]
    root = site.folder / "blog"
    write(root, files)
    monkeypatch.chdir(root)
    told = site.run("init", "--yes").stderr
    assert f" {name} site (" in told.partition("\n")[0].lower()
    assert f"  {TODAY}  {url}\n" in told
    assert "fill in" not in (root / "config.yaml").read_text()
    assert site.run("check", "--offline").stdout == ""
    site.publish("preview")
    site.publish("subscribers", "add", "you@example.com")
    assert "daily: 1 post chosen" in site.run("now").stderr
    (email,) = (root / "queue" / "email").glob("*.eml")
    text = email.read_text()
    assert url in text and "Ferry news" in text
    assert (
        "Later" not in text
        and "About" not in text
        and "Not ours" not in text
        and "Long ago" not in text
    )
