"""The beginning of a post stands in for a description that its author did not write."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.content.excerpt import LONGEST, excerpt
from publisher.model.posts import Post

Reads = Callable[..., Post]
PARAGRAPH = "The ferry is back in the harbour."


@pytest.mark.parametrize(
    "body",
    [
        PARAGRAPH,
        "The ferry is back\nin the harbour.\n\nAnother paragraph.",
        "The **ferry** is [back](https://x.example) in the `harbour`.[^1]\n\n[^1]: A note.",
        "# The ferry\n\n## At last\n\n" + PARAGRAPH,
        "## At last\n" + PARAGRAPH,
        "The ferry\n=========\n\n" + PARAGRAPH,
        "The ferry\n---------\n" + PARAGRAPH,
        "![The ferry](ferry.jpg)\n\n[![x](y.png)](z)\n\n" + PARAGRAPH,
        "<img src='ferry.jpg' alt='The ferry'>\n\n" + PARAGRAPH,
        '<p class="meta">10 Nov 2016 - San Francisco</p>\n\n' + PARAGRAPH,
        "<p id='a' class='post-meta small'>By Ada Lovelace,\nin London</p>\n" + PARAGRAPH,
        "<figure>\n<figcaption>A long caption of it.</figcaption>\n\n</figure>\n" + PARAGRAPH,
        "<div class='lead'>\n<h1>The ferry</h1>\n<p>" + PARAGRAPH + "</p></div><p>More</p>",
        "<script>let a = 'a long line of script';</script>\n<style>p {}</style>\n\n" + PARAGRAPH,
        "<!-- a comment\n\nof two paragraphs, and long -->\n\n" + PARAGRAPH,
        "```sh\nmake a ferry, and let it go\n\nagain\n```\n\n" + PARAGRAPH,
        "    make a ferry, and let it go\n\n" + PARAGRAPH,
        "import Ferry from '../ferry';\nimport {\n  a,\n} from \"x\"\n\n" + PARAGRAPH,
        "export const b = [\n  1,\n]\n\n" + PARAGRAPH,
        "The <Ship size={1}>ferry</Ship> is back in the harbour.",
        '{{< figure src="ferry.jpg" caption="A long caption" >}}\n\n' + PARAGRAPH,
        "{% include toc.html %}\n{% raw %}\nmake a ferry, and go\n{% endraw %}\n\n" + PARAGRAPH,
        "[TOC]\n\n{:toc}\n\n" + PARAGRAPH,
        "| a table | of ferries |\n|---|---|\n| one | two of them |\n\n" + PARAGRAPH,
        "> What others say about it, at length.\n\n" + PARAGRAPH,
        "* one thing that is to be said\n* another\n\n" + PARAGRAPH,
        "Hi!\n\n" + PARAGRAPH,
        "https://x.example/a-long-address\n\n" + PARAGRAPH,
        "import A from 'a'; import B from 'b';\n\n<head>\n<title>A title of it</title>\n</head>\n\n"
        + PARAGRAPH,
        'The [ferry]({{< ref "ferry" >}} "Title"){target="_blank"} is back in the harbour.',
        "* The ferry is back in the harbour.",
        "---\n\n***\n\n" + PARAGRAPH,
        PARAGRAPH + "<!--more--> And this is the rest.",
        PARAGRAPH + "\n<!-- truncate -->\nAnd this is the rest.",
        ".. image:: ferry.jpg\n   :alt: The ferry\n\n" + PARAGRAPH,
        "The `ferry <https://x.example>`_ is back in the :ref:`harbour`.",
        ".. contents::\n\nAt last\n~~~~~~~\n\n" + PARAGRAPH,
        "The ferry is back\r\nin the harbour.\r\n\r\nAnother paragraph.",
    ],
)  # fmt: skip
def test_the_first_paragraph(body: str) -> None:
    assert excerpt(body, "paragraph") == PARAGRAPH
    assert excerpt(f"\n{body}\n", "paragraph") == PARAGRAPH


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", ""),
        ("![alone](a.png)", ""),
        ("# Title only", ""),
        ("Short.", "Short."),
        ("> Only what others say.", "Only what others say."),
        ("a < b and c > d in such a text", "a < b and c > d in such a text"),
        ("Import duties rise, and so on", "Import duties rise, and so on"),
        ("import duties rise, and so on", "import duties rise, and so on"),
        ("これは最初の段落です。もう一つの文です。", "これは最初の段落です。もう一つの文です。"),
    ],
)
def test_little_and_nothing(body: str, text: str) -> None:
    assert excerpt(body, "paragraph") == text


@pytest.mark.parametrize(
    "mark",
    ["<!-- more -->", "<!--more-->", "<!-- truncate -->", "<!-- excerpt -->", "{/* truncate */}",
     "<!-- TEASER_END -->", "<!-- TEASER_END: Go on -->", ".. TEASER_END"],
)  # fmt: skip
def test_what_stands_before_the_mark(mark: str) -> None:
    body = f"# Title\n\n{PARAGRAPH}\n\nIt rains.\n\n{mark}\n\nThe rest of it."
    assert excerpt(body, "more") == f"{PARAGRAPH} It rains."
    assert excerpt(body, "paragraph") == PARAGRAPH
    assert excerpt(f"{mark}\n\n{PARAGRAPH}\n\nThe rest.", "more") == PARAGRAPH


def test_nothing_is_cut_inside_a_link_or_an_element() -> None:
    link = '<a href="https://x.example/harbour" title="The harbour">harbour</a> '
    for begin in range(990):
        assert "<" not in excerpt("\n" + "x " * (begin // 2) + link * 40, "paragraph")
    assert "(" not in excerpt("word [harbour](https://x.example/a_long_address) " * 60, "paragraph")


def test_the_sites_own_mark(post: Reads) -> None:
    text = (
        f"---\ntitle: T\ndate: 2026-05-11\nexcerpt_separator: '+++'\n---\n{PARAGRAPH} +++ Rest.\n"
    )
    assert post(text).description == PARAGRAPH


def test_long_ones_end_with_a_sentence() -> None:
    found = excerpt(f"{PARAGRAPH} " * 30, "paragraph")
    assert len(found) <= LONGEST
    assert found.endswith("harbour.")
    endless = excerpt("ferry " * 200, "paragraph")
    assert len(endless) <= LONGEST
    assert endless.endswith("ferry…")
    assert len(excerpt("x" * 5000, "paragraph")) == LONGEST


@pytest.mark.parametrize(
    "piece",
    ["<", "<pre ", "{{", "{%", "```\n", "[^", "![", "import ", "`", "<!--", "\n\n", ".. x\n \n",
     "import 'a\n", "[![a]", "{% raw ", "<!--more", " \n", "#+begin_a ", "*", "_a", "](", "\\"],
)  # fmt: skip
def test_hostile_text_takes_no_time(piece: str) -> None:
    begun = time.process_time()
    excerpt(piece * (8192 // len(piece)), "more")
    assert time.process_time() - begun < 0.5


def head(*lines: str) -> str:
    return "\n".join(["---", "title: T", "date: 2026-05-11", *lines, "---", ""])


def test_a_long_head_loses_nothing(post: Reads) -> None:
    assert post(head(f"filler: {'x' * 4020}") + PARAGRAPH).description == PARAGRAPH
    assert post(head(f"filler: {'x' * 9000}") + PARAGRAPH).description == PARAGRAPH


def test_a_description_comes_first(post: Reads) -> None:
    assert post(head("description: Mine") + PARAGRAPH).description == "Mine"
    assert post(head("description: ''") + PARAGRAPH).description == PARAGRAPH
    assert post(head() + PARAGRAPH, excerpt="none").description == ""


MAPPED = """\
title: Not this
kop: Is #this it
postDate: 2026-05-11
date: 2020-01-01
short_intro: What #matters here
hero:
  src: /hero.jpg
