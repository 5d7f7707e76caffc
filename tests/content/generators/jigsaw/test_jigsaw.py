"""A small Jigsaw site."""

from typing import ClassVar

from publisher.content.generators.base import Sure
from publisher.testing import Expected, GeneratorSuite
from publisher.testing.generators import NO_PAGE

CONFIG = """<?php return [
    'baseUrl' => 'https://gazette.example/',
    'siteName' => 'The Gazette',
    'siteDescription' => 'All of it',
    'siteLanguage' => 'en-GB',
    'collections' => [
        'posts' => ['path' => '/articles/{-title}'],
        'notes' => ['path' => 'notes/{date|Y/m}/{filename}'],
        'links',
        'books' => ['extends' => '_layouts.book'],
    ],
];
"""


def head(title: str, *lines: str) -> str:
    return "\n".join(
        [
            "---",
            "extends: _layouts.post",
            f"title: {title}",
            "date: 2026-05-11-09-30-00",
            *lines,
            "---",
            "Text.",
            "",
        ]
    )


class TestJigsaw(GeneratorSuite):
    """Three collections: by title, by date and file name, and by default."""

    name = "jigsaw"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": "https://gazette.example",
        "title": "The Gazette",
        "description": "All of it",
        "language": "en-GB",
        "timezone": "Europe/London",
    }
    files: ClassVar = {
        "config.php": CONFIG,
        "bootstrap.php": "<?php date_default_timezone_set('Europe/London');",
        "source/_posts/one.md": head("A harbour wall, rebuilt"),
        "source/_posts/deep/two.blade.md": head("Ferry", "url: /nothing"),
        "source/_posts/three.markdown": head("Own", "permalink: own/place"),
        "source/_posts/draft.md": head("Draft", "draft: true"),
        "source/_notes/A_Note.md": head("Note"),
        "source/_links/A_Link.md": head("Link"),
        "source/_links/No_Page.md": head("Data").replace("extends: _layouts.post\n", ""),
        "source/_books/A_Book.md": head("Book").replace("extends: _layouts.post\n", ""),
        "source/index.blade.php": "<p>home</p>",
    }
    posts: ClassVar = {
        "source/_posts/one.md": Expected(
            "https://gazette.example/articles/a-harbour-wall-rebuilt", "2026-05-11T09:30:00+01:00"
        ),
        "source/_posts/deep/two.blade.md": Expected("https://gazette.example/articles/ferry"),
        "source/_posts/three.markdown": Expected("https://gazette.example/own/place"),
        "source/_posts/draft.md": Expected("https://gazette.example/articles/draft", hidden=True),
        "source/_notes/A_Note.md": Expected("https://gazette.example/notes/2026/05/A_Note"),
        "source/_links/No_Page.md": Expected(NO_PAGE),
        "source/_books/A_Book.md": Expected("https://gazette.example/books/a-book"),
        "source/_links/A_Link.md": Expected("https://gazette.example/links/a-link"),
    }
