"""Sites of Gatsby: addresses that gatsby-node makes, and those of src/pages."""

from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.generators.base import Sure
from publisher.content.generators.gatsby.site import read
from publisher.testing import Expected, GeneratorSuite

CONFIG = """\
const FILES = 'gatsby-source-filesystem'
module.exports = {
  pathPrefix: '/harbour',
  siteMetadata: {
    title: `The Gazette`, description: `News of the harbour`, siteUrl: `https://gazette.example/`,
    siteLanguage: 'en', social: [{url: 'https://social.example/@gazette'}, {name: 'none'}],
  },
  plugins: [
    'gatsby-plugin-image',
    {resolve: `gatsby-source-filesystem`, options: {path: `${__dirname}/content/blog`}},
    {resolve: FILES, options: {path: path.join(__dirname, 'content', 'notes')}},
    {resolve: `gatsby-source-filesystem`, options: {path: `${__dirname}/content`}},
    {resolve: `gatsby-source-filesystem`, options: {path: `${__dirname}/src/images`}},
    {resolve: `gatsby-source-filesystem`, options: {path: `/etc/../`}},
  ],
};
"""
NODE = """\
const { createFilePath } = require(`gatsby-source-filesystem`)
exports.createPages = async ({ graphql, actions: {createPage} }) => {
  tags.forEach(tag => createPage({path: `/tags/${_.kebabCase(tag)}/`, component: tagTemplate}))
  posts.forEach(post => createPage({path: `/news${post.fields.slug}`, component: blogPost}))
}
exports.onCreateNode = ({ node, actions: {createNodeField}, getNode }) => {
  const value = node.frontmatter.slug || createFilePath({ node, getNode })
  createNodeField({ name: `slug`, node, value })
}
"""


def post(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "", "Text.", ""])


class TestGatsby(GeneratorSuite):
    """Two folders; the field `slug`, else the file's path."""

    name = "gatsby"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": "https://gazette.example/harbour",
        "title": "The Gazette",
        "description": "News of the harbour",
        "language": "en",
        "timezone": "UTC",
        "accounts": ("https://social.example/@gazette",),
    }
    files: ClassVar = {
        "gatsby-config.js": CONFIG,
        "gatsby-node.js": NODE,
        "package.json": '{"dependencies": {"gatsby": "^5.1.0"},'
        ' "scripts": {"build": "gatsby build --prefix-paths"}}',
        "content/blog/one/index.md": post("title: One", "date: 2026-05-11T09:30:00"),
        "content/blog/deep/two.mdx": post("title: Two", "date: 2026-05-12", "slug: /own/place"),
        "content/blog/2026-05-13-three/index.md": post("title: Three"),
        "content/blog/draft.md": post("title: Draft", "date: 2026-05-14", "draft: true"),
        "content/notes/about.md": post("title: About"),
        "src/images/no.png": "",
    }
    posts: ClassVar = {
        "content/blog/one/index.md": Expected(
            "https://gazette.example/harbour/news/one/", "2026-05-11T09:30:00+00:00"
        ),
        "content/blog/deep/two.mdx": Expected(
            "https://gazette.example/harbour/news/own/place/", date_only=True
        ),
        "content/blog/2026-05-13-three/index.md": Expected(
            "https://gazette.example/harbour/news/2026-05-13-three/", "2026-05-13T00:00:00+00:00"
        ),
        "content/blog/draft.md": Expected(
            "https://gazette.example/harbour/news/draft/", hidden=True
        ),
        "content/notes/about.md": Expected(
            "https://gazette.example/harbour/news/about/", "", page=True
        ),
    }

    def test_how_addresses_are_told_is_said(self, site: Path) -> None:
        notes = "\n".join(self.detected(site).notes)
        assert "read as /news:{slug} or /news/:path/" in notes
        assert "--sitemap" in notes

    def test_what_nobody_can_tell_is_said(self, site: Path) -> None:
        (site / "gatsby-node.js").write_text("require('./pages')")
        assert "taken for /:{slug} or /:{path} or /:path/" in "\n".join(self.detected(site).notes)

    @pytest.mark.parametrize(
        ("said", "version", "end"),
        [
            ("never", "5", ""),
            ("ignore", "5", ""),
            ("", "4", ""),
            ("", "~5.0", "/"),
            ("always", "3", "/"),
        ],
    )
    def test_the_final_slash(self, site: Path, said: str, version: str, end: str) -> None:
        config = site / "gatsby-config.js"
        config.write_text(CONFIG.replace("pathPrefix", f"trailingSlash: '{said}', pathPrefix"))
        (site / "package.json").write_text(f'{{"dependencies": {{"gatsby": "{version}"}}}}')
        (site / "gatsby-node.js").write_text("createPage({path: node.frontmatter.slug})")
        url = self.read(site)["content/blog/deep/two.mdx"].url
        assert url == f"https://gazette.example/own/place{end}"


RENAMED = """\
const make = path => createPage({path, context: {slug: edge.node.fields.slug}})
let slug = `/blog/${year}/${month}/${day}/${filename}.html`;
createNodeField({name: 'slug', value: slug})
"""
UNPACKED = """\
const {permalink} = node.frontmatter
let slug = permalink;
if (a) slug = b
createPage({path: slug})
"""


@pytest.mark.parametrize(
    ("script", "patterns"),
    [
        ("createPage({path: node.frontmatter.path})", ("/:{path}",)),
        ("createPage({path: `/b/${kebabCase(node.frontmatter.title)}`})", ("/b/:title~kebab",)),
        ("createPage({path: path.join('/b', node.frontmatter.slug, '/')})", ("/b/:{slug}/",)),
        ("createPage({path: x ? `/a/${frontmatter.slug}` : createFilePath({node})})",
         ("/a/:{slug}", "/:path/")),
        ("createPage({path: createFilePath({trailingSlash: false}).trim()})", ("/:path",)),
        (RENAMED, ("/blog/:year~file/:month~file/:day~file/:name.html",)),
        (UNPACKED, ("/:{permalink}",)),
        ("createPage({path: '/fixed'})", ()),
        ("createPage({path: compute(node)})", ()),
    ],
)  # fmt: skip
def test_patterns_of_scripts(tmp_path: Path, script: str, patterns: tuple[str, ...]) -> None:
    (tmp_path / "gatsby-config.js").write_text("module.exports = {}")
    (tmp_path / "gatsby-node.js").write_text(script)
    site = read(tmp_path)
    assert site is not None
    assert site.told == patterns


def test_files_of_pages_are_routes(tmp_path: Path) -> None:
    (tmp_path / "gatsby-config.ts").write_text("export default {}")
    page = tmp_path / "src/pages/blog/{MarkdownRemark.frontmatter__slug}.tsx"
    page.parent.mkdir(parents=True)
    page.touch()
    site = read(tmp_path)
    assert site is not None
    assert site.told == ("/blog/:{slug}",)
    page.rename(page.with_name("{mdx.fields__slug}.tsx"))
    (tmp_path / "gatsby-node.ts").write_text(
        "createNodeField({name: 'slug', value: createFilePath({node})})"
    )
    site = read(tmp_path)
    assert site is not None
    assert site.told == ("/blog/:path",)
