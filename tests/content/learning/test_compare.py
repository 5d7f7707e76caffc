"""Comparing posts' addresses with pages."""

from publisher.content.evidence import Evidence, Page
from publisher.content.learning.compare import compare
from publisher.model.posts import Post


def test_posts_on_pages_elsewhere_and_nowhere() -> None:
    site = "https://gazette.example"
    posts = [
        Post("posts/one.md", f"{site}/one/", "One"),
        Post("posts/2026-05-11-two.md", f"{site}/two-it-is/", "Two it is"),
        Post("posts/three/index.md", f"{site}/posts/three/", "3"),
        Post("posts/new.md", f"{site}/new/", "New"),
        Post("posts/draft.md", f"{site}/draft/", "Draft", draft=True),
    ]
    paths = ["/one/", "/b/two/", "/b/three/", "/tags/one/", "/b/draft/"]
    found = compare(posts, Evidence("public", [Page(site + path) for path in paths]))
    assert found.right == 1
    assert [(each.post.path, each.page) for each in found.elsewhere] == [
        ("posts/2026-05-11-two.md", f"{site}/b/two/"),
        ("posts/three/index.md", f"{site}/b/three/"),
    ]