heroPic: /other.jpg
heroPicAlt: What is seen
writers: [Ada Moor, Ben Quay]
areas: [north, south]
hold: yes
"""


def test_the_sites_own_field_names(post: Reads) -> None:
    fields = (
        ("title", ("kop",)),
        ("date", ("postDate",)),
        ("description", ("intro", "short_intro")),
        ("image", ("hero.src", "heroPic")),
        ("author", ("writers",)),
        ("categories", ("areas",)),
        ("hidden", ("hold",)),
    )
    read = post(f"---\n{MAPPED}---\n", fields=fields)
    assert (read.title, read.description) == ("Is #this it", "What #matters here")
    assert read.date is not None and read.date.year == 2026
    assert read.image == "https://gazette.example/hero.jpg"
    assert read.authors == ("Ada Moor", "Ben Quay")
    assert read.categories == ("north", "south")
    assert read.draft
    only = post(f"---\n{MAPPED}---\n", fields=(("image", ("heroPic",)),))
    assert (only.image_alt, only.title, only.draft) == ("What is seen", "Not this", False)
    alt = (("image", ("hero.src",)), ("image_alt", ("heroPicAlt",)))
    assert post(f"---\n{MAPPED}---\n", fields=alt).image_alt == "What is seen"


@pytest.mark.parametrize(
    ("lines", "link", "problem"),
    [
        (["external_url: https://other.example/a b"], "https://other.example/a%20b", ""),
        (["link: //other.example/a"], "https://other.example/a", ""),
        (["link: https://gazette.example/old"], "", ""),
        (["link: javascript:alert(1)"], "", "only http and https addresses can be linked"),
        (["link: /a"], "", "only http and https addresses can be linked"),
        (["link: false"], "", ""),
        ([], "", ""),
    ],
)
def test_link_posts(post: Reads, lines: list[str], link: str, problem: str) -> None:
    read = post(head("description: D", *lines), shares_links=True)
    assert read.link == link
    assert read.problem.startswith(problem) and bool(read.problem) is bool(problem)
    assert read.shared_url == (link or read.url)
    own = post(head("description: D", *lines))
    assert (own.link, own.problem) == ("", "")


def test_mistakes_in_config_are_located(tmp_path: Path) -> None:
    from publisher.config import load
    from publisher.errors import ConfigurationError

    (tmp_path / "posts").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(
        "site: {title: T, url: https://gazette.example}\ncontent:\n  folder: posts\n"
        "  fields:\n    dat: x\n    image: a.b.c\n    title: [a, b c]\n  excerpt: first\n"
    )
    with pytest.raises(ConfigurationError) as caught:
        load(path, {})
    told = [str(each).partition("config.yaml:")[2] for each in caught.value.problems]
    assert told == [
        "5: content.fields.dat: unknown option; did you mean date?",
        "6: content.fields.image: must be a key such as postDate or hero.src",
        "7: content.fields.title[2]: must be a key such as postDate or hero.src",
        "8: content.excerpt: must be paragraph or more or none",
    ]


def test_jekyll_names_its_mark_in_its_settings(tmp_path: Path) -> None:
    from publisher.content.reader import read_site
    from publisher.content.source import Source
    from tests.content.conftest import LONDON, NOW

    (tmp_path / "_posts").mkdir()
    (tmp_path / "_config.yml").write_text('excerpt_separator: "<!--cut-->"\n')
    file = tmp_path / "_posts" / "2026-05-11-a.md"
    file.write_text(f"---\ntitle: A\n---\n{PARAGRAPH}\n\nIt rains.\n<!--cut-->\n\nThe rest.\n")
    for mode, text in (("more", f"{PARAGRAPH} It rains."), ("paragraph", PARAGRAPH)):
        source = Source(
            tmp_path / "_posts", tmp_path, "https://gazette.example", LONDON, "jekyll", excerpt=mode
        )
        (post,) = read_site([source], None, lambda: NOW).posts
        assert post.description == text
